"""The programs that a stage is deployed with. Where one is missing, a test says so and is skipped; in CI it fails."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a tool needs, and what to do where it is missing.
NEEDS = {
    "terraform": {"terraform": "install Terraform 1.11 or newer"},
    "cdk": {"node": "install Node.js 20 or newer", "npm": "install Node.js with npm"},
}


def require(tool: str) -> None:
    """Go on where everything is there that a tool needs."""
    missing = [
        f"{name} is missing: {advice}" for name, advice in NEEDS[tool].items() if not shutil.which(name)
    ]
    if not missing:
        return
    if os.environ.get("CI"):
        pytest.fail("; ".join(missing))
    pytest.skip("; ".join(missing))

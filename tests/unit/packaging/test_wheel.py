"""An installed package can deploy: it brings the infrastructure and the locks that it was released with."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = {"requirements/aws.txt", "requirements/aws-identity.txt", "requirements/cdk.txt"}
FOR_DEVELOPERS = {"infra/cdk/README.md", "infra/cdk/mypy.ini"}  # nobody deploys with these


@pytest.mark.timeout(180)
def test_the_wheel_brings_every_file_that_a_deployment_takes(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
    ]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True, cwd=tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    brought = {
        name.removeprefix("frontdesk/shipped/") for name in names if name.startswith("frontdesk/shipped/")
    }
    tracked = subprocess.run(
        ["git", "ls-files", "infra/terraform", "infra/cdk"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout.split()

    assert {*tracked, *LOCKS} - FOR_DEVELOPERS == brought

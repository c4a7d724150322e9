"""The dependencies of a package, as wheels for the machine that it will run on, by their hashes."""

import subprocess
import sys
from pathlib import Path

# The C library under Lambda's Python: that of Amazon Linux 2023, and for Python 3.11 that of Amazon Linux 2.
_GLIBC = 34 if sys.version_info >= (3, 12) else 26
_OLDEST_GLIBC = 17
ARCHITECTURES = {"arm64": "aarch64", "x86_64": "x86_64"}


class WheelsError(Exception):
    """pip could not get them. The message is what it said."""


def runtime() -> str:
    """Return the name of Lambda's runtime that is of this Python, whose byte code it understands."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def platforms(architecture: str) -> list[str]:
    """Return the platforms whose wheels run there, the newest first."""
    machine = ARCHITECTURES[architecture]
    newer = [f"manylinux_2_{minor}_{machine}" for minor in range(_GLIBC, _OLDEST_GLIBC - 1, -1)]
    return [*newer, f"manylinux2014_{machine}"]


def install(lock: Path, architecture: str, target: Path) -> None:
    """Put what a lock names into a folder, without byte code. Raises WheelsError."""
    wanted = [f"--platform={name}" for name in platforms(architecture)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--target", str(target), *wanted, "--implementation", "cp", "--no-deps", "--no-compile"]
    command += ["--python-version", f"{sys.version_info.major}.{sys.version_info.minor}"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise WheelsError(f"The dependencies in {lock.name} could not be installed:\n{done.stderr.strip()}")

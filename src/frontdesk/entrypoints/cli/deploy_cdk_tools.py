"""The programs of the CDK: its library in a Python environment of its own, its command line in Node.

A checkout has them once `make cdk` has run. Elsewhere they are installed from the same locks, once for each of these.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copy2

from frontdesk.entrypoints.cli.deploy_tool import run
from frontdesk.packaging.places import shipped

_LOCKS = ("package.json", "package-lock.json", ".npmrc")


class CdkPrograms:
    """Where they are, once `install` has returned. `home` is where to put them if they are nowhere yet."""

    def __init__(self, home: Path) -> None:
        self._source = shipped("infra/cdk")
        self._lock = shipped("requirements") / "cdk.txt"
        checkout = self._source.parents[1]
        self._places = [(checkout / ".venv-cdk", self._source)]
        digest = hashlib.sha256(self._lock.read_bytes() + (self._source / "package-lock.json").read_bytes())
        self._own = home / f"cdk-{digest.hexdigest()[:16]}"
        self._places.append((self._own / "venv", self._own))
        self.python = Path()
        self.cdk: Sequence[str] = ()

    def install(self, environment: Mapping[str, str]) -> None:
        """Find them, or install them. Raises CommandError."""
        if not self._find():
            self._own.mkdir(parents=True, exist_ok=True)
            pip = [
                str(self._own / "venv" / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
            ]
            run([sys.executable, "-m", "venv", str(self._own / "venv")], environment)
            run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(self._lock)], environment)
            for name in _LOCKS:
                copy2(self._source / name, self._own / name)
            run(["npm", "ci", "--silent"], environment, cwd=self._own)
            self._find()

    def _find(self) -> bool:
        for venv, node in self._places:
            python, program = venv / "bin" / "python", node / "node_modules" / "aws-cdk" / "bin" / "cdk"
            if (venv / "lib").exists() and python.exists() and program.exists():
                self.python, self.cdk = python, ("node", str(program))
                return True
        return False

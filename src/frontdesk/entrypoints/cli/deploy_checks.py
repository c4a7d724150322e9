"""What a deployment needs of this workstation: programs, packages, credentials; and advice where one is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import NamedTuple

from frontdesk.bootstrap import MissingPackagesError
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.stage_session import Session

TERRAFORM = (1, 11)  # since then the S3 backend locks by a file of its own
NODE = (20, 0)
PYTHONS = ((3, 11), (3, 14))  # the first and the last that Lambda has
ASK_SECONDS = 30.0

_VERSION = re.compile(r"(\d+)\.(\d+)(\.\d+)?")


class Check(NamedTuple):
    """One need. `advice` is what to do where it is not met, "" where it is."""

    need: str
    found: str
    advice: str


def checks(tool: str, region: str) -> Iterator[Check]:
    """Look at every need of a deployment by this tool, one after the other."""
    yield _python()
    yield _pip()
    if tool == "terraform":
        yield _program(
            "terraform", TERRAFORM, "Install it: https://developer.hashicorp.com/terraform/install"
        )
    else:
        yield _program("node", NODE, "Install Node.js: https://nodejs.org/en/download")
        yield _program("npm", (0, 0), "Install Node.js with npm: https://nodejs.org/en/download")
    yield from _account(region)


def _python() -> Check:
    found = f"{sys.version_info.major}.{sys.version_info.minor}"
    first, last = PYTHONS
    fits = first <= sys.version_info[:2] <= last
    advice = (
        "" if fits else f"Lambda runs Python {first[0]}.{first[1]} to {last[0]}.{last[1]}. Use one of them."
    )
    return Check("python", found, advice)


def _pip() -> Check:
    has = find_spec("pip") is not None
    return Check("pip", "yes" if has else "", "" if has else "Give this Python its pip: python -m ensurepip")


def _program(name: str, least: tuple[int, int], advice: str) -> Check:
    path = shutil.which(name)
    if path is None:
        return Check(name, "", advice)
    done = subprocess.run(  # noqa: S603 - a program of ours
        [path, "--version"], capture_output=True, text=True, timeout=ASK_SECONDS, check=False
    )
    found = _VERSION.search(done.stdout)
    if found is None:
        return Check(name, "", f"{path} does not say its version. {advice}")
    if (int(found[1]), int(found[2])) < least:
        return Check(name, found[0], f"{name} {least[0]}.{least[1]} or newer is needed. {advice}")
    return Check(name, found[0], "")


def _account(region: str) -> Iterator[Check]:
    """Region and credentials; where the SDK itself is missing, that alone."""
    try:
        session = Session(region)
    except MissingPackagesError as error:
        yield Check("SDK", "", str(error))
        return
    except CommandError as error:
        yield Check("region", "", str(error))
        return
    yield Check("region", session.region, "")
    yield _asked("credentials", lambda: f"account {session.account()}")


def _asked(need: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(need, ask(), "")
    except CommandError as error:
        return Check(need, "", str(error))

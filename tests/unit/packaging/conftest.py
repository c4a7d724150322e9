"""The zips of the whole house, built once for all tests: for this machine, so that they can be tried here."""

import platform
from pathlib import Path

import msgspec
import pytest

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Manifest
from frontdesk.packaging.build import Packages, build

HERE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]


class Built(msgspec.Struct):
    """What was built, where, and from which manifest."""

    folder: Path
    manifest: Manifest
    index: Packages
    told: list[str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the packages."""
    folder = tmp_path_factory.mktemp("packages")
    whole = manifest(choose(), OPERATIONS)
    told: list[str] = []
    index = build(whole, HERE, folder, told.append)
    return Built(folder, whole, index, told)

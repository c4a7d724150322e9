"""The zips that Lambda runs: small, whole, and the same bytes whoever builds them."""

import filecmp
import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from frontdesk import __version__
from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Manifest
from frontdesk.packaging import archive, inside, wheels
from frontdesk.packaging.build import INDEX, Packages, build, wanted_by
from frontdesk.packaging.places import shipped
from tests.unit.packaging.conftest import HERE, Built

MAX_BASE_BYTES = 1_000_000
MAX_CLINIC_BYTES = 1_500_000
BYTE_CODE_MAGIC = 4  # bytes that say which Python it is of
UNCHECKED = 0b01  # PEP 552: of the sort with a hash, which nobody checks

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("packages"),
]  # pip fetches what is not in its cache


def untold(name: str) -> None:
    """Hear which package is being built."""


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Make files as somebody with another umask would."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def unpacked(built: Built, package: str, folder: Path) -> Path:
    """Return a folder with what is in a package, as Lambda has it."""
    target = folder / package
    if not target.exists():
        with zipfile.ZipFile(built.folder / built.index.packages[package].path) as zipped:
            zipped.extractall(target)
    return target


@pytest.fixture(scope="session")
def task(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the packages as folders."""
    folder = tmp_path_factory.mktemp("task")
    return {name: unpacked(built, name, folder) for name in built.index.packages}


def imported(task: Path, program: str, folder: Path) -> str:
    """Run a program where there is a package and the standard library, and nothing else; return what it printed."""
    line = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(task)!r})\n{program}"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_index_tells_what_was_built_for_which_runtime(built: Built) -> None:
    written = msgspec.json.decode((built.folder / INDEX).read_bytes(), type=Packages)

    assert written == built.index
    assert (written.runtime, written.architecture) == (wheels.runtime(), HERE)
    assert built.told == ["base", "clinic", "identity"]
    for name, package in written.packages.items():
        assert (built.folder / package.path).stat().st_size == package.bytes
        assert package.key == f"{name}-{package.hash[:16]}.zip"


def test_the_zip_of_most_functions_has_less_than_a_megabyte(built: Built) -> None:
    packages = built.index.packages

    assert packages["base"].bytes <= MAX_BASE_BYTES
    assert packages["clinic"].bytes <= MAX_CLINIC_BYTES


def test_the_same_files_give_the_same_zip_in_another_folder_with_another_umask(
    built: Built, tmp_path: Path
) -> None:
    with umask(0o077):
        again = build(built.manifest, HERE, tmp_path / "and" / "a second", untold)

    assert again == built.index
    for name in again.packages:
        one, other = (folder / f"{name}.zip" for folder in (built.folder, tmp_path / "and" / "a second"))
        assert filecmp.cmp(one, other, shallow=False), name


@pytest.mark.parametrize(
    ("services", "packages"),
    [
        (("catalogue", "identity"), ["base", "identity"]),
        (("catalogue", "orders"), ["base", "identity"]),  # identity's zip also tells how tokens are verified
        (("appointments", "notifications"), ["base", "clinic", "identity"]),
    ],
)
def test_only_what_is_deployed_is_packed(services: tuple[str, ...], packages: list[str]) -> None:
    part = manifest(choose(services), OPERATIONS)

    assert [contents.name for contents in wanted_by(part)] == packages


def test_a_clinics_code_is_in_its_own_functions_alone_and_where_all_is_described() -> None:
    whole = manifest(choose(), OPERATIONS)
    clinics = {function.name for function in whole.deployment.functions if function.package == "clinic"}
    own = {f.name for f in whole.deployment.functions if f.service in {"appointments", "notifications"}}

    assert clinics == own | {"operations-http"}


def test_another_manifest_is_another_package(built: Built, task: dict[str, Path]) -> None:
    part = msgspec.json.encode(manifest(choose(("catalogue", "orders")), OPERATIONS))
    packed = task["base"] / "manifest.json"
    whole = packed.read_bytes()

    assert msgspec.json.decode(whole, type=Manifest) == built.manifest
    packed.write_bytes(part)
    other = archive.hash_of(task["base"])
    packed.write_bytes(whole)
    assert archive.hash_of(task["base"]) == built.index.packages["base"].hash != other


def test_names_are_sorted_and_nothing_of_the_build_machine_is_kept(built: Built) -> None:
    for package in built.index.packages.values():
        with zipfile.ZipFile(built.folder / package.path) as zipped:
            entries = zipped.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o644)}


def test_modules_are_byte_code_of_this_python_that_is_never_checked(task: dict[str, Path]) -> None:
    for folder in task.values():
        assert not list(folder.rglob("*.py"))
        assert not list(folder.rglob("__pycache__"))
        modules = list(folder.rglob("*.pyc"))
        assert [module.name for module in folder.glob("frontdesk/**/*.pyc")] == ["__init__.pyc"]
        assert len(modules) > 10
        for module in modules:
            head = module.read_bytes()[:8]
            assert head[:BYTE_CODE_MAGIC] == importlib.util.MAGIC_NUMBER
            assert int.from_bytes(head[BYTE_CODE_MAGIC:], "little") == UNCHECKED


def test_the_manifest_that_is_deployed_goes_along(built: Built, task: dict[str, Path]) -> None:
    for folder in task.values():
        written = (folder / "manifest.json").read_bytes()
        assert b"\n" not in written
        assert msgspec.json.decode(written, type=Manifest) == built.manifest


def test_every_handler_can_be_imported_where_there_is_nothing_else(
    built: Built, task: dict[str, Path], tmp_path: Path
) -> None:
    wanted = {(f.package, f.handler.rpartition(".")[0]) for f in built.manifest.deployment.functions}
    assert len(wanted) >= 6
    for package, module in sorted(wanted):
        imported(task[package], f"import {module}; {module}.handle", tmp_path)


@pytest.mark.parametrize("package", ["base", "clinic", "identity"])
def test_whatever_a_module_imports_is_in_its_package(
    task: dict[str, Path], tmp_path: Path, package: str
) -> None:
    lines = (
        (task[package] / "frontdesk" / inside.FILE).read_bytes().partition(b"\n\n")[0].decode().splitlines()
    )
    names = [line.split(" ")[0] for line in lines]
    program = f"import importlib\nfor name in {names}: importlib.import_module(name)"

    assert len(names) > 100
    assert imported(task[package], program, tmp_path) == ""


def test_a_module_of_the_house_is_what_any_other_module_is(task: dict[str, Path], tmp_path: Path) -> None:
    program = """
import importlib.util
import frontdesk, frontdesk.kernel, frontdesk.kernel.errors as errors
print(frontdesk.__version__, errors.__file__.rpartition("/frontdesk/")[2], errors.__package__)
print([path.rpartition("/frontdesk/")[2] for path in frontdesk.kernel.__path__], errors.__spec__.name)
print(importlib.util.find_spec("frontdesk.kernel.nothing"))
"""
    assert imported(task["base"], program, tmp_path).splitlines() == [
        f"{__version__} kernel/errors.pyc frontdesk.kernel",
        "['kernel'] frontdesk.kernel.errors",
        "None",
    ]


def test_a_traceback_names_files_as_lambda_has_them(task: dict[str, Path], tmp_path: Path) -> None:
    program = """
from frontdesk.entrypoints.validation import decode_body
try:
    decode_body(b"{", dict)
except Exception:
    import traceback; traceback.print_exc(file=sys.stdout)
"""
    printed = imported(task["base"], program, tmp_path)

    assert 'File "/var/task/frontdesk/entrypoints/validation.py", line ' in printed


def test_a_zone_is_known_where_the_system_has_none(task: dict[str, Path], tmp_path: Path) -> None:
    program = """
import zoneinfo
zoneinfo.reset_tzpath(to=[])
print(zoneinfo.ZoneInfo("Europe/Madrid"), zoneinfo.ZoneInfo("UTC"))
"""
    assert imported(task["base"], program, tmp_path) == "Europe/Madrid UTC\n"


def test_the_roots_of_aws_go_along(task: dict[str, Path], tmp_path: Path) -> None:
    program = """
import ssl
from frontdesk.adapters.aws import trust
print(len(ssl.create_default_context(cafile=trust.AMAZON).get_ca_certs()))
"""
    for folder in task.values():
        assert imported(folder, program, tmp_path) == "5\n"


def test_what_cannot_be_installed_is_told_by_pip_itself(tmp_path: Path) -> None:
    lock = tmp_path / "wrong.txt"
    lock.write_text("msgspec==0.0.0 --hash=sha256:" + "0" * 64 + "\n")

    with pytest.raises(wheels.WheelsError, match=r"wrong\.txt could not be installed:\n(?s:.)*msgspec"):
        wheels.install(lock, HERE, tmp_path / "target")


def test_a_lock_names_the_hash_of_everything_that_goes_in() -> None:
    for name in ("aws.txt", "aws-identity.txt"):
        text = (shipped("requirements") / name).read_text()
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), name

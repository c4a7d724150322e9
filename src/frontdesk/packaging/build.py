"""Build the zips: dependencies, the house, its manifest, byte code for all of it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from frontdesk.manifest.shape import Manifest
from frontdesk.packaging import archive, wheels
from frontdesk.packaging.bytecode import compile_all
from frontdesk.packaging.contents import LEFT_OF_WHEELS, PACKAGES, Contents
from frontdesk.packaging.places import shipped

FORMAT = 1
HASH_CHARS = 16  # of the contents' hash, in a key
MANIFEST = "manifest.json"
INDEX = "packages.json"

Tell = Callable[[str], None]


class Package(msgspec.Struct, frozen=True):
    """One zip. `key` names it by its contents, `hash` is of them too, and `path` is beside the index."""

    path: str
    key: str
    hash: str
    bytes: int


class Packages(msgspec.Struct, frozen=True):
    """The index of what was built: for which of Lambda's runtimes, for which processor."""

    format: int
    runtime: str
    architecture: str
    manifest: str
    packages: dict[str, Package]


def build(manifest: Manifest, architecture: str, out: Path, tell: Tell) -> Packages:
    """Write the zips that a manifest names, the manifest and an index into a folder. Raises WheelsError."""
    out.mkdir(parents=True, exist_ok=True)
    written = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (out / MANIFEST).write_bytes(written)
    wanted = wanted_by(manifest)
    built = {}
    for contents in wanted:
        tell(contents.name)
        built[contents.name] = _package(contents, architecture, written, out)
    index = Packages(FORMAT, wheels.runtime(), architecture, MANIFEST, built)
    (out / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index), indent=2))
    return index


def wanted_by(manifest: Manifest) -> Sequence[Contents]:
    """Return the packages that the functions of a manifest are of."""
    names = {function.package for function in manifest.deployment.functions}
    return [contents for contents in PACKAGES if contents.name in names]


def _package(contents: Contents, architecture: str, manifest: bytes, out: Path) -> Package:
    with tempfile.TemporaryDirectory(prefix="frontdesk-package-") as temporary:
        folder = Path(temporary) / "task"
        wheels.install(shipped("requirements") / contents.lock, architecture, folder)
        for path in list(_left_over(folder)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, source in contents.files():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        (folder / MANIFEST).write_bytes(msgspec.json.format(manifest, indent=-1))  # nobody looks at it there
        compile_all(folder)
        zipped = out / f"{contents.name}.zip"
        archive.write(folder, zipped)
        hashed = archive.hash_of(folder)
        key = f"{contents.name}-{hashed[:HASH_CHARS]}.zip"
        return Package(zipped.name, key, hashed, zipped.stat().st_size)


def _left_over(folder: Path) -> Iterator[Path]:
    """Give what wheels bring and no function reads."""
    for pattern in LEFT_OF_WHEELS:
        yield from folder.glob(pattern)

"""A folder as a zip whose bytes depend on nothing but names and contents."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first one that a zip can say
_UNIX = 3
_MODE = 0o644 << 16  # everybody may read: Lambda runs as another user than the one who owns the files
_LEVEL = 9


def members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file of a folder, by name in the order of names."""
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*")):
        if path.is_file():
            yield name, path.read_bytes()


def write(folder: Path, target: Path) -> None:
    """Write what is in a folder to a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in members(folder):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def hash_of(folder: Path) -> str:
    """Return 64 hex digits that are equal for equal names and contents.

    Of the contents and not of the zip: two builds of zlib may pack the same bytes differently.
    """
    digest = hashlib.sha256()
    for name, content in members(folder):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

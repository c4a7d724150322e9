"""Pages of a database as one object: the last state of each page that changed between two moments.

A page is whole, so to apply an object twice, or over a newer base, changes nothing; and many objects become one by
keeping the last of each page.

    head, page numbers, pages in the order of their numbers' places, digest of all that
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from frontdesk.adapters.embedded.copy_target import Target
from frontdesk.kernel.time import from_micros, to_micros

DIGEST_BYTES = 32
PAGES_AT_ONCE = 256
_MAGIC = b"fdpages1"
_HEAD = struct.Struct(
    "<8sIIIxxxxq"
)  # magic, bytes of a page, pages here, pages of the database, microseconds
_NUMBER_BYTES = 4


class DamagedError(Exception):
    """An object of a copy or backup is not what was once written."""


@dataclass(frozen=True, slots=True)
class Head:
    """What an object holds. Everything answered before `at` is in it, or in an earlier one."""

    page_bytes: int
    database_pages: int
    at: datetime
    numbers: Sequence[int]

    def encode(self) -> bytes:
        """Return the first bytes of the object."""
        numbers = array("I", self.numbers)
        if sys.byteorder == "big":
            numbers.byteswap()
        fields = (self.page_bytes, len(self.numbers), self.database_pages, to_micros(self.at))
        return _HEAD.pack(_MAGIC, *fields) + numbers.tobytes()


class _Reader:
    """An object, taken from its beginning in pieces of any size; the digest is of what was taken."""

    def __init__(self, target: Target, name: str) -> None:
        self._name = name
        self._chunks = target.read(name)
        self._buffer = b""
        self._used = 0
        self._digest = blake2b(digest_size=DIGEST_BYTES)

    def take(self, size: int) -> bytes:
        while len(self._buffer) - self._used < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                raise DamagedError(f"{self._name} is shorter than it should be.")
            self._buffer = self._buffer[self._used :] + chunk
            self._used = 0
        taken = self._buffer[self._used : self._used + size]
        self._used += size
        self._digest.update(taken)
        return taken

    def head(self) -> Head:
        magic, page_bytes, count, database_pages, at = _HEAD.unpack(self.take(_HEAD.size))
        if magic != _MAGIC:
            raise DamagedError(f"{self._name} does not hold pages of a database.")
        numbers = array("I", self.take(count * _NUMBER_BYTES))
        if sys.byteorder == "big":
            numbers.byteswap()
        return Head(page_bytes, database_pages, from_micros(at), numbers)

    def check(self) -> None:
        wanted = self._digest.digest()
        if self.take(DIGEST_BYTES) != wanted:
            raise DamagedError(f"{self._name} is damaged.")


def encode(pages: Mapping[int, memoryview], head: Head) -> Iterator[bytes]:
    """Give the bytes of an object."""
    return _digested(_encoded(pages, head))


def head_of(target: Target, name: str) -> Head:
    """Return the head of an object. Raises DamagedError."""
    return _Reader(target, name).head()


def contents(target: Target, name: str) -> Iterator[tuple[int, bytes]]:
    """Give the pages of an object with their numbers. Raises DamagedError, perhaps only at the end."""
    reader = _Reader(target, name)
    head = reader.head()
    for number in head.numbers:
        yield number, reader.take(head.page_bytes)
    reader.check()


def merged(target: Target, names: Sequence[str]) -> Iterator[bytes]:
    """Give the bytes of one object that stands for these, which follow each other. Raises DamagedError."""
    return _digested(_merged(target, names))


def _merged(target: Target, names: Sequence[str]) -> Iterator[bytes]:
    heads = [head_of(target, name) for name in names]
    last = {number: place for place, head in enumerate(heads) for number in head.numbers}
    kept = [[number for number in head.numbers if last[number] == place] for place, head in enumerate(heads)]
    numbers = [number for part in kept for number in part]
    yield Head(heads[-1].page_bytes, heads[-1].database_pages, heads[-1].at, numbers).encode()
    for place, name in enumerate(names):
        pages = (page for number, page in contents(target, name) if last[number] == place)
        while some := b"".join(islice(pages, PAGES_AT_ONCE)):
            yield some


def _encoded(pages: Mapping[int, memoryview], head: Head) -> Iterator[bytes]:
    yield head.encode()
    rest = iter(pages.values())
    while some := b"".join(islice(rest, PAGES_AT_ONCE)):
        yield some


def _digested(chunks: Iterable[bytes]) -> Iterator[bytes]:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    yield digest.digest()

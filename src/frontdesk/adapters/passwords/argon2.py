"""Argon2id: each hash takes 64 MB and about a tenth of a second.

Parameters: RFC 9106, section 4, the second recommended option. When they change, each password is hashed again as its
owner signs in.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

PASSES = 3
MEMORY_KIB = 64 * 1024
LANES = 4

T = TypeVar("T")


class Apart(Protocol):
    """Does slow work where it delays no request."""

    async def __call__(self, work: Callable[[], T], /) -> T:
        """Return what the work gives. Raises Unavailable when too many wait."""


async def here(work: Callable[[], T], /) -> T:
    """Do it at once: where each process has one request at a time, nobody waits, and no event loop is needed."""
    return work()


class Argon2Passwords:
    """Keeps nothing. `apart` is where the hashing is done."""

    def __init__(self, apart: Apart, *, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID
        )
        self._apart = apart
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """Return what may be kept of a password. Raises Unavailable when too many wait."""
        return await self._apart(lambda: self._hasher.hash(password))

    async def matches(self, kept: str, password: str) -> bool:
        """Return whether this is the password. With nothing kept it takes as long. Raises Unavailable."""
        return await self._apart(lambda: self._is(kept or self._somebody(), password) and bool(kept))

    def is_outdated(self, kept: str) -> bool:
        """Return whether this was made with other parameters."""
        return self._hasher.check_needs_rehash(kept)

    def _is(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _somebody(self) -> str:
        self._decoy = self._decoy or self._hasher.hash("nobody")
        return self._decoy

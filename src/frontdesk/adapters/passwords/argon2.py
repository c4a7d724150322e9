"""Argon2id, on a few threads of its own: each hash takes 64 MB and about a tenth of a second, and delays no request.

Parameters: RFC 9106, section 4, the second recommended option. When they change, each password is hashed again as its
owner signs in.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from frontdesk.kernel.errors import Unavailable

PASSES = 3
MEMORY_KIB = 64 * 1024
LANES = 4
AT_ONCE = 2  # hashes, so 128 MB
WAITING = 32  # callers, for some seconds at most; the next one is asked to come again

T = TypeVar("T")


class Argon2Passwords:
    """Keeps nothing but its threads."""

    def __init__(self, *, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._inside = 0
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

    async def _apart(self, work: Callable[[], T]) -> T:
        if self._inside >= AT_ONCE + WAITING:
            raise Unavailable("Too many people sign in at the moment.", retry_after=2)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1

"""Marks: how a record remembers what it has taken in, so that a repeat has no second effect.

A mark is written in the same commit as the effect. A record keeps its maker's mark for ever and the last few of those
that changed it; `latest` keeps one mark for each source instead.
"""

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.errors import KeyReused


class Once(msgspec.Struct, frozen=True):
    """Each message or keyed request once, in any order. `fingerprint` stands for the body of a request."""

    key: str
    fingerprint: str = ""

    @property
    def text(self) -> str:
        """What is written on the record."""
        return f"{self.key}={self.fingerprint}" if self.fingerprint else self.key

    def known(self, marks: tuple[str, ...]) -> bool:
        """Return whether these marks say that the work is done. Raises KeyReused when they contradict it."""
        if self.key not in "\n".join(marks):  # nearly always
            return False
        for mark in marks:
            key, _, fingerprint = mark.partition("=")
            if key == self.key and fingerprint != self.fingerprint:
                raise KeyReused
            if key == self.key:
                return True
        return False

    def added(self, marks: tuple[str, ...]) -> tuple[str, ...]:
        newest = [mark for mark in marks if _latest(mark)]  # one a source: without it old state would come in
        once = [mark for mark in marks if not _latest(mark)]
        return (*newest, *(*once, self.text)[-limits.HANDLED_MARKS :])


class Latest(msgspec.Struct, frozen=True):
    """A copy of somebody's state: what is older than the newest seen of `source` is dropped.

    `place` orders the messages of one commit among themselves.
    """

    source: str
    version: int
    place: int

    @property
    def text(self) -> str:
        return f"{self.source}@{self.version}.{self.place}"

    def known(self, marks: tuple[str, ...]) -> bool:
        for mark in marks:
            seen = _latest(mark)
            if seen is not None and seen.source == self.source:
                return (self.version, self.place) <= (seen.version, seen.place)
        return False

    def added(self, marks: tuple[str, ...]) -> tuple[str, ...]:
        others = [mark for mark in marks if (seen := _latest(mark)) is None or seen.source != self.source]
        return (*others, self.text)


def _latest(mark: str) -> Latest | None:
    source, _, seen = mark.rpartition("@")
    version, _, place = seen.partition(".")
    return Latest(source, int(version), int(place)) if version.isdecimal() and place.isdecimal() else None


Mark = Once | Latest

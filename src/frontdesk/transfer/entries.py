"""What is carried, whatever it is kept in; and the sums by which two sides are compared."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from frontdesk.kernel.records import Record, SetTimer
from frontdesk.kernel.services import Service

_MODULUS = 1 << 256


class Kept(msgspec.Struct, frozen=True, tag="record"):
    """A record, and the timers that are set for it, by name."""

    record: Record
    timers: tuple[SetTimer, ...] = ()


class Counted(msgspec.Struct, frozen=True, tag="counter"):
    """A counter and where it stands."""

    key: str
    count: int


class Held(msgspec.Struct, frozen=True, tag="claim"):
    """A key with its owner. One that had lapsed is not carried: anyone may take it anyway."""

    key: str
    owner: str
    until: datetime | None = None


Entry = Kept | Counted | Held

ENCODER = msgspec.json.Encoder(order="deterministic")
DECODER: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


class TransferError(Exception):
    """The carrying cannot begin, or cannot go on. The message says what to do."""


class Sum(msgspec.Struct, frozen=True):
    """How many entries of a sort there are, and what their hashes come to, in any order."""

    count: int
    hash: str


class Tally:
    """Adds entries up, by what they are: a kind of record, or the counters or claims of a service."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._hashes: dict[str, int] = {}

    def add(self, service: str, entry: Entry) -> None:
        """Take one in."""
        what = _sort(service, entry)
        self._counts[what] = self._counts.get(what, 0) + 1
        hashed = int.from_bytes(hashlib.sha256(ENCODER.encode(entry)).digest(), "big")
        self._hashes[what] = (self._hashes.get(what, 0) + hashed) % _MODULUS

    def sums(self) -> dict[str, Sum]:
        """Return what it has come to."""
        return {
            what: Sum(count, f"{self._hashes[what]:064x}") for what, count in sorted(self._counts.items())
        }


def differences(here: Mapping[str, Sum], there: Mapping[str, Sum]) -> list[str]:
    """Say of every sort of entry that is not the same on both sides how it differs."""
    nothing = Sum(0, "")
    found = []
    for what in sorted({*here, *there}):
        ours, theirs = here.get(what, nothing), there.get(what, nothing)
        if ours.count != theirs.count:
            found.append(f"{what}: {theirs.count} where {ours.count} should be")
        elif ours != theirs:
            found.append(f"{what}: {ours.count} on both sides, and not the same")
    return found


class Belongings:
    """Which service an entry belongs to."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._of_kind = {kind.name: service.name for service in services for kind in service.kinds}
        self._names = frozenset(self._of_kind.values())

    def of_kind(self, kind: str) -> str:
        """Return the service that keeps such records, "" for none of these."""
        return self._of_kind.get(kind, "")

    def of_key(self, key: str) -> str:
        """Return the service whose counter or claim this is, "" for none of these."""
        name = key.partition(":")[0]
        return name if name in self._names else ""


def _sort(service: str, entry: Entry) -> str:
    if isinstance(entry, Kept):
        return f"{service} {entry.record.kind}"
    return f"{service} {'counters' if isinstance(entry, Counted) else 'claims'}"

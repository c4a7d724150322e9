"""What the contract's tests store: parcels on shelves and their labels. No store knows what these words mean."""

from datetime import UTC, datetime, timedelta

import msgspec

from frontdesk.kernel.kinds import AnyKind, Index, Kind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Record

START = datetime(2026, 3, 14, 9, 30, 0, 250_001, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)  # the smallest step of time that a store can tell


class _Parcel(msgspec.Struct, frozen=True):
    """Only the names of its indexes matter here: stores read bodies as text."""


KINDS: tuple[AnyKind, ...] = (
    Kind(
        "parcel",
        _Parcel,
        indexes=(
            Index("shelf", lambda _: None, lambda _: ""),
            Index("sender", lambda _: None, lambda _: ""),
        ),
    ),
    Kind("label", _Parcel, indexes=(Index("shelf", lambda _: None, lambda _: ""),)),
    Kind("claim", _Parcel),  # a word of every store's own, and of some businesses too
    Kind("counter", _Parcel),
)


def parcel(id: str, version: int = 1, body: str = "{}", **keys: tuple[str, str]) -> Record:
    """Return a version of a parcel; `shelf=("A", "1")` lists it."""
    return Record("parcel", id, version, 1, body, keys)


def label(id: str, version: int = 1, body: str = "{}", **keys: tuple[str, str]) -> Record:
    """Return a version of a label."""
    return Record("label", id, version, 1, body, keys)


def message(id: str, body: str = '{"weight":7}') -> Message:
    """Return a message as `Unit.commit` would make it."""
    return Message(id, "parcels.moved", 2, "p1", 1, START, "from-the-test", body)

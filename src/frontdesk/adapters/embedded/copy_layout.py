"""How a continuous copy lies in its target.

    copy.json                              whose copy this is
    s000007/base-000000000120              the pages of the database file, read while the desk worked
    s000007/base-000000000120.json         makes the base good: where its log begins, from which object on it is whole
    s000007/log-0-000000000121-000000000121    pages that changed, object by object: tier, first, last
    s000007/log-1-000000000061-000000000120    sixty of tier 0 as one of tier 1
    s000007/files/signing-key.pem          what the data folder holds besides the database

A server that starts begins a new stream (`s...`): what happened to the file while nobody watched is unknown. A base is
fuzzy, which does no harm: every page that changed while it was read, or was not in the file yet, is in the log from the
base's `first` on; so the base is whole once that log is applied up to `whole_from`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from frontdesk.adapters.embedded.copy_pages import DamagedError
from frontdesk.adapters.embedded.copy_target import Target

FORMAT = 1
STATEMENT = "copy.json"
FILES = "files"
KEEP_BASES = 2  # the newest, and one before it in case its disk has a bad spot
_LOG = re.compile(r"(s\d+)/log-(\d+)-(\d+)-(\d+)")
_STREAM = re.compile(r"s(\d+)/")
_T = TypeVar("_T")


class Statement(msgspec.Struct, frozen=True):
    """Whose copy a target holds."""

    format: int
    desk: str


class Base(msgspec.Struct, frozen=True):
    """A good base. Everything answered before `at` is in it and its log."""

    stream: str
    name: str
    first: int  # the log object that its own log begins with
    whole_from: int  # the log object after which it is consistent
    bytes: int
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogPart:
    """One object of a stream's log: the changes from number `first` to number `last`."""

    stream: str
    first: int
    last: int
    tier: int
    bytes: int

    @property
    def name(self) -> str:
        """Its name in the target."""
        return f"{self.stream}/log-{self.tier}-{self.first:012}-{self.last:012}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything in a target."""

    names: tuple[str, ...]
    bases: tuple[Base, ...]  # good ones, oldest first
    parts: tuple[LogPart, ...]

    def chain(self, base: Base) -> list[LogPart]:
        """Return the log of a base as far as it goes without a gap, each change once, larger objects first."""
        mine = [part for part in self.parts if part.stream == base.stream]
        chain: list[LogPart] = []
        wanted = base.first
        while True:
            fitting = [part for part in mine if part.first <= wanted <= part.last]
            if not fitting:
                return chain
            chain.append(max(fitting, key=lambda part: part.last))
            wanted = chain[-1].last + 1

    def merged(self) -> set[str]:
        """Return the names of what was put together out of smaller objects."""
        return {part.name for part in self.parts if part.tier > 0}

    def missing_after(self, base: Base) -> bool:
        """Return whether the log goes on behind a gap."""
        chain = self.chain(base)
        reached = chain[-1].last if chain else base.first - 1
        return any(part.stream == base.stream and part.first > reached + 1 for part in self.parts)

    def surplus(self) -> list[str]:
        """Return the names that nobody needs once the newest KEEP_BASES bases are good."""
        kept = self.bases[-KEEP_BASES:]
        if len(kept) < KEEP_BASES:
            return []
        oldest = kept[0]
        whole = {name for base in kept for name in (base.name, f"{base.name}.json")}
        logs = {part.name: part for part in self.parts}
        return [name for name in self.names if _is_surplus(name, oldest, whole, logs)]


def _is_surplus(name: str, oldest: Base, whole: set[str], logs: dict[str, LogPart]) -> bool:
    stream = name.partition("/")[0]
    if not _STREAM.match(name) or stream > oldest.stream:
        return False
    if stream < oldest.stream:
        return True
    if name in logs:
        return logs[name].last < oldest.first
    return "/base-" in name and name not in whole


def listing(target: Target) -> Listing:
    """Return what a target holds. A base whose statement cannot be read counts as none."""
    found = target.names()
    bases, parts = [], []
    for name, size in found:
        matched = _LOG.fullmatch(name)
        if matched:
            stream, tier, first, last = matched.groups()
            parts.append(LogPart(stream, int(first), int(last), int(tier), size))
        elif name.endswith(".json") and "/base-" in name:
            base = _read(target, name, Base)
            if base is not None:
                bases.append(base)
    return Listing(
        tuple(name for name, _ in found), tuple(sorted(bases, key=_age)), tuple(sorted(parts, key=_place))
    )


def next_stream(target: Target) -> str:
    """Return a name for a new stream: later than all there are."""
    numbers = [int(match[1]) for name, _ in target.names() if (match := _STREAM.match(name))]
    return f"s{max(numbers, default=0) + 1:06}"


def statement(target: Target) -> Statement | None:
    """Return whose copy a target holds, None when it holds none. Raises DamagedError."""
    if STATEMENT not in [name for name, _ in target.names(STATEMENT)]:
        return None
    found = _read(target, STATEMENT, Statement)
    if found is None or found.format > FORMAT:
        raise DamagedError(f"{STATEMENT} cannot be read, or was written by a newer version.")
    return found


def write_json(target: Target, name: str, value: msgspec.Struct) -> None:
    """Keep a value as an object."""
    target.put(name, [msgspec.json.format(msgspec.json.encode(value), indent=2)])


def _place(part: LogPart) -> tuple[str, int, int]:
    return part.stream, part.first, part.last


def _age(base: Base) -> tuple[str, str]:
    return base.stream, base.name


def _read(target: Target, name: str, type: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(b"".join(target.read(name)), type=type)
    except (msgspec.DecodeError, FileNotFoundError):
        return None

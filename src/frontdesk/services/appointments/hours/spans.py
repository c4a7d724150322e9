"""Stretches of real time: joined, cut, and compared. All are half open: at `end` one is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol

import msgspec


class Span(msgspec.Struct, frozen=True, order=True):
    """From one UTC moment to another."""

    start: datetime
    end: datetime


class Open(msgspec.Struct, frozen=True, order=True):
    """When a doctor works, and how many patients at a time."""

    start: datetime
    end: datetime
    capacity: int = 1


class Taken(Protocol):
    """What one visit takes with its buffers, and how many such visits may share a moment, itself counted."""

    @property
    def start(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...

    @property
    def capacity(self) -> int: ...


def has_room(busy: Iterable[Taken], start: datetime, end: datetime, capacity: int = 1) -> bool:
    """Return whether one more visit fits: at every moment of it no more share than each of those there allows.

    This is what overlapping means, for those who offer times and for those who book them.
    """
    meeting = [other for other in busy if other.start < end and start < other.end]
    if not meeting:
        return True
    if capacity == 1:
        return False
    moments = (start, *(other.start for other in meeting if other.start > start))  # where more begin to share
    return all(_shared(meeting, moment, capacity) for moment in moments)


def _shared(meeting: Sequence[Taken], moment: datetime, capacity: int) -> bool:
    there = [other.capacity for other in meeting if other.start <= moment < other.end]
    return len(there) < min((capacity, *there))


def capacity_in(opens: Iterable[Open], start: datetime, end: datetime) -> int:
    """Return how many patients at a time are seen all the way from start to end; 0: not open all the way.

    `opens` are in order and do not overlap.
    """
    least, covered = 0, start
    for span in opens:
        if span.start <= covered < span.end:
            least = min(least or span.capacity, span.capacity)
            covered = span.end
            if covered >= end:
                return least
    return 0


def is_open(opens: Iterable[Open], start: datetime, end: datetime) -> bool:
    """Return whether the doctor works all the way from start to end."""
    return capacity_in(opens, start, end) > 0


def without(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return what is left of `spans`, in order, where `holes` are cut out."""
    left = list(spans)
    for hole in holes:
        left = [rest for span in left for rest in _cut(span, hole)]
    return tuple(sorted(left))  # of spans that overlap, cutting changes the order


def _cut(span: Span, hole: Span) -> Iterable[Span]:
    if hole.end <= span.start or span.end <= hole.start:
        yield span
        return
    if span.start < hole.start:
        yield Span(span.start, hole.start)
    if hole.end < span.end:
        yield Span(hole.end, span.end)


def flattened(opens: Iterable[Open]) -> tuple[Open, ...]:
    """Return the same working time in order and without overlaps: where several are open, the largest counts."""
    pieces = sorted(opens)
    edges = sorted({edge for piece in pieces for edge in (piece.start, piece.end)})
    flat: list[Open] = []
    for start, end in pairwise(edges):
        capacity = max((p.capacity for p in pieces if p.start <= start and end <= p.end), default=0)
        if capacity and flat and (flat[-1].end, flat[-1].capacity) == (start, capacity):
            flat[-1] = Open(flat[-1].start, end, capacity)
        elif capacity:
            flat.append(Open(start, end, capacity))
    return tuple(flat)

"""A commit is bounded alike in every runtime: at the limit it is built, over it refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.errors import TooLarge
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, CancelTimer, Claim, Commit, Free, Record, SetTimer, Take, Unchanged

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def records(count: int) -> tuple[Record, ...]:
    """Return so many records."""
    return tuple(Record("jar", f"j{n}", 1, 1, "{}") for n in range(count))


def message(body: str = "{}") -> Message:
    """Return a message."""
    return Message("jar:a:1:0", "Jar Filled", 1, "a", 1, NOW, "req", body)


def timers(count: int) -> tuple[SetTimer, ...]:
    """Return so many timers."""
    return tuple(SetTimer("a", f"t{n}", NOW, message()) for n in range(count))


def keyed(size: int) -> Record:
    """Return a record listed under keys of so many bytes."""
    return Record("jar", "a", 1, 1, "{}", {"by_shelf": ("p" * size, "s" * size)})


def of_events(sizes: list[int]) -> Commit:
    """Return a commit of events of these sizes."""
    return Commit(changes=records(1), events=tuple(message("x" * size) for size in sizes))


def of_claims(count: int) -> Commit:
    """Return a commit of so many claims."""
    return Commit(claims=tuple(Take(f"k{n}", "a") for n in range(count)))


def of_total(size: int) -> Commit:
    """Return a commit of so many bytes: a body, and three events of 64 KB (one of them in a timer)."""
    rest = size - 3 * limits.EVENT_BYTES
    big = message("x" * limits.EVENT_BYTES)
    record = Record("jar", "a", 1, 1, "x" * rest)
    return Commit(changes=(record,), events=(big, big), timers=(SetTimer("a", "t", NOW, big),))


MADE: dict[str, tuple[int, Callable[[int], Commit]]] = {
    "changes": (limits.COMMIT_ACTIONS, lambda n: Commit(changes=records(n))),
    "guards": (
        limits.COMMIT_ACTIONS,
        lambda n: Commit(unchanged=tuple(Unchanged("jar", f"j{i}", 1) for i in range(n))),
    ),
    "counters": (limits.COMMIT_ACTIONS, lambda n: Commit(counters=tuple(Add(f"k{i}", 1) for i in range(n)))),
    "claims": (limits.COMMIT_CLAIMS, of_claims),
    "actions of every sort": (
        limits.COMMIT_ACTIONS,
        lambda n: Commit(
            changes=records(20),
            unchanged=tuple(Unchanged("tin", f"t{i}", 1) for i in range(20)),
            counters=tuple(Add(f"k{i}", 1) for i in range(20)),
            claims=tuple(Free(f"k{i}", "a") for i in range(n - 60)),
        ),
    ),
    "events": (limits.EVENTS_PER_COMMIT, lambda n: of_events([2] * n)),
    "timers": (limits.TIMERS_PER_COMMIT, lambda n: Commit(changes=records(1), timers=timers(n))),
    "bytes of an event": (limits.EVENT_BYTES, lambda n: of_events([n])),
    "bytes of a timer's event": (
        limits.EVENT_BYTES,
        lambda n: Commit(changes=records(1), timers=(SetTimer("a", "t", NOW, message("x" * n)),)),
    ),
    "bytes": (limits.COMMIT_BYTES, of_total),
    "bytes of an id": (limits.KEY_BYTES, lambda n: Commit(changes=(Record("jar", "x" * n, 1, 1, "{}"),))),
    "bytes of a guard's id": (limits.KEY_BYTES, lambda n: Commit(unchanged=(Unchanged("jar", "x" * n, 1),))),
    "bytes of a claim": (limits.KEY_BYTES, lambda n: Commit(claims=(Take("x" * n, "a"),))),
    "bytes of a freed claim": (limits.KEY_BYTES, lambda n: Commit(claims=(Free("x" * n, "a"),))),
    "bytes of a counter": (limits.KEY_BYTES, lambda n: Commit(counters=(Add("x" * n, 1),))),
    "bytes of an index key": (limits.KEY_BYTES, lambda n: Commit(changes=(keyed(n),))),
}


@pytest.mark.parametrize("limit", MADE)
def test_a_commit_at_a_limit_is_built_and_one_over_it_is_refused(limit: str) -> None:
    bound, make = MADE[limit]
    make(bound)
    with pytest.raises(TooLarge) as refused:
        make(bound + 1)
    assert refused.value.extra["limit"] == bound


def test_sizes_are_bytes_of_utf_8_and_not_characters() -> None:
    half = limits.KEY_BYTES // 2
    Commit(claims=(Take("ü" * half, "a"),))
    with pytest.raises(TooLarge):
        Commit(claims=(Take("ü" * half + "x", "a"),))


@pytest.mark.parametrize(
    "parts",
    [
        {"changes": (*records(1), *records(1))},
        {"changes": records(1), "unchanged": (Unchanged("jar", "j0", 1),)},
        {"counters": (Add("k", 1), Add("k", 2))},
        {"claims": (Take("k", "a"), Free("k", "a"))},
    ],
)
def test_a_commit_that_names_a_thing_twice_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="twice"):
        Commit(**parts)


def test_things_of_one_name_but_of_other_sorts_are_not_the_same() -> None:
    Commit(
        changes=(Record("jar", "k", 1, 1, "{}"), Record("tin", "k", 1, 1, "{}")),
        counters=(Add("k", 1),),
        claims=(Take("k", "a"),),
    )


@pytest.mark.parametrize("parts", [{"events": (message(),)}, {"timers": (CancelTimer("a", "t"),)}])
def test_events_and_timers_need_a_record_to_ride_with(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ride with a changed record"):
        Commit(counters=(Add("k", 1),), **parts)


@pytest.mark.parametrize(
    ("add", "count", "allowed"),
    [
        (Add("k", -3), 3, True),
        (Add("k", -3), 2, False),
        (Add("k", 2, ceiling=5), 3, True),
        (Add("k", 2, ceiling=5), 4, False),
        (Add("k", -3, floor=None), 0, True),
        (Add("k", -1, floor=2), 2, False),
    ],
)
def test_a_counter_stays_between_floor_and_ceiling(add: Add, count: int, *, allowed: bool) -> None:
    assert add.allows(count) is allowed


def test_a_claim_binds_others_until_its_deadline_and_not_at_it() -> None:
    held = Claim("ana", NOW)
    assert held.binds("ben", NOW - timedelta(microseconds=1))
    assert not held.binds("ben", NOW)
    assert not held.binds("ana", NOW - timedelta(days=1))
    assert Claim("ana").binds("ben", NOW + timedelta(days=10_000))

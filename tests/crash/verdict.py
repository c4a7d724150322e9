"""What a crash loop came to: what was answered against what is stored, and whether it all agrees."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tests.crash.errands import Errand, Tally
from tests.journeys.running import RunningDesk

_TWICE = """
select source || ': ' || name || ', ' || count(*) || ' times' from events
where name like 'Order %' group by source, name having count(*) > 1"""
_UNTOLD = """
select id || ': never told' from r_order where id not in (select source from events where name = 'Order Created')"""


@dataclass(frozen=True)
class Report:
    """What a run came to so far. `ends` and what follows it are empty until it is over."""

    cycles: int
    answered: int
    replays: int
    cancelled: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    ends: tuple[tuple[str, int], ...] = ()
    wrong_ends: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or left behind, and everything agrees."""
        return not (self.lost or self.doubled or self.wrong_ends or self.differences)


def so_far(desk: RunningDesk, tally: Tally, cycles: int) -> Report:
    """Look for what was lost or doubled, once every customer has an answer."""
    stored = desk.standings()
    known = set(tally.orders.values())
    strangers = [f"{id}: nobody was told of it" for id in stored if id not in known]
    return Report(
        cycles=cycles,
        answered=len(tally.orders),
        replays=tally.replays,
        cancelled=sum(tally.cancelled.values()),
        lost=tuple(key for key, id in tally.orders.items() if id not in stored),
        doubled=(*tally.contradictions, *strangers, *_rows(desk, _TWICE), *_rows(desk, _UNTOLD)),
    )


def in_the_end(desk: RunningDesk, tally: Tally, cycles: int, errands: Sequence[Errand]) -> Report:
    """Look also for orders that stand where they should not, and for what does not agree; the desk is at rest."""
    stored = desk.standings()
    found = desk.compared()
    return replace(
        so_far(desk, tally, cycles),
        ends=tuple(sorted(Counter(stored.values()).items())),
        wrong_ends=tuple(
            f"{errand.key}: {stored.get(tally.orders[errand.key])}"
            for errand in errands
            if not _is_right(errand, tally, stored)
        ),
        differences=(
            *(f"{one.code}: {one.subject}, {one.cause}" for one in (*found.differences, *found.on_its_way)),
            *(f"dead letters of {name}: {count}" for name, count in found.dead_letters.items()),
        ),
    )


def _is_right(errand: Errand, tally: Tally, stored: Mapping[str, str]) -> bool:
    """Return whether an order stands where it should: only what is scarce may have been refused."""
    end = stored.get(tally.orders[errand.key])
    if errand.key in tally.cancelled:
        return end == ("CANCELLED" if tally.cancelled[errand.key] else "REJECTED")
    return end == "PROCESSED" or (errand.may_be_short and end == "REJECTED")


def _rows(desk: RunningDesk, sql: str) -> list[str]:
    with sqlite3.connect(f"file:{desk.data}/frontdesk.db?mode=ro", uri=True) as database:
        found = [text for (text,) in database.execute(sql)]
    database.close()
    return found

"""Free times: what a doctor's week leaves when visits, lead time, horizon and daily cap are taken away."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.hours.spans import Open, Taken, capacity_in, has_room

INSTANT = timedelta(microseconds=1)


class Visit(msgspec.Struct, frozen=True):
    """How long a visit takes, and what it needs before and after. `capacity` None: as its hours say."""

    duration: timedelta
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    capacity: int | None = None

    def taken(self, start: datetime) -> tuple[datetime, datetime]:
        """Return what a visit that begins at `start` takes from the doctor, buffers and all."""
        return start - self.buffer_before, start + self.duration + self.buffer_after


class Terms(msgspec.Struct, frozen=True):
    """Where visits may begin on the clocks of a place: on a grid, not too soon and not too late."""

    zone: str
    grid_minutes: int = 15
    lead: timedelta = timedelta()
    horizon: timedelta = timedelta(days=365)

    @property
    def grid(self) -> timedelta:
        """The steps in which visits begin."""
        return timedelta(minutes=self.grid_minutes)

    def on_grid(self, moment: datetime) -> datetime:
        """Return the first moment, this one included, at which the clocks show a time of the grid."""
        shown = to_local(moment, self.zone)
        minutes = shown.minute % self.grid_minutes
        if not (minutes or shown.second or shown.microsecond):
            return moment
        past = timedelta(minutes=minutes, seconds=shown.second, microseconds=shown.microsecond)
        return self.on_grid(moment + self.grid - past)

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Return between which moments (the first included) a visit may begin."""
        return now + self.lead, now + self.horizon


def room_at(opens: Iterable[Open], busy: Iterable[Taken], visit: Visit, start: datetime) -> int:
    """Return the capacity with which a visit can begin at `start`; 0 where it cannot."""
    begin, end = visit.taken(start)
    hours = capacity_in(opens, begin, end)
    capacity = (visit.capacity or hours) if hours else 0
    return capacity if capacity and has_room(busy, begin, end, capacity) else 0


def free_times(
    opens: Sequence[Open],
    busy: Sequence[Taken],
    visit: Visit,
    terms: Terms,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    full: Container[date] = (),
) -> Iterator[datetime]:
    """Yield the UTC moments in since <= moment < until at which a visit could begin, in order.

    `opens` come from `working_intervals`; `busy` from the doctor's day, without what has lapsed; `full` are the local
    dates that have as many visits as a day may have. Of a time that the clocks show twice both moments are yielded.
    """
    earliest, latest = terms.window(now)
    for run in _runs(opens):
        near = [
            visit_there
            for visit_there in busy
            if run[0].start < visit_there.end and visit_there.start < run[-1].end
        ]
        moment = terms.on_grid(max(since, earliest, run[0].start + visit.buffer_before))
        end = min(until, latest, run[-1].end - visit.duration - visit.buffer_after + INSTANT)
        while moment < end:
            if room_at(run, near, visit, moment) and to_local(moment, terms.zone).date() not in full:
                yield moment
            moment = terms.on_grid(moment + terms.grid)


def full_days(starts: Iterable[datetime], cap: int | None, zone: str) -> frozenset[date]:
    """Return the local dates on which as many visits begin as a day may have (None: any number)."""
    if cap is None:
        return frozenset()
    counts = Counter(to_local(start, zone).date() for start in starts)
    return frozenset(day for day, count in counts.items() if count >= cap)


def _runs(opens: Iterable[Open]) -> Iterator[list[Open]]:
    """Yield working time without a break in it, which a visit may use across a change of capacity."""
    run: list[Open] = []
    for span in opens:
        if run and run[-1].end < span.start:
            yield run
            run = []
        run.append(span)
    if run:
        yield run

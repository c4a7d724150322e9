"""How a clinic does: who comes, who confirms, how early people cancel, and whose place was taken again. Pure.

It is counted from the visits themselves, whenever somebody asks. So it is right after every correction, and there is
nothing that could disagree with them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from frontdesk.services.appointments.booking.model import Appointment, Source
from frontdesk.services.appointments.booking.states import State, Verb

CAME = frozenset({State.ARRIVED, State.CHECKED_IN, State.FULFILLED})
GONE = frozenset({State.CANCELLED, State.EXPIRED})
TAKEN = frozenset({State.PENDING, State.CONFIRMED, State.NO_SHOW, *CAME})
TAKING = frozenset({"create", "hold", Verb.ACCEPT, Verb.RESCHEDULE, Verb.REOPEN})  # by which a time is taken
ENDING = frozenset({Verb.CANCEL, Verb.LAPSE})
MOST_MISSING = 50  # patients that are named by their ids

_HOUR = timedelta(hours=1)
NOTICES = (  # of a cancellation: less than so long before
    ("under_2_hours", 2 * _HOUR),
    ("under_24_hours", 24 * _HOUR),
    ("under_48_hours", 48 * _HOUR),
)


class Missing(msgspec.Struct, frozen=True):
    """How often a patient did not come."""

    patient_id: str
    missed: int


class Notice(msgspec.Struct, frozen=True):
    """How long before the visit people cancelled: how many in each class, and the (upper) median in hours."""

    under_2_hours: int = 0
    under_24_hours: int = 0
    under_48_hours: int = 0
    longer: int = 0
    median_hours: float | None = None


class Figures(msgspec.Struct, frozen=True):
    """The visits of some days, counted. Rates are between 0 and 1; None where there is nothing to divide by.

    `show_rate`: came, of those who came or were missed. `confirmation_rate`: confirmed at any time, of all but what was
    entered by mistake. `refill_rate`: of the times that were given up, those that somebody else took;
    `refilled_from_list`: through the waiting list.
    """

    visits: int
    came: int
    missed: int
    show_rate: float | None
    confirmed: int
    confirmation_rate: float | None
    cancelled: int
    refilled: int
    refilled_from_list: int
    refill_rate: float | None
    notice: Notice
    missing: tuple[Missing, ...]


def figures(appointments: Iterable[Appointment]) -> Figures:
    """Count the visits of some days. What never was one is left out: holds, proposals, mistakes."""
    visits = [one for one in appointments if one.state in TAKEN or (one.state in GONE and _was_booked(one))]
    came, missed = _count(visits, CAME), _count(visits, {State.NO_SHOW})
    confirmed = sum(_was_confirmed(one) for one in visits)
    given_up = [one for one in visits if one.state in GONE]
    heirs = _heirs(visits, given_up)
    return Figures(
        visits=len(visits),
        came=came,
        missed=missed,
        show_rate=_rate(came, came + missed),
        confirmed=confirmed,
        confirmation_rate=_rate(confirmed, len(visits)),
        cancelled=len(given_up),
        refilled=len(heirs),
        refilled_from_list=sum(one.source is Source.WAITING_LIST for one in heirs),
        refill_rate=_rate(len(heirs), len(given_up)),
        notice=_notice([one.time.start - _ended_at(one) for one in given_up if one.state is State.CANCELLED]),
        missing=_missing(visits),
    )


def _count(visits: Iterable[Appointment], states: Iterable[State]) -> int:
    wanted = set(states)
    return sum(one.state in wanted for one in visits)


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _was_booked(visit: Appointment) -> bool:
    return any(step.state in TAKEN for step in visit.steps)


def _was_confirmed(visit: Appointment) -> bool:
    return any(step.state is State.CONFIRMED or step.verb == Verb.CONFIRM for step in visit.steps)


def _ended_at(visit: Appointment) -> datetime:
    return next(step.at for step in reversed(visit.steps) if step.verb in ENDING)


def _heirs(visits: Iterable[Appointment], given_up: Iterable[Appointment]) -> list[Appointment]:
    """Return, for each time that was given up and taken again, a visit that took it afterwards."""
    taken: Mapping[str, list[Appointment]] = defaultdict(list)
    for one in visits:
        if one.state in TAKEN:
            taken[one.doctor_id].append(one)
    found = (_heir(gone, taken[gone.doctor_id]) for gone in given_up)
    return [heir for heir in found if heir is not None]


def _heir(gone: Appointment, others: Sequence[Appointment]) -> Appointment | None:
    over = _ended_at(gone)
    for one in others:
        meets = one.time.start < gone.time.end and gone.time.start < one.time.end
        later = (step for step in one.steps if step.verb in TAKING and step.at >= over)
        if meets and any(step.start == one.time.start for step in later):
            return one
    return None


def _notice(times: Sequence[timedelta]) -> Notice:
    classes = Counter(next((name for name, limit in NOTICES if time < limit), "longer") for time in times)
    middle = round(sorted(times)[len(times) // 2] / _HOUR, 1) if times else None
    return Notice(**classes, median_hours=middle)


def _missing(visits: Iterable[Appointment]) -> tuple[Missing, ...]:
    missed = Counter(one.patient_id for one in visits if one.state is State.NO_SHOW and one.patient_id)
    return tuple(Missing(id, times) for id, times in missed.most_common(MOST_MISSING))

"""What an answer means: which visit it belongs to, and what is to be done about it. Pure.

The visit is the one that a button or a reply names. Where nothing names it, it must be the only one that it can be:
else we ask which. A "no", "cancel" or "I cannot" is asked once more before it cancels.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import AWAITED, State

SURE_LASTS = timedelta(hours=24)  # for so long a second "no" is the answer to "are you sure?"


class Outcome(StrEnum):
    """What becomes of an answer. The first six change something; of the others the patient is told or asked."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    BOOKED = "booked"
    SURE = "sure"  # asked once more
    TIMES = "times"  # shown where to choose another time
    FREE = "free"  # shown times, of which one may be chosen
    TIME_CHANGED = "time_changed"  # answered about another time than the present one
    WHICH = "which"
    OVER = "over"  # was cancelled already, or has been
    OFFER_OVER = "offer_over"
    TOO_LATE = "too_late"  # for a patient to change: the clinic must be called
    UNPLACED = "unplaced"  # for a person at the clinic


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit that an answer may belong to, `until` it begins, or is no longer held.

    `told`: the start that it had when the answer was given. `asked_at`: when we asked whether they are sure to cancel
    it. `offered`: the waiting list offers it, or did, and they have not accepted.
    """

    id: str
    state: State
    start: datetime
    until: datetime
    told: datetime
    changed_at: datetime
    asked_at: datetime | None = None
    offered: bool = False

    def is_open(self, now: datetime) -> bool:
        """Return whether there is anything to answer about it."""
        return now < self.until and (self.state in AWAITED or (self.offered and self.state is State.HELD))

    def is_asked(self, now: datetime) -> bool:
        """Return whether our question, are you sure, waits for its answer. What was changed since has voided it."""
        asked = self.asked_at
        return asked is not None and self.changed_at <= asked and now - asked < SURE_LASTS


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was said: by the button or link of `visit_id`, in reply to a message about it, or ("") with no such aim.

    `sure`: by a button, or in so many words. `bare`: no more than a "no", which says nothing by itself. `seen`: the
    start that the answered message spoke of, where it is known.
    """

    scope: Scope
    visit_id: str = ""
    sure: bool = False
    seen: datetime | None = None
    bare: bool = False


class Decision(msgspec.Struct, frozen=True):
    """What is to be done, about which visit, or which ones we have to ask about."""

    outcome: Outcome
    visits: tuple[Visit, ...] = ()


def decide(said: Said, visits: Sequence[Visit], now: datetime) -> Decision:
    """Say what an answer comes to, among the visits that it may belong to."""
    if said.visit_id:
        aimed = [visit for visit in visits if visit.id == said.visit_id]
        return _about(said, aimed[0], now) if aimed else Decision(Outcome.UNPLACED)
    coming = [visit for visit in visits if visit.is_open(now)]
    if not coming:
        last = max(visits, key=lambda visit: visit.start, default=None)
        return Decision(Outcome.OVER, (last,)) if last else Decision(Outcome.UNPLACED)
    asked = [visit for visit in coming if visit.is_asked(now)]
    if len(coming) > 1 and len(asked) != 1:
        return Decision(Outcome.WHICH, tuple(sorted(coming, key=lambda visit: (visit.start, visit.id))))
    return _about(said, (asked if len(coming) > 1 else coming)[0], now)


def _about(said: Said, visit: Visit, now: datetime) -> Decision:
    if not visit.is_open(now):
        return Decision(Outcome.OFFER_OVER if visit.offered else Outcome.OVER, (visit,))
    if (said.seen or visit.told) != visit.start:
        return Decision(Outcome.TIME_CHANGED, (visit,))
    return Decision(_offered(said) if visit.state is State.HELD else _booked(said, visit, now), (visit,))


def _offered(said: Said) -> Outcome:
    ways = {Scope.CONFIRM: Outcome.ACCEPTED, Scope.CANCEL: Outcome.DECLINED}
    return ways.get(said.scope, Outcome.UNPLACED)


def _booked(said: Said, visit: Visit, now: datetime) -> Outcome:
    if said.scope is Scope.RESCHEDULE:
        return Outcome.TIMES
    if said.sure:
        return Outcome.CONFIRMED if said.scope is Scope.CONFIRM else Outcome.CANCELLED
    if said.scope is Scope.CANCEL:
        return Outcome.CANCELLED if visit.is_asked(now) and not said.bare else Outcome.SURE
    # To "shall we cancel?" a "yes" may mean either, and so may a "no": it takes a button, or clear words.
    return Outcome.SURE if visit.is_asked(now) else Outcome.CONFIRMED

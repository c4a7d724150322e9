"""The pages behind links, as they are asked for. GET changes nothing; POST acts, and doing it again is safe."""

from datetime import datetime, timedelta

import msgspec

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.http import Document, Raw
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import Body
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.acting import BY_LINK, carry_out
from frontdesk.services.appointments.answers.deciding import Outcome, Said, Visit, decide
from frontdesk.services.appointments.answers.html import read_form
from frontdesk.services.appointments.answers.links import LINKS, SCOPES, Link, Scope, link_id
from frontdesk.services.appointments.answers.model import ANSWERS, Answer, Way, visit_of
from frontdesk.services.appointments.answers.moving import move, times
from frontdesk.services.appointments.answers.pages import (
    Sheet,
    dead_page,
    read_stamp,
    times_page,
    visit_page,
)
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment
from frontdesk.services.appointments.booking.refusals import TooLate
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.clinics.model import CLINICS, Clinic
from frontdesk.services.appointments.dates import spoken

SHOWN_DAYS = timedelta(days=7)
LATEST = timedelta(days=366)  # nobody books later
TOKEN_MAX = 64


class OpenLink(Body, frozen=True):
    """A link as it is opened: `t` is its token, `do` what is wanted, `from` since when free times are."""

    t: str = ""
    do: str = ""
    since: str = msgspec.field(name="from", default="")


class Opened(msgspec.Struct, frozen=True):
    """A link that leads somewhere, and what it leads to."""

    token: str
    link: Link
    stored: Stored[Appointment]
    clinic: Clinic
    visit: Visit

    def sheet(self, now: datetime, appointment: Appointment | None = None) -> Sheet:
        """Return what its page tells, of the appointment as it is or as it has just become."""
        one = appointment or self.stored.value
        is_open = visit_of(self.stored.changed(one), None, now).is_open(now)
        return Sheet(
            token=self.token,
            language=spoken(self.link.language),
            clinic=self.clinic.name,
            doctor=one.doctor_name,
            state=one.state,
            start=one.time.start,
            zone=one.time.zone,
            scopes=self.link.scopes if is_open else (),
            held_until=one.held_until if is_open and one.state is State.HELD else None,
        )


async def show_link(unit: Unit, query: OpenLink) -> Document:
    """Show the visit of a link, or times to which it could be moved."""
    opened = await _open(unit, query.t)
    if opened is None:
        return dead_page(spoken(""))
    is_open = opened.visit.is_open(unit.now)
    if is_open and _may_move(opened) and SCOPES.get(query.do) is Scope.RESCHEDULE:
        return await _times(unit, opened, read_stamp(query.since))
    if not is_open:
        return visit_page(
            opened.sheet(unit.now), Outcome.OFFER_OVER if opened.visit.offered else Outcome.OVER
        )
    has_moved = opened.link.start != opened.visit.start
    return visit_page(opened.sheet(unit.now), Outcome.TIME_CHANGED if has_moved else None)


async def answer_link(unit: Unit, form: Raw) -> Document:
    """Do what the reader of a page has pressed. Raises Malformed."""
    fields = read_form(form.content)
    opened = await _open(unit, fields.get("t", ""))
    scope = SCOPES.get(fields.get("do", ""))
    if opened is None or scope not in opened.link.scopes:
        return dead_page(spoken(""))
    chosen = read_stamp(fields.get("start", ""))
    is_repeat = chosen == opened.visit.start  # the form that has brought the visit here, sent again
    seen = chosen if is_repeat else read_stamp(fields.get("seen", ""))
    decision = decide(Said(scope, opened.stored.id, sure=True, seen=seen), [opened.visit], unit.now)
    if decision.outcome is Outcome.TIMES:
        return await _move(unit, opened, chosen)
    deed = await carry_out(unit, decision, opened.stored, BY_LINK)
    if deed.change is None:
        return visit_page(opened.sheet(unit.now), deed.outcome)
    page = visit_page(opened.sheet(unit.now, deed.change.primary.value), deed.outcome)
    await deed.change.commit(unit, _answer(unit, opened, scope, deed.outcome))
    return page


async def _open(unit: Unit, token: str) -> Opened | None:
    link = await unit.find(LINKS, link_id(token)) if 0 < len(token) <= TOKEN_MAX else None
    if link is None or link.value.books or not link.value.lives(unit.now):
        return None
    stored = await unit.get(APPOINTMENTS, link.value.appointment_id)
    clinic = await unit.get(CLINICS, link.value.clinic_id)
    return Opened(token, link.value, stored, clinic.value, visit_of(stored, None, unit.now))


def _may_move(opened: Opened) -> bool:
    return Scope.RESCHEDULE in opened.link.scopes and opened.visit.state is not State.HELD


async def _move(unit: Unit, opened: Opened, start: datetime | None) -> Document:
    if start is None:
        return await _times(unit, opened, None)
    if start == opened.visit.start:
        return visit_page(opened.sheet(unit.now), Outcome.MOVED)
    try:
        change = await move(unit, opened.stored, start)
    except TooLate:
        return visit_page(opened.sheet(unit.now), Outcome.TOO_LATE)
    except Rejected:  # not free any more, by one rule or another
        return await _times(unit, opened, start, "slot_taken")
    page = visit_page(opened.sheet(unit.now, change.primary.value), Outcome.MOVED)
    await change.commit(unit, _answer(unit, opened, Scope.RESCHEDULE, Outcome.MOVED))
    return page


async def _times(unit: Unit, opened: Opened, since: datetime | None, outcome: str = "") -> Document:
    """Show a week of free times, from now or a moment to come on."""
    latest = unit.now + LATEST
    begin = min(max(unit.now, since or unit.now), latest)
    later = begin + SHOWN_DAYS
    free = await times(unit, opened.stored.value, begin, later)
    return times_page(opened.sheet(unit.now), free, later if later < latest else None, outcome)


def _answer(unit: Unit, opened: Opened, scope: Scope, outcome: Outcome) -> Stored[Answer]:
    answer = Answer(
        clinic_id=opened.link.clinic_id,
        patient_id=opened.stored.value.patient_id,
        scope=scope,
        way=Way.LINK,
        outcome=outcome,
        appointment_ids=(opened.stored.id,),
        at=unit.now,
    )
    return ANSWERS.new(unit.new_id("ans"), answer)

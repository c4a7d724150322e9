"""What is done about an answer that came by a message: find its visit, decide, make it so, and have them told."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.acting import BY_MESSAGE, Deed, carry_out
from frontdesk.services.appointments.answers.deciding import Outcome, Said, Visit, decide
from frontdesk.services.appointments.answers.links import LINKS, Link, Scope, link_id, token_of
from frontdesk.services.appointments.answers.model import (
    ANSWERS,
    QUESTIONS,
    Answer,
    Question,
    Way,
    visit_of,
)
from frontdesk.services.appointments.answers.wishing import grant
from frontdesk.services.appointments.booking.agenda import AGENDAS, patient_agenda
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment
from frontdesk.services.appointments.events import AnswerUnplaced, MessageWanted
from frontdesk.services.appointments.ports import Seals, Template
from frontdesk.services.notifications.events import AnswerReceived

SCOPES = {
    "confirm": Scope.CONFIRM,
    "cancel": Scope.CANCEL,
    "move": Scope.RESCHEDULE,
    "book": Scope.BOOK,
}
LOOKED_AT = 50  # visits of one person or telephone; more than that to come has nobody

# What they are told. Of what changes a visit its own events tell them; for the unplaced somebody of the desk does.
TEMPLATES = {
    Outcome.CONFIRMED: Template.CONFIRMED,
    Outcome.SURE: Template.SURE,
    Outcome.TIMES: Template.TIMES,
    Outcome.FREE: Template.FREE,
    Outcome.TIME_CHANGED: Template.TIME_CHANGED,
    Outcome.WHICH: Template.WHICH,
    Outcome.OVER: Template.IS_OVER,
    Outcome.OFFER_OVER: Template.OFFER_OVER,
    Outcome.TOO_LATE: Template.TOO_LATE,
}


async def hear(unit: Unit, event: AnswerReceived) -> None:
    """Do what a patient answered, or ask. A repeat changes nothing, and so does an answer that wants nothing of us."""
    scope = SCOPES.get(event.intent)
    if scope is None or await unit.find(ANSWERS, event.answer_id) is not None:
        return
    link = await _link(unit, event)
    clinic_id = link.clinic_id if link else event.place.removeprefix("clinic:")
    if link is None and clinic_id == event.place:  # of another kind of place, or of none that is known
        return
    near = await _near(unit, event, link, clinic_id)
    if scope is Scope.BOOK:
        wish = await grant(unit, near, link if event.button else None)
        answer = _answer(event, clinic_id, scope, wish.deed.outcome, wish.visit_ids, near)
        await _keep(unit, answer, wish.deed, starts=wish.starts)
        return
    aimed = link.appointment_id if link else event.about
    said = Said(
        scope, aimed if aimed in near else "", event.sure, link.start if link else None, bare=event.bare
    )
    visits = await _visits(unit, near, event)
    decision = decide(said, visits, unit.now)
    about = near[decision.visits[0].id] if len(decision.visits) == 1 else None
    deed = await carry_out(unit, decision, about, BY_MESSAGE)
    ids = tuple(visit.id for visit in decision.visits)
    answer = _answer(event, clinic_id, scope, deed.outcome, ids, near)
    await _keep(unit, answer, deed, *await _asked(unit, deed.outcome, decision.visits))


async def _keep(
    unit: Unit, answer: Stored[Answer], deed: Deed, *others: AnyStored, starts: tuple[datetime, ...] = ()
) -> None:
    told = _told(answer, starts)
    if deed.change is not None:
        await deed.change.commit(unit, answer, *others, events=told)
    else:
        await unit.commit(answer, *others, events=told)


async def _link(unit: Unit, event: AnswerReceived) -> Link | None:
    """Return the link of the button that was pressed, or of the message that was replied to."""
    id = event.button
    if not id and event.message_id:
        id = link_id(token_of(event.message_id, unit.provider(Seals).seal))  # type: ignore[type-abstract] # a port
    stored = await unit.find(LINKS, id) if id else None
    return stored.value if stored else None


async def _near(
    unit: Unit, event: AnswerReceived, link: Link | None, clinic_id: str
) -> Mapping[str, Stored[Appointment]]:
    """Return the visits that an answer may belong to: those told of, and all others that these people have to come."""
    told = dict.fromkeys((link.appointment_id if link else "", event.about, *event.candidates))
    near = await _appointments(unit, told, clinic_id)
    people = {one.value.patient_id for one in near.values()} | {event.person}
    ids = [patient_agenda(id) for id in sorted(people - {""})][:LOOKED_AT]
    agendas = await unit.get_many(AGENDAS, ids) if ids else {}
    busy = [one.appointment_id for agenda in agendas.values() for one in agenda.value.busy]
    return {**near, **await _appointments(unit, (id for id in busy if id not in near), clinic_id)}


async def _appointments(unit: Unit, ids: Iterable[str], clinic_id: str) -> Mapping[str, Stored[Appointment]]:
    wanted = [id for id in ids if id][:LOOKED_AT]
    found = await unit.get_many(APPOINTMENTS, wanted) if wanted else {}
    return {id: one for id, one in found.items() if one.value.clinic_id == clinic_id}


async def _visits(unit: Unit, near: Mapping[str, Stored[Appointment]], event: AnswerReceived) -> list[Visit]:
    questions = await unit.get_many(QUESTIONS, list(near)) if near else {}
    return [visit_of(one, questions.get(id), event.received_at) for id, one in near.items()]


async def _asked(unit: Unit, outcome: Outcome, visits: tuple[Visit, ...]) -> tuple[AnyStored, ...]:
    """Return what keeps that we ask whether they are sure."""
    if outcome is not Outcome.SURE:
        return ()
    id, question = visits[0].id, Question(unit.now)
    found = await unit.find(QUESTIONS, id)
    return (found.changed(question) if found else QUESTIONS.new(id, question),)


def _answer(  # noqa: PLR0917 - all that is kept of it
    event: AnswerReceived,
    clinic_id: str,
    scope: Scope,
    outcome: Outcome,
    ids: tuple[str, ...],
    near: Mapping[str, Stored[Appointment]],
) -> Stored[Answer]:
    answer = Answer(
        clinic_id=clinic_id,
        patient_id=near[ids[0]].value.patient_id if ids else event.person,
        scope=scope,
        way=Way.BUTTON if event.button else Way.WORDS,
        outcome=outcome,
        appointment_ids=ids,
        at=event.received_at,
    )
    return ANSWERS.new(event.answer_id, answer)


def _told(stored: Stored[Answer], starts: tuple[datetime, ...]) -> tuple[Event, ...]:
    answer = stored.value
    if answer.outcome is Outcome.UNPLACED:
        return (AnswerUnplaced(answer_id=stored.id, clinic_id=answer.clinic_id),)
    template = TEMPLATES.get(answer.outcome)
    if template is None:
        return ()
    is_which = answer.outcome is Outcome.WHICH
    return (
        MessageWanted(
            clinic_id=answer.clinic_id,
            appointment_id=answer.appointment_ids[0],
            patient_id=answer.patient_id,
            template=template,
            cause_id=stored.id,
            visits=answer.appointment_ids if is_which else (),
            scope=answer.scope if is_which else "",
            starts=starts,
        ),
    )

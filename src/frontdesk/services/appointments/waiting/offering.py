"""Offering a freed time to the first who waits for it: a hold for them alone, the offer and their entry in one commit.

Whoever is first on the list and can have the time gets it. If somebody else has taken it meanwhile, there is nothing
left to offer; should it become free again, all begins anew.
"""

from datetime import datetime

from msgspec.structs import replace

from frontdesk.kernel.errors import Invalid, Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Actor, Party, Source
from frontdesk.services.appointments.booking.refusals import PatientBusy, TooManyOpen
from frontdesk.services.appointments.booking.states import AWAITED, State
from frontdesk.services.appointments.booking.wishes import Asked, prepare
from frontdesk.services.appointments.events import (
    AppointmentBooked,
    AppointmentExpired,
    AppointmentMistaken,
    OfferAccepted,
    OfferLapsed,
    OfferMade,
    SlotSought,
    SlotWanted,
)
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState
from frontdesk.services.appointments.waiting.offers import (
    OFFERS,
    OPEN_FOR,
    Offer,
    OfferState,
    about,
    waits,
)
from frontdesk.services.appointments.waiting.vacancies import VACANCIES, Vacancy

BY_LIST = Actor(Party.SYSTEM, "frontdesk")


async def offer_slot(unit: Unit, event: SlotWanted) -> None:
    """Offer a time to the first who can have it."""
    id = unit.new_id("apt")
    stored = await unit.get(VACANCIES, event.vacancy_id)
    found = stored.value
    if found.start <= unit.now:
        return
    until = min(unit.now + OPEN_FOR, found.start)
    entries = await unit.get_many(ENTRIES, found.candidates)
    cannot: list[str] = []
    for entry in (entries[one] for one in found.candidates if one in entries):
        try:
            change = await _hold(unit, id, entry.value, found, until)
        except (PatientBusy, TooManyOpen, Invalid):
            cannot.append(entry.id)
        except Rejected:  # taken, or not within the doctor's hours any more: perhaps it suits a shorter visit
            continue
        else:
            if change is not None:
                await _offer(unit, change, entry, stored.changed(found.asks([*cannot, entry.id])), until)
                return
    if cannot:
        await unit.commit(stored.changed(found.asks(cannot)), events=(SlotSought(vacancy_id=stored.id),))


async def note_booked(unit: Unit, event: AppointmentBooked) -> None:
    """Note that an offered time was given to whom it was offered, by somebody of the desk."""
    if event.source == Source.WAITING_LIST:
        await _close(unit, event.appointment_id, OfferState.ACCEPTED)


async def note_over(unit: Unit, event: AppointmentExpired | AppointmentMistaken) -> None:
    """Note that an offered time is kept for nobody any more: who did not answer waits on."""
    if not isinstance(event, AppointmentExpired) or event.was_state == State.HELD:
        await _close(unit, event.appointment_id, OfferState.LAPSED)


async def _hold(unit: Unit, id: str, entry: Entry, found: Vacancy, until: datetime) -> Change | None:
    """Return what keeps a time for somebody, None if it does not suit them. Raises what booking raises.

    Who would give up a visit for it, which may overlap this one, is entered only when they accept.
    """
    wishes = entry.wishes
    minutes = wishes.minutes or (None if wishes.visit_type_id else _minutes(found))
    asked = Asked(
        clinic_id=found.clinic_id,
        doctor_id=found.doctor_id,
        start=found.start,
        minutes=minutes,
        visit_type_id=wishes.visit_type_id,
        patient=entry.patient,
        source=Source.WAITING_LIST,
    )
    wish = (await prepare(unit, asked)).wish
    if not entry.may_be_offered(wish.time, found.doctor_id, unit.now):
        return None
    if entry.swaps:
        old = await unit.find(APPOINTMENTS, entry.swaps)
        if old is not None and old.value.state in AWAITED:
            if old.value.time.start <= found.start:
                return None
            wish = replace(wish, patient=None, patient_id="")
    return await changes.hold(unit, id, wish, BY_LIST, until)


async def _offer(
    unit: Unit, change: Change, entry: Stored[Entry], vacancy: Stored[Vacancy], until: datetime
) -> None:
    held = change.primary
    offer = Offer(
        held.value.clinic_id,
        entry.id,
        held.value.doctor_id,
        entry.value.patient_id,
        held.value.time.start,
        unit.now,
        until,
    )
    await change.commit(
        unit,
        OFFERS.new(held.id, offer),
        entry.changed(entry.value.offered(held.id)),
        vacancy,
        events=(OfferMade(**about(held.id, offer), until=until),),
    )


async def _close(unit: Unit, id: str, state: OfferState) -> None:
    """Note what became of an offer that nobody accepted or declined by itself."""
    stored = await unit.find(OFFERS, id)
    if stored is None or stored.value.state is not OfferState.OPEN:
        return
    entry = await unit.get(ENTRIES, stored.value.entry_id)
    told = OfferAccepted if state is OfferState.ACCEPTED else OfferLapsed
    after = EntryState.ACCEPTED if state is OfferState.ACCEPTED else entry.value.still(unit.now)
    mine = entry.value.state is EntryState.OFFERED and entry.value.offer_id == id
    await unit.commit(
        stored.changed(replace(stored.value, state=state)),
        *((entry.changed(entry.value.became(after)),) if mine else ()),
        events=(told(**about(id, stored.value)), *(waits(entry, after) if mine else ())),
    )


def _minutes(found: Vacancy) -> int:
    return int((found.end - found.start).total_seconds()) // 60

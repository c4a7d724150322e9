"""What an answer changes: the visit's or the offer's own change, not committed yet."""

import msgspec

from frontdesk.kernel.errors import NotFound, Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.deciding import Decision, Outcome
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.model import Actor, Appointment, Party
from frontdesk.services.appointments.booking.refusals import PatientBusy, TooLate, TooManyOpen
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.waiting import offers

BY_MESSAGE, BY_LINK = (
    "pat-crs",
    "pat-cpp",
)  # of appointment-cancellation-reason: by the reminders, by the website


class Deed(msgspec.Struct, frozen=True):
    """What an answer comes to in the end, and the change that makes it so, if there is one."""

    outcome: Outcome
    change: Change | None = None


async def carry_out(unit: Unit, decision: Decision, stored: Stored[Appointment] | None, reason: str) -> Deed:
    """Return what a decision about an appointment changes; a rule that says no makes another outcome of it."""
    if stored is None:
        return Deed(decision.outcome)
    actor = Actor(Party.PATIENT, stored.value.patient_id)
    try:
        return Deed(decision.outcome, await _change(unit, decision.outcome, stored, actor, reason))
    except TooLate:
        return Deed(Outcome.TOO_LATE)
    except (PatientBusy, TooManyOpen):  # they have another visit then: somebody has to talk to them
        return Deed(Outcome.UNPLACED)
    except (Rejected, NotFound):
        return Deed(Outcome.OFFER_OVER if stored.value.state is State.HELD else Outcome.OVER)


async def _change(
    unit: Unit, outcome: Outcome, stored: Stored[Appointment], actor: Actor, reason: str
) -> Change | None:
    if outcome is Outcome.CONFIRMED and stored.value.state is State.PENDING:
        return await changes.confirm(unit, stored, actor)
    if outcome is Outcome.CANCELLED:
        return await changes.cancel(unit, stored, actor, reason)
    if outcome is Outcome.ACCEPTED:
        return await offers.accept(unit, stored, actor)
    if outcome is Outcome.DECLINED:
        return await offers.decline(unit, stored, actor)
    return None

"""What can be done with appointments, as changes that are not committed yet.

A handler calls one of these, adds what it has to say itself, and commits: `change.commit(unit, my_record, ...)`.
Each reads the agendas it needs, so it comes after no commit. All raise IllegalTransition where the state does not
allow it, besides what they name.
"""

from datetime import datetime

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.change import Change, Wish
from frontdesk.services.appointments.booking.model import Actor, Appointment, Patient


async def book(unit: Unit, id: str, wish: Wish, actor: Actor, *, confirmed: bool = False) -> Change:
    """Give somebody a time. Raises SlotTaken, PatientBusy, TooManyOpen, InThePast."""
    raise NotImplementedError


async def hold(unit: Unit, id: str, wish: Wish, actor: Actor, until: datetime) -> Change:
    """Keep a time until a moment; the wish may be without a patient. Raises SlotTaken, PatientBusy, TooManyOpen."""
    raise NotImplementedError


async def propose(unit: Unit, id: str, wish: Wish, actor: Actor) -> Change:
    """Note a time without taking it: "we will call you"."""
    raise NotImplementedError


async def accept(unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor) -> Change:
    """Take the time of a proposal, or another. Raises what `book` raises."""
    raise NotImplementedError


async def complete(
    unit: Unit,
    stored: Stored[Appointment],
    actor: Actor,
    *,
    patient: Patient | None = None,
    patient_id: str = "",
    confirmed: bool = False,
) -> Change:
    """Make a held time the patient's for good. Raises HoldLapsed, PatientBusy, TooManyOpen."""
    raise NotImplementedError


async def move(unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor) -> Change:
    """Give an appointment another time (its own may overlap it), in one write. Raises as `book`, and TooLate."""
    raise NotImplementedError


async def confirm(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that the patient will come."""
    raise NotImplementedError


async def cancel(unit: Unit, stored: Stored[Appointment], actor: Actor, reason: str) -> Change:
    """Give a time up; `reason` is a code of appointment-cancellation-reason. Raises TooLate (for a patient)."""
    raise NotImplementedError


async def lapse(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Let a hold, or an unconfirmed visit, go."""
    raise NotImplementedError


async def reopen(unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor) -> Change:
    """Give a cancelled appointment its time again, if it is free. Raises SlotTaken, PatientBusy, InThePast."""
    raise NotImplementedError

"""The figures of a clinic, of some dates of its calendar."""

from datetime import timedelta

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.clinics.model import CLINICS
from frontdesk.services.appointments.privacy.accesses import note
from frontdesk.services.appointments.waiting.commands import AskFigures
from frontdesk.services.appointments.waiting.days import visits_of
from frontdesk.services.appointments.waiting.figures import Figures, figures

MAX_DAYS = 92  # of one question


async def show_figures(unit: Unit, query: AskFigures, clinic_id: str) -> Figures:
    """Return how a clinic did on some days, to its people. Raises NotFound, Invalid."""
    check_staff(unit.caller, clinic_id)
    zone = (await unit.get(CLINICS, clinic_id)).value.time_zone
    if not timedelta() <= query.last - query.first < timedelta(days=MAX_DAYS):
        advice = f"Must not be before from, and at most {MAX_DAYS} days in all."
        raise Invalid((Fault("/to", "out_of_range", advice),))
    visits = await visits_of(unit, clinic_id, zone, query.first, query.last)
    counted = figures(one.value for one in visits)
    await note(unit, "statistics", {clinic_id: [one.patient_id for one in counted.missing]})
    return counted


def figures_view(found: Figures) -> Figures:
    """Show them as they are."""
    return found

"""What a letter says, in the language of whoever gets it, and by the clocks of the clinic. Pure.

No word of why somebody comes, nor what the doctor does: others see the screen of a telephone.
"""

from datetime import date, datetime
from itertools import groupby

from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.dates import say_day, say_near_day
from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.reminders.letter import Letter


def values_of(letter: Letter, link: str) -> dict[str, str]:
    """Return what is put into the places of the template; `link`, where there is one, is where to answer."""
    time, clinic = letter.appointment.time, letter.clinic
    values = {
        "patient": _first_name(letter.patient),
        "doctor": letter.appointment.doctor_name,
        "day": _day(time.start, letter),
        "time": _clock(time.start, letter),
        "clinic": clinic.name,
        "phone": clinic.phone or "",
        "address": clinic.address or "",
    }
    if link:
        values["link"] = link
    if letter.was is not None:
        values |= {"was_day": _day(letter.was, letter), "was_time": _clock(letter.was, letter)}
    if letter.until is not None:
        values["until"] = _clock(letter.until, letter)
    if letter.which:
        values["visits"] = "\n".join(
            label_of_visit(appointment, letter) for appointment in letter.which.values()
        )
    if letter.starts:
        days = groupby(letter.starts, lambda start: _day(start, letter))
        values["times"] = "\n".join(
            f"{day}: {', '.join(_clock(start, letter) for start in starts)}" for day, starts in days
        )
    return values


def label_of_visit(appointment: Appointment, letter: Letter) -> str:
    """Return one of several visits in a line; where they are several people's, first whose: buttons are cut short."""
    start = appointment.time.start
    line = f"{_day(start, letter)}, {_clock(start, letter)}, {appointment.doctor_name}"
    shared = len({one.patient_id for one in letter.which.values()}) > 1
    return f"{_first_name(appointment.patient)}: {line}" if shared and appointment.patient else line


def label_of_time(start: datetime, letter: Letter) -> str:
    """Return one of several times that may be chosen."""
    return f"{_clock(start, letter)} · {say_near_day(_date(start, letter), letter.language)}"


def _first_name(patient: Patient) -> str:
    return patient.name.split()[0]


def _day(moment: datetime, letter: Letter) -> str:
    return say_day(_date(moment, letter), letter.language)


def _date(moment: datetime, letter: Letter) -> date:
    return to_local(moment, letter.appointment.time.zone).date()


def _clock(moment: datetime, letter: Letter) -> str:
    return f"{to_local(moment, letter.appointment.time.zone):%H:%M}"

"""What is told of an appointment: ids and moments, and nothing that is personal."""

from datetime import datetime
from typing import TypedDict

from frontdesk.services.appointments.booking.model import Actor, Appointment
from frontdesk.services.appointments.events import AppointmentBooked, AppointmentMoved, SlotFreed


class About(TypedDict):
    """What every event about an appointment says."""

    clinic_id: str
    appointment_id: str
    doctor_id: str
    patient_id: str
    start_utc: datetime


def about(id: str, appointment: Appointment) -> About:
    """Return what every event about an appointment says."""
    return {
        "clinic_id": appointment.clinic_id,
        "appointment_id": id,
        "doctor_id": appointment.doctor_id,
        "patient_id": appointment.patient_id,
        "start_utc": appointment.time.start,
    }


def booked(id: str, appointment: Appointment) -> AppointmentBooked:
    """Tell that somebody has a time."""
    return AppointmentBooked(
        **about(id, appointment),
        end_utc=appointment.time.end,
        visit_type_id=appointment.visit_type_id,
        state=appointment.state,
        source=appointment.source,
    )


def moved(id: str, before: Appointment, now_so: Appointment, actor: Actor) -> AppointmentMoved:
    """Tell that an appointment has another time."""
    return AppointmentMoved(
        **about(id, now_so),
        was=before.time.start,
        was_doctor_id=before.doctor_id,
        end_utc=now_so.time.end,
        by=actor.party,
    )


def left_behind(id: str, before: Appointment, now_so: Appointment, now: datetime) -> tuple[SlotFreed, ...]:
    """Tell of the time that a move has left, unless the new one reaches into it."""
    meets = before.time.start < now_so.time.end and now_so.time.start < before.time.end
    return () if meets and before.doctor_id == now_so.doctor_id else freed(id, before, now, "moved")


def freed(id: str, before: Appointment, now: datetime, why: str) -> tuple[SlotFreed, ...]:
    """Tell of a time that was given up, if it is still to come."""
    if before.time.start <= now:
        return ()
    slot = SlotFreed(
        **about(id, before), visit_type_id=before.visit_type_id, end_utc=before.time.end, why=why
    )
    return (slot,)

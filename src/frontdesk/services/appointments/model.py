"""The states of an appointment, where the reference looks for those of a service."""

from frontdesk.services.appointments.booking.states import TABLE

TRANSITIONS = TABLE

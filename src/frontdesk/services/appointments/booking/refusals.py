"""The rules that may say no to a booking, by their facts. None tells who else is meant."""

from frontdesk.kernel.errors import Rejected


class SlotTaken(Rejected):
    """The doctor has no time then; see conflicts_with and alternatives."""


class PatientBusy(Rejected):
    """The patient has another appointment at that time; see conflicts_with."""


class TooManyOpen(Rejected):
    """The patient has as many appointments before them as the clinic allows."""


class TooLate(Rejected):
    """The clinic does not let a patient change this so shortly before it begins: call the clinic."""


class TooEarly(Rejected):
    """It can be said only from a certain moment on; see earliest."""


class HoldLapsed(Rejected):
    """The time was kept for some minutes, and these are over."""


class NotYetOpen(Rejected):
    """Patients of this clinic book neither so shortly before nor so far ahead; see earliest and latest."""


class InThePast(Rejected):
    """That time has gone by."""


class NotTheSameDay(Rejected):
    """A missed visit can be undone on its own day only."""


class DayFull(Rejected):
    """The doctor has as many visits on that day as there may be; see most."""

"""A clinic with a waiting list: people join over HTTP, and what is freed finds them."""

from typing import Any

from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.booking.agenda import Agenda
from frontdesk.services.appointments.ports import Message
from tests.unit.appointments.booking.clinic import CLINIC, OVERBOOKS
from tests.unit.appointments.reminders.world import Told

WAITING = {"waiting-list:read", "waiting-list:write"}
RECEPTION = Caller("usr_desk", OVERBOOKS | WAITING, {f"clinic:{CLINIC}": "reception"})


class Waiting(Told):
    """People wait, and answer what they are offered."""

    def waits(self, patient: str, **more: Any) -> str:
        """Let somebody wait, and return the entry's id."""
        body = {"patient_name": patient, "patient_phone": phone(patient), **more}
        id = str(self.ok(RECEPTION, "POST /waiting-list", body)["entry_id"])
        self.passes(seconds=1)  # who joins next joins later
        return id

    def entry(self, id: str) -> Any:
        """Return an entry as the reception sees it."""
        return self.ok(RECEPTION, f"GET /waiting-list/{id}")

    def state(self, id: str) -> str:
        """Return where an entry stands."""
        return str(self.entry(id)["state"])

    def answers(self, id: str, verb: str) -> Any:
        """Accept or decline for somebody."""
        answer = self.ok(RECEPTION, f"POST /waiting-list/{id}/{verb}")
        self.settle()
        return answer

    def cancelled(self, time: str = "10:00", patient: str = "Ana Torres", **more: Any) -> str:
        """Book a time and cancel it, and return the id of that visit."""
        id = self.booked(time, patient, **more)
        self.done(id, "cancel")
        return id

    def offers(self) -> list[Message]:
        """Return the offers that were made, in order."""
        return self.told("offer")

    def offered_to(self) -> list[str]:
        """Return the first names of those who were offered something, in order."""
        return [message.values["patient"] for message in self.offers()]

    def day(self) -> Agenda:
        """Return what stands in the doctor's Monday."""
        return self.agenda(self.vega)


def phone(patient: str) -> str:
    """Return a telephone of somebody's own."""
    return f"+569{sum(map(ord, patient)):08d}"

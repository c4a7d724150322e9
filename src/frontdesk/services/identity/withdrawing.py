"""Verifiers of access tokens are told what is good no more."""

from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import outside
from frontdesk.services.identity.events import AdmissionWithdrawn


async def withdraw_admission(unit: Unit, event: AdmissionWithdrawn) -> None:
    """Have tokens refused from now on. Told twice or late, it is the same."""
    outside.withdrawals(unit).withdraw(event.name, event.generation)

"""Verifiers of access tokens are told what is good no more: as it happens, and when they start."""

from frontdesk.kernel import limits
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import outside
from frontdesk.services.identity.acts import KNOWN_FOR, WITHDRAWALS, Reach
from frontdesk.services.identity.events import AdmissionWithdrawn


async def withdraw_admission(unit: Unit, event: AdmissionWithdrawn) -> None:
    """Have tokens refused from now on. Told twice or late, it is the same."""
    outside.withdrawals(unit).withdraw(event.name, event.generation)


async def load_withdrawals(unit: Unit) -> int:
    """Tell a verifier that starts what it has missed, and return how much that was."""
    found = 0
    for reach in Reach:
        since, cursor = sortable(unit.now - KNOWN_FOR[reach]), ""
        while True:
            page = await unit.query(
                WITHDRAWALS, "recent", reach, since=since, cursor=cursor, limit=limits.PAGE_MAX
            )
            for one in page.items:
                outside.withdrawals(unit).withdraw(one.value.name, one.value.generation)
            found += len(page.items)
            cursor = page.cursor
            if not cursor:
                break
    return found

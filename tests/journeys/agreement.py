"""Whether a desk's orders, books and stock agree once it has come to rest."""

from frontdesk.reconciliation.report import Report
from tests.journeys.desk import Desk


def reconciled(desk: Desk, shop: str = "") -> Report:
    """Return what `frontdesk reconcile` would, once the desk has come to rest; everything must agree then."""
    desk.wait_until_settled()
    found = desk.compared(shop)
    assert found.differences == []
    assert found.on_its_way == []
    return found

"""Where a list begins and ends: moments and cursors as they are sent, and as an index sorts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Page, T, Unit
from frontdesk.services.accounting.commands import FIRST_YEAR, LAST_YEAR, ListBooks


async def page_of(unit: Unit, kind: Kind[T], shop_id: str, query: ListBooks) -> Page[T]:
    """Return the part of a shop's list that was asked for. Raises Invalid."""
    return await unit.query(
        kind,
        "by_shop",
        shop_id,
        since=_bound("since", query.since),
        until=_bound("until", query.until),
        cursor=_position(query.cursor),
        limit=query.limit,
        newest_first=not query.oldest_first,
    )


def cursor_of(page: Page[T]) -> str | None:
    """Return a page's cursor as it is sent, None at the end."""
    return urlsafe_b64encode(page.cursor.encode()).decode() if page.cursor else None


def _bound(field: str, moment: datetime | None) -> str:
    if moment is None:
        return ""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        advice = f"Must be between the years {FIRST_YEAR} and {LAST_YEAR}."
        raise Invalid((Fault(f"/{field}", "out_of_range", advice),))
    return sortable(moment.astimezone(UTC))


def _position(cursor: str) -> str:
    """Return the sort key that a cursor stands for: a moment, a tilde, an id."""
    if not cursor:
        return ""
    try:
        position = urlsafe_b64decode(cursor).decode("ascii")
        datetime.fromisoformat(position.partition("~")[0])
    except ValueError:
        fault = Fault("/cursor", "bad_cursor", "Send the cursor as the page before gave it.")
        raise Invalid((fault,)) from None
    return position

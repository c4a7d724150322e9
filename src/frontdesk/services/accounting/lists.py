"""A page of a shop's journal or invoices."""

from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.unit import Page, T, Unit
from frontdesk.lists import bound, moment_of
from frontdesk.services.accounting.commands import ListBooks


async def page_of(unit: Unit, kind: Kind[T], shop_id: str, query: ListBooks) -> Page[T]:
    """Return the part of a shop's list that was asked for. Raises Invalid."""
    return await unit.query(
        kind,
        "by_shop",
        shop_id,
        since=bound("since", query.since),
        until=bound("until", query.until),
        cursor=moment_of(query.cursor),
        limit=query.limit,
        newest_first=not query.oldest_first,
    )

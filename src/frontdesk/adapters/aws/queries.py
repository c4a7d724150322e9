"""Asking an index: the request for one partition, in order, within bounds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from frontdesk.adapters.aws.items import Item, index_name
from frontdesk.kernel.records import Span


class Entry(NamedTuple):
    """What an index says of a record: its key in the table, and its place (partition, sort) in the index."""

    pk: str
    place: tuple[str, str]


def query(table: str, kind: str, index: str, partition: str, span: Span) -> dict[str, Any]:
    """Return the first request. With both bounds the answer may include `span.high` itself: leave it out.

    A sort key takes only one condition, and BETWEEN includes its upper end, so one record more is asked for.
    """
    name = index_name(kind, index)
    condition = "#p = :p"
    names = {"#p": f"{name}p"}
    values = {":p": {"S": partition}}
    if span.low:
        values[":low"] = {"S": span.low}
        condition = f"{condition} AND #s >= :low"
    if span.high:
        values[":high"] = {"S": span.high}
        condition = "#p = :p AND #s BETWEEN :low AND :high" if span.low else "#p = :p AND #s < :high"
    if span.low or span.high:
        names["#s"] = f"{name}s"
    return {
        "TableName": table,
        "IndexName": name,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": not span.newest_first,
        "Limit": span.limit + 1 if span.low and span.high else span.limit,
    }


def listed(items: Sequence[Item], kind: str, index: str) -> list[Entry]:
    """Return the entries of an answer, in order."""
    name = index_name(kind, index)
    return [Entry(item["pk"]["S"], (item[f"{name}p"]["S"], item[f"{name}s"]["S"])) for item in items]

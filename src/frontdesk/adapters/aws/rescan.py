"""What a table still tells of a stretch of the past: the events and timers of the last write of each record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from frontdesk.adapters.aws.calls import Client, ask
from frontdesk.adapters.aws.client import DYNAMODB
from frontdesk.adapters.aws.items import events_of, timers_of
from frontdesk.adapters.aws.stream import Told
from frontdesk.kernel.time import to_micros

_FILTER = "(attribute_exists(e) OR attribute_exists(t)) AND u BETWEEN :since AND :until"


class Part(msgspec.Struct, frozen=True):
    """Part of a table, and where the next one begins (None: this was the last)."""

    told: tuple[Told, ...]
    following: str | None


def part(client: Client, table: str, since: datetime, until: datetime, after: str | None) -> Part:
    """Read some of a table (1 MB at most) from behind the key `after`. Raises Unavailable.

    A record that was written again after the stretch tells nothing of it any more.
    """
    payload: dict[str, Any] = {
        "TableName": table,
        "FilterExpression": _FILTER,
        "ExpressionAttributeValues": {":since": _second(since), ":until": _second(until)},
    }
    if after is not None:
        payload["ExclusiveStartKey"] = {"pk": {"S": after}}
    answer = ask(client, DYNAMODB, "Scan", payload)
    following = answer.get("LastEvaluatedKey")
    return Part(tuple(map(_told, answer["Items"])), following["pk"]["S"] if following else None)


def _second(moment: datetime) -> Mapping[str, str]:
    return {"N": str(to_micros(moment) // 1_000_000)}


def _told(item: dict[str, Any]) -> Told:
    key: str = item["pk"]["S"]
    return Told(key, key, tuple(events_of(item)), tuple(timers_of(item)))

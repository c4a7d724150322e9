"""What a commit asks of DynamoDB: one conditional put where a single record is all there is, else a transaction.

The actions stand in the order in which refusals are reported: records, then claims, then counters. DynamoDB gives its
reasons in the same order.
"""

from datetime import datetime
from typing import Any

from frontdesk.adapters.aws.items import (
    Item,
    claim_item,
    claim_key,
    counter_key,
    pack_events,
    pack_timers,
    record_item,
    record_key,
)
from frontdesk.kernel.records import Add, Commit, Free, Take
from frontdesk.kernel.time import to_micros

Action = dict[str, Any]

_ABSENT = "attribute_not_exists(pk)"
_TELL = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def is_single(commit: Commit) -> bool:
    """Return whether one put is all it takes. A transaction costs twice as much, and locks."""
    return len(commit.changes) == 1 and not (commit.unchanged or commit.claims or commit.counters)


def puts(commit: Commit, table: str, token: str, now: datetime) -> list[Action]:
    """Return a put for each change; the first carries the events and the timers."""
    items = [record_item(record, token, now) for record in commit.changes]
    if commit.events:
        items[0]["e"] = pack_events(commit.events)
    if commit.timers:
        items[0]["t"] = pack_timers(commit.timers)
    return [
        {"TableName": table, "Item": item, **_version_is(record.version - 1), **_TELL}
        for record, item in zip(commit.changes, items, strict=True)
    ]


def actions(commit: Commit, table: str, token: str, now: datetime) -> list[Action]:
    """Return the actions of the transaction that makes a commit true."""
    guards = (
        {"TableName": table, "Key": record_key(guard.kind, guard.id), **_version_is(guard.version)}
        for guard in commit.unchanged
    )
    return [
        *({"Put": put} for put in puts(commit, table, token, now)),
        *({"ConditionCheck": guard} for guard in guards),
        *(_claim(claim, table, now) for claim in commit.claims),
        *({"Update": _add(add, table)} for add in commit.counters),
    ]


def _version_is(version: int) -> Item:
    if version == 0:
        return {"ConditionExpression": _ABSENT}
    return {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": str(version)}}}


def _claim(claim: Take | Free, table: str, now: datetime) -> Action:
    """Take or free a key unless it binds: this is `Claim.binds` as a condition."""
    unbound = {
        "TableName": table,
        "ConditionExpression": f"{_ABSENT} OR o = :me OR x <= :now",
        "ExpressionAttributeValues": {":me": {"S": claim.owner}, ":now": {"N": str(to_micros(now))}},
        **_TELL,
    }
    if isinstance(claim, Take):
        return {"Put": {**unbound, "Item": claim_item(claim)}}
    return {"Delete": {**unbound, "Key": claim_key(claim.key)}}


def _add(add: Add, table: str) -> Action:
    """Add within the bounds: this is `Add.allows` as a condition."""
    values = {":amount": {"N": str(add.amount)}}
    bounds = []
    if add.floor is not None:
        bounds.append("n >= :least")
        values[":least"] = {"N": str(add.floor - add.amount)}
    if add.ceiling is not None:
        bounds.append("n <= :most")
        values[":most"] = {"N": str(add.ceiling - add.amount)}
    update = {"TableName": table, "Key": counter_key(add.key), "UpdateExpression": "ADD n :amount"}
    update["ExpressionAttributeValues"] = values
    if bounds:
        within = " AND ".join(bounds)
        update["ConditionExpression"] = f"{_ABSENT} OR ({within})" if add.allows(0) else within
    return update

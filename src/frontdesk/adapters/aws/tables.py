"""The table that a service's kinds need, for tests and tools. Terraform and CDK create the same from the manifest."""

from collections.abc import Iterable
from typing import Any

from frontdesk.adapters.aws.items import index_name
from frontdesk.kernel.kinds import AnyKind

TTL_ATTRIBUTE = "ttl"  # to be switched on by UpdateTimeToLive: CreateTable cannot


def table_definition(name: str, kinds: Iterable[AnyKind]) -> dict[str, Any]:
    """Return the arguments of CreateTable. `name` has 3 to 255 of `a-z A-Z 0-9 _ - .`.

    Raises ValueError when the name of a kind or index would run into others: letters, digits and `_` only.
    """
    indexes = [_name(kind.name, index.name) for kind in kinds for index in kind.indexes]
    halves = [f"{index}{half}" for index in indexes for half in "ps"]
    definition = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", *halves)],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    }
    if indexes:  # DynamoDB refuses an empty list
        definition["GlobalSecondaryIndexes"] = [_index(index) for index in indexes]
    return definition


def _index(name: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": f"{name}p", "KeyType": "HASH"},
            {"AttributeName": f"{name}s", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def _name(kind: str, index: str) -> str:
    for part in (kind, index):
        if not (part.isascii() and part.replace("_", "").isalnum()):
            raise ValueError(
                f"{part!r} cannot name an index of DynamoDB here: use letters, digits and underscores"
            )
    return index_name(kind, index)

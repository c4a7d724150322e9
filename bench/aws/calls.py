"""What one call to AWS costs in processor time, on a connection that is kept: a conditional put of an order's size.

Run in a process of its own. Arguments: the file to write to, `ours` or `boto3`, and the folders to find the client in.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM, COUNTED = 20, 200
TABLE = "frontdesk-bench-orders"
PUT: dict[str, Any] = {
    "TableName": TABLE,
    "Item": {
        "pk": {"S": "order:ord_0a1b2c3d4e5f6g7h8j9k0m1n2p"},
        "v": {"N": "1"},
        "d": {"S": "x" * 700},
        "e": {"S": "x" * 500},
        "w": {"S": "0" * 16},
    },
    "ConditionExpression": "attribute_not_exists(pk)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}


def ours() -> Callable[[], Any]:
    """Return a call of our client."""
    from frontdesk.adapters.aws.client import DYNAMODB, AwsClient, AwsSettings  # noqa: PLC0415 - one of two
    from frontdesk.adapters.aws.credentials import from_environment  # noqa: PLC0415

    environ = dict(os.environ)
    settings = AwsSettings(
        region=environ["AWS_REGION"],
        credentials=from_environment(environ),
        endpoint=environ["AWS_ENDPOINT_URL"],
        ca_file=environ["AWS_CA_BUNDLE"],
    )
    client = AwsClient(settings)
    return lambda: client.call(DYNAMODB, "PutItem", PUT)


def theirs() -> Callable[[], Any]:
    """Return a call of boto3's client."""
    import boto3  # noqa: PLC0415 - one of two

    client = boto3.client("dynamodb")
    return lambda: client.put_item(**PUT)


def main(target: str, which: str, *folders: str) -> None:
    """Measure, and write microseconds."""
    sys.path[:0] = folders
    call = {"ours": ours, "boto3": theirs}[which]()
    for _ in range(WARM):
        call()
    begun = time.process_time()
    for _ in range(COUNTED):
        call()
    spent = time.process_time() - begun
    Path(target).write_text(json.dumps({"cpu_micros": spent / COUNTED * 1_000_000}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

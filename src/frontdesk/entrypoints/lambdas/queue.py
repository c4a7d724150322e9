"""One subscriber: a batch from its SQS queue."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Take in a batch; return which messages are to come again."""
    raise NotImplementedError

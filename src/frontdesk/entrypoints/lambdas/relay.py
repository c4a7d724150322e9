"""One service's stream: events to the bus, timers to their queues."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Pass a batch on; return from which record it is to come again."""
    raise NotImplementedError

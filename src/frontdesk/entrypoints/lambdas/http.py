"""One service's API: payload 2.0 of an HTTP API, or a direct invocation."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    raise NotImplementedError

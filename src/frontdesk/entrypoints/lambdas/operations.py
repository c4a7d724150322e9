"""The operator's routes, over the dead letters of every service."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    raise NotImplementedError

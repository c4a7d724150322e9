"""Each minute: the beat, and what was parked."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Look after the relay."""
    raise NotImplementedError

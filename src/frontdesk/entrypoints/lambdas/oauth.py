"""Signing in: tokens, pages, discovery."""

from collections.abc import Mapping
from typing import Any


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    raise NotImplementedError

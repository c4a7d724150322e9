"""Messages to try channels with."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from frontdesk.channels import Answer, Outgoing

T = TypeVar("T")
CONFIRM = Answer("Confirmar", "c:Zm9vYmFyYmF6cXV4")
CANCEL = Answer("Cancelar", "x:Zm9vYmFyYmF6cXV4")
MOVE = Answer("Cambiar", "r:Zm9vYmFyYmF6cXV4")
TEXT = "Hola Ana, tienes una cita con Dra. Vega el jueves a las 10:00."


def message(**wishes: Any) -> Outgoing:
    """Return a message in free text; `wishes` are its fields."""
    usual: dict[str, Any] = {
        "id": "msg_7C1ZQ5D0V3M2K8R4T6Y9B1N3F5",
        "to": "+525512345678",
        "language": "es",
        "subject": "Su cita",
        "text": TEXT,
    }
    return Outgoing(**(usual | wishes))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run what waits for a provider."""
    return asyncio.run(work)

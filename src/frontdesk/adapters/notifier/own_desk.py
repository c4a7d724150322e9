"""A call to another service of the same process: it goes the way of a request, without a socket."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import DESK, Caller
from frontdesk.kernel.errors import FrontdeskError, Unavailable
from frontdesk.kernel.http import Call
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service


class OwnDesk:
    """Asks one operation of a service, as the desk itself. `open` comes first, and before any call."""

    def __init__(self, service: Service, operation: str) -> None:
        self._service = service
        self._route = next(route for route in service.routes if route.handle.__name__ == operation)
        self._caller = Caller(DESK.subject, frozenset(self._route.scopes))
        self._bus: Bus | None = None

    def open(self, bus: Bus, store: Callable[[], Store]) -> None:
        """Be ready to be asked. `store` gives where the service keeps its records."""
        self._bus, self._store = bus, store

    async def ask(self, key: str, body: Mapping[str, Any]) -> tuple[int, str]:
        """Make the call, and return the status of its answer, and the code of a refusal. Raises Unavailable."""
        if self._bus is None or self._route.body is None:
            raise Unavailable
        command = msgspec.convert(body, self._route.body)
        canonical = msgspec.json.encode(command, order="deterministic")
        call = Call(self._caller, {}, (command,), f"req_{key}", key, canonical)
        try:
            await self._bus.ask(self._service, self._route, call, self._store())
        except FrontdeskError as error:
            return error.status, error.code
        return self._route.status, ""

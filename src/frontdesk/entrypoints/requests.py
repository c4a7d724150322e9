"""What the server notes of the requests that it answers: how many, with which status, how long each took."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.adapters.embedded.figures import Histogram
from frontdesk.adapters.embedded.worker_frames import Counted, Tally

OTHER_METHOD = "other"  # a method that the route does not know: callers make up any
NO_ROUTE = "none"  # a path that does not exist: callers make up any


class Operation:
    """The requests of one method and route."""

    __slots__ = ("seconds", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {}
        self.seconds = Histogram()

    def note(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.seconds.note(seconds)


class Requests:
    """All requests since the start, by operation, and the refusals among them by code."""

    def __init__(self) -> None:
        self.operations: dict[tuple[str, str], Operation] = {}
        self.refusals: dict[str, int] = {}

    def operation(self, method: str, route: str) -> Operation:
        """Return where to note the requests of a route. Never call it with what a caller sent."""
        return self.operations.setdefault((method, route), Operation())

    def take(self) -> Tally:
        """Return what was noted since it was last taken, and begin anew: it is for another process to show."""
        counted = []
        for (method, route), operation in self.operations.items():
            if operation.statuses:
                seconds = operation.seconds
                counted.append(Counted(method, route, operation.statuses, seconds.counts, seconds.sum))
                operation.statuses, operation.seconds = {}, Histogram()
        refusals, self.refusals = self.refusals, {}
        return Tally(counted, refusals)

    def add(self, tally: Tally) -> None:
        """Count what another process has answered."""
        for counted in tally.requests:
            operation = self.operation(counted.method, counted.route)
            for status, count in counted.statuses.items():
                operation.statuses[status] = operation.statuses.get(status, 0) + count
            operation.seconds.add(counted.seconds, counted.sum)
        for code, count in tally.refusals.items():
            self.refusals[code] = self.refusals.get(code, 0) + count

    def refused(self, code: str) -> None:
        """Count a request that was answered with a problem of this code."""
        self.refusals[code] = self.refusals.get(code, 0) + 1


class Noted:
    """An ASGI application whose requests are noted as those of one path."""

    def __init__(self, path: str, app: ASGIApp, requests: Requests) -> None:
        self._app = app
        self._noted = {method: requests.operation(method, path) for method in ("GET", "POST")}
        self._noted_other = requests.operation(OTHER_METHOD, path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        begun = perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, receive, watched)
        self._noted.get(scope["method"], self._noted_other).note(status, perf_counter() - begun)

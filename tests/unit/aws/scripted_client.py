"""A client that says what a test tells it to, and writes down what it was asked."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from frontdesk.adapters.aws.client import Answer, AwsError, Service, Unreachable

Outcome = dict[str, Any] | AwsError | Unreachable


def refused(code: str, status: int = 400) -> AwsError:
    """Return a refusal of AWS."""
    return AwsError(code, "", status, {})


SILENCE = Unreachable("silence", sent=True)


class ScriptedClient:
    """Answers in the order given; the last answer is given for ever."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self._outcomes = deque(outcomes or ({},))

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `client.AwsClient.call`."""
        self.calls.append((service.name, operation, payload))
        return self._next()

    def send(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """See `client.AwsClient.send`."""
        self.calls.append((service.name, f"{method} {path}", body or dict(query)))
        self._next()
        return Answer(200, {}, b"")

    def asked(self) -> list[str]:
        """Return the operations so far."""
        return [operation for _, operation, _ in self.calls]

    def _next(self) -> dict[str, Any]:
        outcome = self._outcomes.popleft() if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

"""A client whose n-th call goes wrong, in one of the ways that DynamoDB and the wire have."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.adapters.aws.calls import Client
from frontdesk.adapters.aws.client import AwsError, Service, Unreachable

Payload = Mapping[str, Any]
Fault = Callable[[str, Payload], Exception | None]
"""Called with the operation and its payload; returns what to raise, or None where this cannot happen."""


def meets_others(operation: str, payload: Payload) -> Exception | None:
    """Say that another transaction is at work on every item of this write."""
    if operation == "TransactWriteItems":
        return cancelled("TransactionConflict", payload)
    return refused("TransactionConflictException") if operation == "PutItem" else None


def transaction_is_throttled(operation: str, payload: Payload) -> Exception | None:
    """Say that the items of a transaction have had enough."""
    return cancelled("ThrottlingError", payload) if operation == "TransactWriteItems" else None


def is_in_progress(operation: str, _: Payload) -> Exception | None:
    """Say that an earlier attempt under the same token is not done yet, for all of the client's retries."""
    return refused("TransactionInProgressException") if operation == "TransactWriteItems" else None


def is_throttled(_: str, __: Payload) -> Exception:
    """Say that the table has had enough."""
    return refused("ThrottlingException")


def breaks(_: str, __: Payload) -> Exception:
    """Say that the server broke."""
    return refused("InternalServerError", 500)


def is_not_answered(_: str, __: Payload) -> Exception:
    """Say nothing at all."""
    return Unreachable("silence", sent=True)


def refused(code: str, status: int = 400, **body: Any) -> AwsError:
    """Return an error of DynamoDB."""
    return AwsError(code, "", status, body)


def cancelled(code: str, payload: Payload) -> AwsError:
    """Return the cancellation of a transaction, with one reason for all actions."""
    reasons = [{"Code": code} for _ in payload["TransactItems"]]
    return refused("TransactionCanceledException", CancellationReasons=reasons)


class FaultyClient:
    """Makes call `at` (counted from 1) fail, `before` or `after` it has had its effect."""

    def __init__(self, client: Client, fault: Fault, at: int, moment: str) -> None:
        self.fired = False
        self._client = client
        self._fault = fault
        self._left = at
        self._moment = moment

    def call(self, service: Service, operation: str, payload: Payload) -> dict[str, Any]:
        """See `AwsClient.call`."""
        self._left -= self._fault(operation, payload) is not None
        error = None if self.fired or self._left else self._fault(operation, payload)
        if error is None:
            return self._client.call(service, operation, payload)
        self.fired = True
        if self._moment == "after":
            self._client.call(service, operation, payload)
        raise error

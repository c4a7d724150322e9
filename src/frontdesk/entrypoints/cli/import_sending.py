"""Sends orders to a desk: over a kept connection for each thread, so that sending costs less than taking in."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from frontdesk.entrypoints.cli.connection import ApiError
from frontdesk.entrypoints.cli.import_orders import Good
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.kernel.errors import Fault

ANSWER_SECONDS = 30.0
CREATED = 201
BUSY_STATUS = 503
BUSY_TRIES = 60
BUSY_PAUSE_SECONDS = 1.0
ABOUT_THE_ORDER = {409, 413, 422}  # any other refusal is about the whole import, and ends it
CHANGED = Fault(
    "",
    "changed",
    "An order with this reference was taken over before, and this one is different. That one stays.",
)


class Desk(Protocol):
    """Takes requests: `connection.Api`, or `Wires` where a server runs."""

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """Do something once. Raises ApiError when the desk says no, CommandError when it does not answer."""


class Wires:
    """A running server. Safe to use from many threads; each keeps a connection of its own."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        place = urlsplit(url)
        self._place = (place.hostname or "", place.port or 80)
        self._token = token
        self._kept = threading.local()

    def post(self, path: str, body: object = None, *, key: str = "") -> None:
        """See `Desk`. Returns nothing: what was taken in is known already."""
        headers = {
            "authorization": f"Bearer {self._token()}",
            "content-type": "application/json",
            "idempotency-key": key,
        }
        status, answer = self._ask(path, msgspec.json.encode(body), headers)
        if status != CREATED:
            raise ApiError(status, _problem(answer))

    def _ask(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            return self._once(path, body, headers)
        except (OSError, http.client.HTTPException):  # the server hangs up on a connection that was idle
            self._kept.connection.close()
        try:
            return self._once(path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._kept.connection.close()
            raise CommandError(
                f"The desk does not answer: {type(error).__name__}.", exit_status=FOUND
            ) from None

    def _once(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        kept = getattr(self._kept, "connection", None)
        if kept is None:
            kept = self._kept.connection = http.client.HTTPConnection(*self._place, timeout=ANSWER_SECONDS)
        kept.request("POST", path, body, headers)
        answer = kept.getresponse()
        return answer.status, answer.read()


def send(desk: Desk, order: Good) -> Sequence[Fault]:
    """Send one order. Returns its faults when the desk refuses it. Raises ApiError for what is about all of them."""
    key = f"import:{order.body['shop_id']}:{order.reference}"
    for _ in range(BUSY_TRIES):
        try:
            desk.post("/orders/import", order.body, key=key)
        except ApiError as error:
            if error.status == BUSY_STATUS:
                time.sleep(BUSY_PAUSE_SECONDS)
                continue
            if error.code == "key_reused":
                return [CHANGED]
            if error.status not in ABOUT_THE_ORDER:
                raise
            return _faults_in(error)
        return ()
    raise ApiError(
        BUSY_STATUS, {"detail": "The desk stays busy. Run the import again later; it goes on from here."}
    )


def _faults_in(error: ApiError) -> list[Fault]:
    told = [msgspec.convert(fault, Fault) for fault in error.problem.get("errors", ())]
    return told or [Fault("", error.code, str(error))]


def _problem(answer: bytes) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}

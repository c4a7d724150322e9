"""The sender: one POST to an address that a stranger has chosen, and what came of it.

Follows no redirect, reads no body, keeps no connection, waits a bounded time, verifies certificates. Never logs or
raises what was sent or where to.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore

from frontdesk.adapters.http_sender.addresses import Reachable, plain
from frontdesk.adapters.http_sender.network import (
    CheckedNetwork,
    ForbiddenAddressError,
    UnknownNameError,
)
from frontdesk.kernel.errors import Conflict

TOTAL_SECONDS = 20.0  # from looking the name up to the head of the answer
CONNECT_SECONDS = 8.0
IN_ONE_LANE = 4  # requests at once; what comes on top has to come again
LOCAL_NAMES = {"localhost": "127.0.0.1"}
# All that a stranger's server or name can do to a request.
_FAILURES = (
    ForbiddenAddressError,
    UnknownNameError,
    OSError,  # time-outs and certificates among them
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: a status, or 0 and the class of the failure. `retry_after` is in seconds."""

    status: int
    seconds: float
    failure: str = ""
    retry_after: int | None = None


class HttpSender:
    """Sends to public addresses, and to those in `networks`. One serves the whole process."""

    def __init__(
        self,
        networks: Sequence[str] = (),
        *,
        certificates: ssl.SSLContext | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        """Raise ValueError for a text that is no network."""
        self._reachable = Reachable(networks)
        self._network = CheckedNetwork(self._reachable)
        self._certificates = certificates
        self._seconds = seconds
        self._lanes: Counter[str] = Counter()

    def fault(self, url: str) -> str:
        """Say why nothing can ever be sent there: "wrong_format", "https_only", "forbidden_address", or ""."""
        try:
            parts = urlsplit(url)
            sound = parts.port != 0 and bool(parts.hostname) and "@" not in parts.netloc and url.isascii()
        except ValueError:
            return "wrong_format"
        if not sound or parts.hostname is None or parts.scheme not in {"https", "http"}:
            return "wrong_format"
        address = plain(LOCAL_NAMES.get(parts.hostname, parts.hostname))
        if address is not None and not self._reachable.allows(str(address)):
            return "forbidden_address"
        if parts.scheme == "http" and (address is None or not self._reachable.names(address)):
            return "https_only"
        return ""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, lane: str) -> Reply:
        """Send a body. Raises Conflict when the lane is full: come again a little later."""
        if self._lanes[lane] >= IN_ONE_LANE:
            raise Conflict("Enough is on its way there already.")
        self._lanes[lane] += 1
        began = time.monotonic()
        try:
            status, retry_after = await self._send(url, headers, body)
        except _FAILURES as error:
            return Reply(0, time.monotonic() - began, failure=_class_of(error))
        finally:
            self._lanes[lane] -= 1
            if not self._lanes[lane]:
                del self._lanes[lane]
        return Reply(status, time.monotonic() - began, retry_after=retry_after)

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, int | None]:
        async with (
            asyncio.timeout(self._seconds),
            httpcore.AsyncConnectionPool(
                ssl_context=await self._trusted(), max_keepalive_connections=0, network_backend=self._network
            ) as connections,
            connections.stream(
                "POST",
                url,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                content=body,
                extensions={"timeout": {"connect": CONNECT_SECONDS}},
            ) as answer,
        ):
            found = {name.lower(): value for name, value in answer.headers}
            return answer.status, _seconds(found.get(b"retry-after", b"").decode("latin-1"))

    async def _trusted(self) -> ssl.SSLContext:
        """Return the machine's certificates, read when they are first needed: it takes tens of milliseconds."""
        if self._certificates is None:
            self._certificates = await asyncio.to_thread(ssl.create_default_context)
        return self._certificates


def _seconds(retry_after: str) -> int | None:
    """Read the header, which may be a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return int(retry_after[:9])
    try:
        wanted = parsedate_to_datetime(retry_after)
        return max(0, int(wanted.timestamp() - time.time()))
    except (ValueError, OverflowError):
        return None


def _class_of(error: Exception) -> str:
    match error:
        case ForbiddenAddressError():
            return "forbidden_address"
        case UnknownNameError():
            return "unknown_name"
        case TimeoutError() | httpcore.TimeoutException():
            return "timeout"
        case httpcore.ConnectError(args=(ssl.SSLError(),)):  # httpcore keeps what it stands for there
            return "certificate"
        case _:
            return "connection"

"""One POST to a provider, and its answer.

It follows no redirect, keeps no connection, and neither logs nor raises anything of what is sent or comes back.
"""

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

import msgspec

from frontdesk.adapters.channels.workers import STEP_SECONDS, Line, Workers

ANSWER_BYTES = 64 * 1024  # of a body; more is nothing that a provider says


class Answer(msgspec.Struct, frozen=True):
    """What came back: a status, or 0 and why there is none. `headers` have names in lower case.

    `lost`: "unreachable" (no connection was made), "certificate" (it is not who it should be) or "unanswered" (it may
    have got all of it, and done what was asked).
    """

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    lost: str = ""

    @property
    def retry_after(self) -> int | None:
        """The seconds that the provider asks to be left alone for; None where it names none, or a date."""
        wanted = self.headers.get("retry-after", "")
        return int(wanted[:6]) if wanted.isascii() and wanted.isdigit() else None


class Provider:
    """Makes the requests to one provider. One serves the whole process."""

    def __init__(
        self, name: str, *, workers: Workers | None = None, certificates: ssl.SSLContext | None = None
    ) -> None:
        self._workers = workers or Workers(name)
        self._certificates = certificates

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body. Raises Conflict while too many are on their way, and nothing for what the provider does."""
        line = Line()

        def exchange(line: Line) -> Answer:
            return _exchange(self._connect(urlsplit(url)), _target(url), headers, body, line)

        try:
            return await self._workers.run(exchange, line)
        except ssl.SSLCertVerificationError:
            return Answer(0, lost="certificate")
        except (OSError, HTTPException):
            return Answer(0, lost="unanswered" if line.has_sent else "unreachable")

    def _connect(self, url: SplitResult) -> HTTPConnection:
        if url.scheme != "https":
            return HTTPConnection(url.hostname or "", url.port, timeout=STEP_SECONDS)
        if self._certificates is None:
            self._certificates = ssl.create_default_context()  # reads files: here, in a thread
        return HTTPSConnection(url.hostname or "", url.port, timeout=STEP_SECONDS, context=self._certificates)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _exchange(
    connection: HTTPConnection, target: str, headers: Mapping[str, str], body: bytes, line: Line
) -> Answer:
    try:
        line.goes_over(connection)
        connection.connect()
        line.goes_over(connection)
        line.has_sent = True
        connection.request("POST", target, body, {**headers, "connection": "close"})
        response = connection.getresponse()
        return Answer(response.status, _headers(response), response.read(ANSWER_BYTES))
    finally:
        connection.close()


def _headers(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}

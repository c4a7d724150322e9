"""uvicorn's HTTP connection, with a shorter way for what a desk does all day: a whole request, a whole answer.

Everything that is hard about a connection stays uvicorn's: parsing, pipelining, flow control, Expect, chunks, the end
of it. What differs: an answer whose length is known leaves in one write, one timer a connection watches over its idle
time, and a request is described once. Whatever is not so plain goes uvicorn's own way.
"""

import asyncio
from typing import Any, Protocol
from urllib.parse import unquote

import httptools
from uvicorn._types import ASGI3Application, ASGISendEvent, ASGIVersions, HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

ASGI: ASGIVersions = {"version": "3.0", "spec_version": "2.3"}
_UNUSUAL = frozenset({b"connection", b"transfer-encoding"})  # headers of an answer that uvicorn must see


class Exchange(RequestResponseCycle):
    """One request and its answer: an ASGI application is given its `scope`, `receive` and `send`."""

    access_log = False
    chunked_encoding = None
    disconnected = False
    expected_content_length = 0
    more_body = True
    response_complete = False
    response_started = False
    _start: Any = None  # what `send` was told first, until there is a body

    def __init__(self, connection: "Connection", scope: HTTPScope, *, keep_alive: bool) -> None:
        self.scope = scope
        self.transport = connection.transport
        self.flow = connection.flow
        self.logger = connection.logger
        self.default_headers = connection.server_state.default_headers
        self.message_event = asyncio.Event()
        self.on_response = connection.on_response_complete
        self.tasks = connection.tasks
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = connection.expect_100_continue
        self.body = bytearray()

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Run the application for this request alone; then uvicorn need not wait for it any more."""
        task = asyncio.current_task()
        try:
            await super().run_asgi(app)
        finally:
            self.tasks.discard(task)  # not by a callback, which is a turn of the loop for each request

    async def send(self, message: ASGISendEvent) -> None:
        """See ASGI. The head waits for its body."""
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        whole = None if message.get("more_body") else self._whole(start, message.get("body", b""))
        if whole is None:
            await super().send(start)
            await super().send(message)
        elif not self.disconnected:
            self._finish(whole)

    def _whole(self, start: Any, body: Any) -> bytes | None:
        """Return an answer as it goes out; None where uvicorn must look at it."""
        headers = start["headers"]
        given = dict(headers)
        if given.get(b"content-length") != b"%d" % len(body) or not _UNUSUAL.isdisjoint(given):
            return None
        lines = [*map(b": ".join, self.default_headers), *map(b": ".join, headers)]
        if not self.keep_alive:
            lines.append(b"connection: close")
        head = STATUS_LINE[start["status"]] + b"\r\n".join((*lines, b"", b""))
        ends = len(lines) + 2
        if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\0" in head:
            return None  # uvicorn says what is wrong with a header
        return head if self.scope["method"] == "HEAD" else head + body

    def _finish(self, whole: bytes) -> None:
        self.waiting_for_100_continue = False
        self.response_started = self.response_complete = True
        self.transport.write(whole)
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


class Second(Protocol):
    """A second process that answers requests."""

    def meet(self, crowd: int) -> None:
        """Take in how many requests are at work at once."""

    def take(self, connection: int, *, is_new: bool) -> bool:
        """Take a connection over, by its file, if it can; then it must be closed here.

        `is_new`: it has had no request.
        """


class Connection(HttpToolsProtocol):
    """See `HttpToolsProtocol`. With a `second`, it goes there as soon as it may, between two requests.

    `rests`: it is between two from the beginning, so its idle time counts.
    """

    _idle_since: float | None = None
    _is_between = True  # two requests: nothing of the next has come

    def __init__(
        self, *arguments: Any, second: Second | None = None, rests: bool = False, **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self._second = second
        self._rests = rests

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """See asyncio.Protocol."""
        super().connection_made(transport)
        if self._rests:
            self._rest()
        self._hand_over()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def _unset_keepalive_if_required(self) -> None:
        """Note that there is something to do; the timer finds out by itself."""
        self._idle_since = None

    def on_message_begin(self) -> None:
        """See httptools."""
        self._is_between = False
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_message_complete(self) -> None:
        """See httptools."""
        self._is_between = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """See httptools. The application begins, unless an earlier request of this connection is still at work."""
        version = self.parser.get_http_version()
        earlier: RequestResponseCycle | None = self.cycle
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        self.cycle = Exchange(self, self._described(version), keep_alive=keep_alive)
        if earlier is None or earlier.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.tasks.add(self.loop.create_task(cycle.run_asgi(app)))
        if self._second is not None:
            self._second.meet(len(self.tasks))

    def on_response_complete(self) -> None:
        """Go on with the next request, or begin to count the idle time."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        if self._hand_over():
            return
        self._rest()

    def _rest(self) -> None:
        """Begin to count the idle time."""
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._watch(self.timeout_keep_alive)

    def _hand_over(self) -> bool:
        """Give the connection to the second process, where that is possible now."""
        if self._second is None or not self._is_between or self.transport.get_write_buffer_size():
            return False
        connection = self.transport.get_extra_info("socket").fileno()
        if not self._second.take(connection, is_new=self.cycle is None):
            return False
        self.transport.close()  # here; whoever has taken it goes on with it
        return True

    def _watch(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long; else look again when it could have been."""
        left: float = self.timeout_keep_alive
        if self._idle_since is not None:
            left = self._idle_since + left - self.loop.time()
        if left <= 0:
            super().timeout_keep_alive_handler()
        else:
            self._watch(left)

    def _described(self, version: str) -> HTTPScope:
        url = self.url
        if url[:1] == b"/" and not (b"?" in url or b"#" in url or b"%" in url):
            path, query = url, b""
        else:
            parsed = httptools.parse_url(url)
            path, query = parsed.path, parsed.query or b""
        text = path.decode("ascii")
        return {
            "type": "http",
            "asgi": ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": unquote(text) if "%" in text else text,
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
        }

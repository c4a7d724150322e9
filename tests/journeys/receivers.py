"""Receivers of webhooks as partners run them: sound, broken for a moment, busy, hanging, moved, gone for good."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

WAIT_SECONDS = 30.0


@dataclass
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def verified(self, secret: str) -> Any:
        """Return what it tells, if the specification's own library believes it."""
        return Webhook(secret).verify(self.body, self.headers)


class Receivers:
    """A server with a receiver under each path."""

    def __init__(self) -> None:
        self.received: dict[str, list[Received]] = defaultdict(list)
        self.broken = {"/broken-once": 1, "/busy": 1}  # how many requests they fail
        self.leave = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the receivers are."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Let go of everybody."""
        self.leave.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, path: str, count: int) -> list[Received]:
        """Return what a receiver was sent, once it is so much."""
        wait_until(lambda: len(self.received[path]) >= count)
        return self.received[path]

    def _answer(self, path: str, request: Received) -> tuple[int, dict[str, str]]:
        self.received[path].append(request)
        if path == "/hanging":
            self.leave.wait()
        if self.broken.get(path, 0):
            self.broken[path] -= 1
            return (429, {"Retry-After": "6"}) if path == "/busy" else (500, {})
        return {"/moved": (302, {"Location": "/trap"}), "/gone": (410, {})}.get(path, (204, {}))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receivers._answer(self.path, Received(dict(self.headers), body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return Handler


def wait_until(said: Callable[[], bool]) -> None:
    """Return when something is so."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not said():
        if time.monotonic() > deadline:
            raise TimeoutError("it has not come to be so")
        time.sleep(0.05)

"""A proxy in front of a server that cuts one connection, before or after the server has heard the request."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Wire:
    """Where to call, and whether the cut has happened."""

    url: str
    left: int  # requests until the cut
    was_cut: bool = False


class _Server(ThreadingHTTPServer):
    """Knows where requests go, and when to cut one off: "before" or "after" the target has heard it."""

    def __init__(self, target: str, at: int, moment: str) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.host = urlsplit(target).netloc
        self.moment = moment
        self.wire = Wire(f"http://127.0.0.1:{self.server_port}", at)


class _Proxy(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: in two, the second would wait for an acknowledgement

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        wire = self.server.wire
        wire.left -= 1
        if wire.left == 0:
            wire.was_cut = self.close_connection = True
            if self.server.moment == "after":
                self._passed_on(body)
            return
        self._answer(*self._passed_on(body))

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def _passed_on(self, body: bytes) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection(self.server.host, timeout=10)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() != "content-length"
            }
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: Any, body: bytes) -> None:
        self.send_response(status)
        for name in ("content-type", "x-amzn-errortype", "x-amz-crc32"):
            if name in headers:
                self.send_header(name, headers[name])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def cut_wire(target: str, at: int, moment: str) -> Iterator[Wire]:
    """Pass every request on to `target`; cut off request `at` (counted from 1) before or after that."""
    server = _Server(target, at, moment)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

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


@contextmanager
def cut_wire(target: str, at: int, moment: str) -> Iterator[Wire]:
    """Pass every request on to `target`; cut off request `at` (counted from 1) before or after that."""
    host = urlsplit(target).netloc

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: in two, the second would wait for an acknowledgement

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            wire.left -= 1
            cut = wire.left == 0
            if cut:
                wire.was_cut = True
                self.close_connection = True
            if cut and moment == "before":
                return
            status, headers, answer = self._passed_on(body)
            if cut:
                return
            self.send_response(status)
            for name in ("content-type", "x-amzn-errortype", "x-amz-crc32"):
                if name in headers:
                    self.send_header(name, headers[name])
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _passed_on(self, body: bytes) -> tuple[int, Any, bytes]:
            connection = http.client.HTTPConnection(host, timeout=10)
            try:
                headers = {
                    name: value for name, value in self.headers.items() if name.lower() != "content-length"
                }
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.headers, answer.read()
            finally:
                connection.close()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    wire = Wire(f"http://127.0.0.1:{server.server_port}", at)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

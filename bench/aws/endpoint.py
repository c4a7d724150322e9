"""A local endpoint over TLS that answers like DynamoDB, as far as placing an order goes. It stores nothing.

`python -m bench.aws.endpoint CERTIFICATE` prints its port and answers until its standard input ends.
"""

import json
import ssl
import sys
import zlib
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from bench.aws.trust import ADDRESS
from bench.aws.world import items

ITEMS = items()
CALLS: Counter[str] = Counter()  # since it was last asked, by operation


class Desk(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out at once, not in pieces
    # As with AWS. Else the first answer waits 40 ms, until somebody has acknowledged the tickets of TLS.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer one call of DynamoDB's JSON protocol."""
        length = int(self.headers["content-length"])
        asked = json.loads(self.rfile.read(length))
        operation = self.headers["x-amz-target"].rpartition(".")[2]
        CALLS[operation] += 1
        self._send(_answer(operation, asked))

    def do_GET(self) -> None:
        """Tell which calls were made since the last time."""
        self._send(dict(CALLS))
        CALLS.clear()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)


def _answer(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    if operation == "GetItem":
        found = ITEMS.get(asked["Key"]["pk"]["S"])
        return {"Item": found} if found else {}
    if operation == "BatchGetItem":
        ((table, wanted),) = asked["RequestItems"].items()
        found = [ITEMS[key["pk"]["S"]] for key in wanted["Keys"] if key["pk"]["S"] in ITEMS]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}
    return {}


def main(certificate: str) -> None:
    """Serve until standard input ends."""
    server = ThreadingHTTPServer((ADDRESS, 0), Desk)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])

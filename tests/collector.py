"""An OpenTelemetry collector for tests: takes spans over OTLP/HTTP on this machine, and shows them."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SECONDS = 10.0  # that spans have to arrive


@dataclass(frozen=True)
class Told:
    """A span as the collector heard of it; ids in hexadecimal digits."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    failed: bool
    attributes: dict[str, str]


@dataclass
class Collector:
    """What has arrived so far."""

    url: str
    spans: list[Told] = field(default_factory=list)

    def wait_for(self, enough: Callable[[list[Told]], bool]) -> list[Told]:
        """Return all spans once there are enough."""
        deadline = time.monotonic() + SECONDS
        while not enough(self.spans) and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.spans)

    def take(self, path: str, body: bytes) -> None:
        """Read one request of a client."""
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    attributes = {
                        pair.key: pair.value.string_value or str(pair.value.int_value)
                        for pair in span.attributes
                    }
                    self.spans.append(
                        Told(
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            span.kind,
                            span.status.code == 2,  # ERROR, in trace.proto
                            named | attributes,
                        )
                    )


@contextmanager
def collecting() -> Iterator[Collector]:
    """Give a collector that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

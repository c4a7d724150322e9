"""Spans on their way to a collector, over OTLP/HTTP. A thread of its own ships them; the desk never waits for it."""

import logging
import threading
from collections import deque
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from frontdesk.adapters.telemetry.bus import STATUS, Span
from frontdesk.adapters.telemetry.context import SAMPLED

WAITING = 10_000  # spans that wait for the collector; the newest are dropped beyond
PER_SECOND = (
    2_000  # spans that are shipped; writing one down takes some 40 microseconds of the desk's processor
)
AT_ONCE = 512  # spans of one request to it
PAUSE_SECONDS = 0.5
TIMEOUT_SECONDS = 5.0  # of one request, its repeats included
STOP_SECONDS = 3.0  # that a stop waits for the last of them
_TRACES = "/v1/traces"  # where a collector takes them
_UNFORESEEN = 500
_HALF = 1 << 64  # the lower half of a trace's number is chance: it decides which traces are left out
_log = logging.getLogger(__name__)


class OtlpSpans:
    """See `bus.Spans`. Works from its making until `close`."""

    def __init__(self, url: str, version: str, exporter: SpanExporter | None = None) -> None:
        self._exporter = exporter or OTLPSpanExporter(endpoint_of(url), timeout=TIMEOUT_SECONDS)
        self._resource = Resource.create({"service.name": "frontdesk", "service.version": version})
        self._scope = InstrumentationScope("frontdesk", version)
        self._waiting: deque[Span] = deque()
        self._closing = threading.Event()
        self._failing = False
        self.dropped = 0
        self._told = 0
        self._kept_below = _HALF
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what fails is told here, once
        self._thread = threading.Thread(target=self._ship, name="frontdesk-spans", daemon=True)
        self._thread.start()

    def tell(self, span: Span) -> None:
        """See `bus.Spans`."""
        self._told += 1
        if span.trace.id % _HALF < self._kept_below and len(self._waiting) < WAITING:
            self._waiting.append(span)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Ship what waits, for a while; what the collector does not take by then is lost."""
        self._closing.set()
        self._thread.join(STOP_SECONDS)
        self._exporter.shutdown()

    def _ship(self) -> None:
        while not self._closing.wait(PAUSE_SECONDS):
            self._choose()
            self._empty()
        self._empty()

    def _choose(self) -> None:
        """Leave so many traces out, whole, that the rest is what may be shipped."""
        told, self._told = self._told, 0
        allowed = int(PER_SECOND * PAUSE_SECONDS)
        self._kept_below = _HALF if told <= allowed else _HALF * allowed // told

    def _empty(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                taken = (
                    self._exporter.export([self._written(span) for span in batch]) is SpanExportResult.SUCCESS
                )
            except Exception:  # noqa: BLE001 - whatever the collector or its client does, the desk goes on
                taken = False
            self.dropped += 0 if taken else len(batch)
            if self._failing is taken:
                _log.log(logging.INFO if taken else logging.WARNING, _CHANGE[taken])
            self._failing = not taken
            if not taken and self._closing.is_set():
                return

    def _written(self, span: Span) -> ReadableSpan:
        flags = TraceFlags(SAMPLED)
        parent = SpanContext(span.trace.id, span.parent, is_remote=True, trace_flags=flags)
        return ReadableSpan(
            name=span.name,
            context=SpanContext(span.trace.id, span.id, is_remote=False, trace_flags=flags),
            parent=parent if span.parent else None,
            resource=self._resource,
            attributes=span.attributes,
            kind=SpanKind.SERVER if span.is_request else SpanKind.CONSUMER,
            status=Status(StatusCode.ERROR) if _is_failure(span) else Status(),
            start_time=span.began,
            end_time=span.ended,
            instrumentation_scope=self._scope,
        )


_CHANGE = {
    True: "the collector takes spans again",
    False: "the collector takes no spans; they are dropped until it does",
}


def endpoint_of(url: str) -> str:
    """Return where a collector takes traces: the address as it is, or its usual path where it has none."""
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}{_TRACES}"


def _is_failure(span: Span) -> bool:
    """Return whether a span is one of a failure: of a server's span, a refusal is none (semantic conventions, HTTP)."""
    if not span.is_request:
        return bool(span.error)
    return int(span.attributes[STATUS]) >= _UNFORESEEN

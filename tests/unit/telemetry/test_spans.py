"""Spans on their way: shipped while the collector takes them, dropped while it does not, never waited for."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode

from frontdesk.adapters.telemetry import spans as module
from frontdesk.adapters.telemetry.bus import STATUS, Span
from frontdesk.adapters.telemetry.context import Trace
from frontdesk.adapters.telemetry.spans import OtlpSpans, endpoint_of


class Exporter(SpanExporter):
    """Takes spans, refuses them, breaks, or hangs."""

    def __init__(self) -> None:
        self.taken: list[ReadableSpan] = []
        self.answer = SpanExportResult.SUCCESS
        self.error: Exception | None = None
        self.open = threading.Event()
        self.open.set()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See SpanExporter."""
        self.open.wait(10)
        if self.error is not None:
            raise self.error
        if self.answer is SpanExportResult.SUCCESS:
            self.taken += spans
        return self.answer

    def shutdown(self) -> None:
        """See SpanExporter."""
        self.open.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "STOP_SECONDS", 1.0)


def span(
    name: str = "GET /jars", *, trace: int = 7, status: int = 200, error: str = "", is_request: bool = True
) -> Span:
    """Return a span of a second."""
    return Span(name, Trace(trace), 8, 0, 10**9, 2 * 10**9, {STATUS: status}, error, is_request)


def eventually(true: Callable[[], bool]) -> bool:
    """Return whether something comes true within a few seconds."""
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()


def test_what_waits_at_a_stop_is_still_shipped() -> None:
    exporter = Exporter()
    spans = OtlpSpans("http://collector", "1", exporter)

    for _ in range(module.AT_ONCE + 1):
        spans.tell(span())
    spans.close()

    assert len(exporter.taken) == module.AT_ONCE + 1
    assert spans.dropped == 0


def test_more_than_can_wait_is_dropped_and_never_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    exporter = Exporter()
    exporter.open.clear()
    spans = OtlpSpans("http://collector", "1", exporter)

    for _ in range(1_000):
        spans.tell(span())
    dropped = spans.dropped
    spans.close()

    assert dropped > 900


def test_under_load_whole_traces_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PER_SECOND", 500)
    exporter = Exporter()
    spans = OtlpSpans("http://collector", "1", exporter)
    high, low = (1 << 64) - 1, 1

    def is_left_out() -> bool:
        for _ in range(50):
            spans.tell(span("GET /low", trace=low))
            spans.tell(span("GET /high", trace=high))
        return spans.dropped > 0

    assert eventually(is_left_out)
    spans.close()

    names = [told.name for told in exporter.taken]
    assert names.count("GET /low") > names.count("GET /high")


@pytest.mark.parametrize("error", [None, RuntimeError("no route")])
def test_a_collector_that_fails_is_told_of_once_and_tried_again(
    error: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    exporter = Exporter()
    exporter.answer, exporter.error = SpanExportResult.FAILURE, error
    spans = OtlpSpans("http://collector", "1", exporter)

    spans.tell(span())
    assert eventually(lambda: spans.dropped == 1)
    spans.tell(span())
    assert eventually(lambda: spans.dropped == 2)
    exporter.answer, exporter.error = SpanExportResult.SUCCESS, None
    spans.tell(span("GET /mended"))
    assert eventually(lambda: [told.name for told in exporter.taken] == ["GET /mended"])
    spans.close()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_stop_does_not_wait_for_a_collector_that_hangs() -> None:
    exporter = Exporter()
    exporter.open.clear()
    spans = OtlpSpans("http://collector", "1", exporter)
    spans.tell(span())

    began = time.monotonic()
    spans.close()

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (span(status=201), StatusCode.UNSET),
        (span(status=409, error="price_changed"), StatusCode.UNSET),
        (span(status=500, error="ZeroDivisionError"), StatusCode.ERROR),
        (span("process Jar Filled", error="conflict", is_request=False), StatusCode.ERROR),
    ],
)
def test_a_refusal_is_no_failure_of_the_server(told: Span, expected: StatusCode) -> None:
    exporter = Exporter()
    spans = OtlpSpans("http://collector", "1", exporter)

    spans.tell(told)
    spans.close()

    assert [found.status.status_code for found in exporter.taken] == [expected]


def test_a_collector_is_named_by_its_address_or_by_the_whole_path() -> None:
    assert endpoint_of("http://127.0.0.1:4318") == "http://127.0.0.1:4318/v1/traces"
    assert endpoint_of("http://127.0.0.1:4318/") == "http://127.0.0.1:4318/v1/traces"
    assert endpoint_of("https://collector.example.com/otlp/v1/traces").endswith("/otlp/v1/traces")

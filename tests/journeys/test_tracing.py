"""One trace tells an order's whole story, from the request to the books, and holds nobody up."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.collector import Collector, Told, collecting
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[RunningDesk]:
    """Give a desk that tells the collector what happens."""
    desk = RunningDesk(tmp_path_factory.mktemp("traced"), "--demo", "--otlp", collector.url).start()
    yield desk
    desk.stop()


@pytest.fixture(scope="module")
def customer(traced: RunningDesk) -> Iterator[httpx.Client]:
    with traced.client(traced.token("orders:write orders:read")) as http:
        yield http


def story(collector: Collector, correlation_id: str, *, until: str) -> list[Told]:
    """Return the spans of one correlation id, once one has the subscriber that comes last."""

    def ours(spans: list[Told]) -> list[Told]:
        return [span for span in spans if span.attributes["frontdesk.correlation_id"] == correlation_id]

    def told(spans: list[Told]) -> bool:
        return any(span.attributes.get("messaging.consumer.group.name") == until for span in ours(spans))

    collector.wait_for(told)
    time.sleep(0.7)  # whoever else reacts is told by the next request to the collector at the latest
    return ours(collector.spans)


def test_one_trace_leads_from_the_request_to_processed_and_the_books(
    customer: httpx.Client, collector: Collector
) -> None:
    answer = customer.post("/orders", json=order())

    spans = story(collector, answer.headers["X-Correlation-Id"], until="orders-processor")
    by_id = {span.id: span for span in spans}
    (request,) = [span for span in spans if span.name == "POST /orders"]
    reactions = {
        (span.attributes["messaging.consumer.group.name"], span.name): span
        for span in spans
        if span is not request
    }
    assert answer.status_code == 201
    assert {span.trace for span in spans} == {request.trace}
    assert len(by_id) == len(spans)
    assert request.parent == ""
    assert reactions["inventory", "process Order Created"].parent == request.id
    assert reactions["accounting", "process Order Created"].parent == request.id
    processed = reactions["orders-processor", "process Stock Reserved"]
    assert processed.parent == reactions["inventory", "process Order Created"].id
    assert all(span.parent in by_id for span in reactions.values())


def test_spans_speak_the_words_of_the_conventions_and_nothing_personal(
    customer: httpx.Client, collector: Collector
) -> None:
    answer = customer.post("/orders", json=order())

    spans = story(collector, answer.headers["X-Correlation-Id"], until="accounting")
    (request,) = [span for span in spans if span.name == "POST /orders"]
    assert (request.kind, request.failed) == (2, False)  # SERVER
    assert request.attributes["service.name"] == "frontdesk"
    assert request.attributes["http.request.method"] == "POST"
    assert request.attributes["http.route"] == "/orders"
    assert request.attributes["http.response.status_code"] == "201"
    assert {span.kind for span in spans if span is not request} == {5}  # CONSUMER
    told = " ".join(value for span in spans for value in (span.name, *span.attributes.values()))
    assert "Ana" not in told
    assert "example.com" not in told


def test_a_callers_trace_is_continued(customer: httpx.Client, collector: Collector) -> None:
    answer = customer.post("/orders", json=order(), headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})

    spans = story(collector, answer.headers["X-Correlation-Id"], until="accounting")
    (request,) = [span for span in spans if span.name == "POST /orders"]
    assert request.parent == CALLER
    assert {span.trace for span in spans} == {TRACE}


def test_a_refusal_is_told_with_its_code_and_is_no_failure_of_the_server(
    customer: httpx.Client, collector: Collector
) -> None:
    answer = customer.get("/orders/ord_unknown")

    correlation_id = answer.headers["X-Correlation-Id"]
    spans = collector.wait_for(
        lambda spans: any(span.attributes["frontdesk.correlation_id"] == correlation_id for span in spans)
    )
    (refused,) = [span for span in spans if span.attributes["frontdesk.correlation_id"] == correlation_id]
    assert refused.attributes["error.type"] == "not_found"
    assert refused.attributes["http.response.status_code"] == "404"
    assert not refused.failed


def test_a_collector_that_is_away_holds_nobody_up(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo", "--otlp", "http://127.0.0.1:9").start()
    with desk.client(desk.token("orders:write")) as http:
        statuses = [http.post("/orders", json=order()).status_code for _ in range(20)]
    desk.wait_until_quiet()

    began = time.monotonic()
    status = desk.stop()

    assert statuses == [201] * 20
    assert status == 0
    assert time.monotonic() - began < 12
    assert desk.log.read_text().count("the collector takes no spans") == 1

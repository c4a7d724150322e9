"""Whoever watches a desk sees every order go through it: in its metrics and in its documentation."""

from collections.abc import Iterator, Mapping

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from frontdesk.entrypoints.metrics import METRICS
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

ONLY_WITH_A_COPY = {"frontdesk_copy_behind_seconds", "frontdesk_copy_failing"}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """Give a desk of its own, so that its figures are those of the test."""
    desk = RunningDesk(tmp_path_factory.mktemp("watched"), "--demo").start()
    with desk.client(desk.token("orders:write orders:read")) as http:
        answers = [http.post("/orders", json=order()).status_code for _ in range(3)]
        answers.append(http.post("/orders", json={}).status_code)
    assert answers == [201, 201, 201, 422]
    desk.wait_until_quiet()
    yield desk
    desk.stop()


def figures(desk: RunningDesk, **headers: str) -> Mapping[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels."""
    answer = httpx.get(f"{desk.url}/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_every_declared_metric_is_shown_and_no_other(watched: RunningDesk) -> None:
    text = httpx.get(f"{watched.url}/metrics").text

    shown = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}

    assert shown == {metric.name for metric in METRICS} - ONLY_WITH_A_COPY


def test_orders_are_seen_from_the_request_to_the_last_reaction(watched: RunningDesk) -> None:
    found = figures(watched)

    assert found["frontdesk_requests_total", "POST", "/orders", "201"] == 3
    assert found["frontdesk_requests_total", "POST", "/orders", "422"] == 1
    assert found["frontdesk_request_seconds_count", "POST", "/orders"] == 4
    assert found["frontdesk_refusals_total", "invalid"] == 1
    assert found["frontdesk_reactions_total", "inventory", "done"] >= 3
    assert found["frontdesk_reaction_age_seconds_count", "orders-processor"] >= 3
    assert found["frontdesk_queue_events", "accounting"] == 0
    assert found["frontdesk_queue_oldest_seconds", "accounting"] == 0
    assert found["frontdesk_commit_seconds_count",] >= 1
    assert found["frontdesk_ready",] == 1


def test_from_elsewhere_the_metrics_need_the_scope_of_an_operator(watched: RunningDesk) -> None:
    url = f"{watched.url}/metrics"
    through_a_proxy = {"X-Forwarded-For": "192.0.2.7"}
    customer = {"Authorization": f"Bearer {watched.token('orders:read')}"}
    operator = {"Authorization": f"Bearer {watched.token('operate')}"}

    statuses = [
        httpx.get(url, headers=headers).status_code
        for headers in (through_a_proxy, through_a_proxy | customer, through_a_proxy | operator)
    ]

    assert statuses == [401, 403, 200]


def test_metrics_are_read_and_nothing_else(watched: RunningDesk) -> None:
    head = httpx.head(f"{watched.url}/metrics")
    posted = httpx.post(f"{watched.url}/metrics")

    assert (head.status_code, head.content) == (200, b"")
    assert (posted.status_code, posted.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/api", "/docs/events", "/docs/errors", "/health", "/openapi.json"]
)
def test_pages_are_read_and_nothing_else(watched: RunningDesk, path: str) -> None:
    found = httpx.get(f"{watched.url}{path}")
    head = httpx.head(f"{watched.url}{path}")
    posted = httpx.post(f"{watched.url}{path}")

    assert (found.status_code, head.status_code, posted.status_code) == (200, 200, 405)
    assert head.content == b""
    assert posted.headers["Allow"] == "GET, HEAD"
    assert posted.json()["code"] == "method_not_allowed"


def test_the_documentation_covers_every_operation_of_the_running_desk(watched: RunningDesk) -> None:
    overview = httpx.get(f"{watched.url}/docs").text
    document = httpx.get(f"{watched.url}/openapi.json").json()

    assert [path for path in document["paths"] if path not in overview] == []

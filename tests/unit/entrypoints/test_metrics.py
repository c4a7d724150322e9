"""What a monitor reads: in the format that Prometheus reads, without an id, and only for those whom it concerns."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from frontdesk.adapters.embedded.figures import Histogram
from frontdesk.entrypoints.exposition import Metric, Sample, expose
from frontdesk.entrypoints.metrics import METRICS
from frontdesk.entrypoints.metrics_page import is_this_machine
from frontdesk.entrypoints.requests import NO_ROUTE, OTHER_METHOD
from tests.unit.entrypoints.test_http import Client


def samples(metric: Metric, found: Iterable[Sample]) -> dict[tuple[str, ...], float]:
    """Return what Prometheus' own parser reads: each sample by its name and the values of its labels."""
    text = expose([(metric, found)]).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.floats(allow_nan=False) | st.integers(0, 2**53))
def test_any_label_and_figure_are_read_as_they_were_meant(label: str, figure: float) -> None:
    metric = Metric("things", "gauge", "Things", ("which",))

    assert samples(metric, [((label,), figure)]) == {("things", label): figure}


def test_a_histogram_is_read_as_counts_up_to_each_bound() -> None:
    histogram = Histogram((0.5, 1.0))
    for value in (0.1, 0.7, 0.8, 5.0):
        histogram.note(value)

    found = samples(Metric("waits", "histogram", "Waits", ("who",)), [(("ana",), histogram)])

    assert found == {
        ("waits_bucket", "ana", "0.5"): 1,
        ("waits_bucket", "ana", "1"): 3,
        ("waits_bucket", "ana", "+Inf"): 4,
        ("waits_sum", "ana"): pytest.approx(6.6),
        ("waits_count", "ana"): 4,
    }


def test_a_metric_without_samples_is_left_out() -> None:
    assert expose([(Metric("nothing", "gauge", "Nothing"), [])]) == b""


def test_metrics_are_named_after_what_they_measure() -> None:
    names = [metric.name for metric in METRICS]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(frontdesk|process)_[a-z_]+", name) for name in names)
    assert [metric.name for metric in METRICS if metric.type == "counter"] == [
        name for name in names if name.endswith("_total")
    ]


def test_no_metric_is_labelled_with_an_id() -> None:
    labels = {label for metric in METRICS for label in metric.labels}

    assert labels == {"method", "route", "status", "code", "subscriber", "fate", "version", "python_version"}


def test_requests_are_noted_by_the_route_that_was_declared_and_never_by_what_was_sent() -> None:
    client = Client()

    client.send("POST /jars", [b'{"sweets": 1}'])
    client.send("GET /jars/jar_secret")
    client.send("PATCH /jars")
    client.send("GET /made/up")

    noted = {key: operation.statuses for key, operation in client.requests.operations.items()}
    assert noted == {
        ("POST", "/jars"): {201: 1},
        (OTHER_METHOD, "/jars"): {405: 1},
        ("GET", "/jars/{id}"): {404: 1},
        (OTHER_METHOD, "/jars/{id}"): {},
        ("GET", "/jars/{id}/lid"): {},
        (OTHER_METHOD, "/jars/{id}/lid"): {},
        (OTHER_METHOD, NO_ROUTE): {404: 1},
    }


def test_refusals_are_noted_by_code_and_our_own_bugs_among_them() -> None:
    client = Client()

    client.send("POST /jars", [b"{"])
    client.send("POST /jars", [b'{"sweets": 13}'])
    client.send("POST /jars", [b"{}"], token="forged")

    assert client.requests.refusals == {"malformed": 1, "internal": 1, "unauthenticated": 1}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_needs_no_token(address: str) -> None:
    assert is_this_machine(address, {})


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "", "a.socket"])
def test_every_other_machine_does(address: str) -> None:
    assert not is_this_machine(address, {})


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_what_a_proxy_on_this_machine_hands_on_comes_from_elsewhere(header: str) -> None:
    assert not is_this_machine("127.0.0.1", {header: "192.0.2.1"})


def test_who_shows_a_token_is_judged_by_it() -> None:
    assert not is_this_machine("127.0.0.1", {"authorization": "Bearer forged"})

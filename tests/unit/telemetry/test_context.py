"""Which trace and which span something is: the same wherever it is worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.telemetry.context import Trace, adopt, carrier_of, span_of, trace_of

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_callers_trace_goes_on_under_its_own_number() -> None:
    adopted = trace_of(adopt(f"00-{TRACE}-{CALLER}-01"))

    assert adopted == Trace(int(TRACE, 16), int(CALLER, 16), is_sampled=True)


def test_what_a_caller_does_not_record_is_not_recorded_here() -> None:
    assert not trace_of(adopt(f"00-{TRACE}-{CALLER}-00")).is_sampled


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"01-{TRACE}-{CALLER}-01",
        f"00-{TRACE}-{CALLER}-01-more",
        f"00-{'0' * 32}-{CALLER}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{CALLER}-01",
        f"00-{TRACE}-{CALLER}-01\n",
    ],
)
def test_a_header_that_is_none_is_passed_over(header: str) -> None:
    assert adopt(header) == ""


@given(st.text(max_size=64))
def test_every_correlation_id_has_a_trace_that_w3c_allows(correlation_id: str) -> None:
    trace = trace_of(correlation_id)

    assert 0 < trace.id < 1 << 128
    assert 0 <= trace.caller < 1 << 64
    assert 0 < span_of(trace, "order:ord_1:1") < 1 << 64


def test_the_events_of_one_commit_lead_back_to_one_span() -> None:
    trace = trace_of("till-7")
    first, second = "order:ord_1:2:0", "order:ord_1:2:reminder"

    assert span_of(trace, carrier_of(first)) == span_of(trace, carrier_of(second))
    assert span_of(trace, carrier_of(first)) != span_of(trace, carrier_of("order:ord_1:3:0"))
    assert span_of(trace, carrier_of(first)) != span_of(trace_of("till-8"), carrier_of(first))

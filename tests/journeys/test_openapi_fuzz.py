"""Random requests from the OpenAPI document against the running desk: never a 500, never an undocumented answer."""

import itertools
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as conformance

from frontdesk import bootstrap
from frontdesk.entrypoints.openapi import openapi
from tests.journeys.running import RunningDesk

EXAMPLES = 60  # for each operation
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
]


def _operations() -> list[Any]:
    document = schemathesis.openapi.from_dict(openapi(bootstrap.choose()))
    found = document.get_all_operations()
    return [result.ok() for result in found if isinstance(result, Ok)]


@pytest.fixture(scope="session")
def authority(desk: RunningDesk) -> str:
    grants = ["shop:corner-snacks=owner", "shop:0=owner", "shop:a=owner"]
    return f"Bearer {desk.token('orders:write orders:read prices:write', 'fuzz', grants)}"


@pytest.mark.parametrize("operation", _operations(), ids=lambda operation: operation.label)
@pytest.mark.timeout(120)
def test_no_request_breaks_the_desk(operation: Any, desk: RunningDesk, authority: str) -> None:
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    faulty = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    turn = itertools.count()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(valid, faulty))
    def send(case: Case[Any]) -> None:
        # Three of four are authorised; the others try the door with whatever was generated.
        headers = {"Authorization": authority} if next(turn) % 4 else {}

        response = case.call(base_url=desk.url, headers=headers)

        assert response.status_code < 500, response.text
        case.validate_response(response, headers=headers, checks=CHECKS)

    send()

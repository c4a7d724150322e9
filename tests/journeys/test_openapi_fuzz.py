"""Random requests from the OpenAPI document against the running desk: never a 500, never an undocumented answer."""

import itertools
from collections.abc import Iterator
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
from frontdesk.entrypoints.operations import OPERATIONS
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

EXAMPLES = 10  # for each operation
MANY_EXAMPLES = 200
SHOP = "0"  # what a generated name often comes to
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
]


def _operations() -> list[Any]:
    document = schemathesis.openapi.from_dict(openapi((*bootstrap.choose(), OPERATIONS)))
    found = document.get_all_operations()
    return [result.ok() for result in found if isinstance(result, Ok)]


OPERATIONS_SHOWN = _operations()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """Give a desk of its own: its signing keys are rotated and its shops closed all the time."""
    desk = RunningDesk(tmp_path_factory.mktemp("fuzzed")).start()
    with desk.client(_authority(desk)) as http:
        shop = {
            "name": "Nought",
            "currency": "EUR",
            "channels": {"web": {"tax_included": True}},
            "open": True,
        }
        product = {"name": "Nought", "category": "0", "retail": 100, "tax_rate": 1900}
        assert http.put(f"/shops/{SHOP}", json=shop).is_success
        assert http.put(f"/shops/{SHOP}/products/0", json=product).is_success
    yield desk
    desk.stop()


def _authority(desk: RunningDesk) -> str:
    """Return a token that may do everything; one made before may have been withdrawn meanwhile."""
    scopes = {scope for service in (*bootstrap.choose(), OPERATIONS) for scope in service.scopes}
    return desk.token(" ".join(scopes), "fuzz", [f"shop:{SHOP}=owner", "shop:a=owner"])


@pytest.mark.parametrize("operation", OPERATIONS_SHOWN, ids=lambda operation: operation.label)
@pytest.mark.timeout(120)
def test_no_request_breaks_the_desk(operation: Any, fuzzed: RunningDesk) -> None:
    _fuzz(operation, fuzzed, EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS_SHOWN, ids=lambda operation: operation.label)
@pytest.mark.timeout(600)
def test_no_request_of_many_breaks_the_desk(operation: Any, fuzzed: RunningDesk) -> None:
    _fuzz(operation, fuzzed, MANY_EXAMPLES)


def _fuzz(operation: Any, desk: RunningDesk, examples: int) -> None:
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    faulty = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    authority = f"Bearer {_authority(desk)}"
    turn = itertools.count()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(valid, faulty))
    def send(case: Case[Any]) -> None:
        # Three of four are authorised; the others try the door with whatever was generated.
        headers = {"Authorization": authority} if next(turn) % 4 else {}

        response = case.call(base_url=desk.url, headers=headers)

        assert response.status_code < 500, response.text
        case.validate_response(response, headers=headers, checks=CHECKS)

    send()

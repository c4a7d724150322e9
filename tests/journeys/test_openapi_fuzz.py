"""Random requests from the OpenAPI document against the running desk: never a 500, never an undocumented answer."""

import itertools

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from tests.journeys.running import RunningDesk

EXAMPLES = 60  # for each operation

_turn = itertools.count()


@pytest.fixture(scope="session")
def api(desk: RunningDesk) -> schemathesis.schemas.BaseSchema:
    return schemathesis.openapi.from_url(f"{desk.url}/openapi.json")


@pytest.fixture(scope="session")
def authority(desk: RunningDesk) -> str:
    scopes = "orders:write orders:read prices:write"
    return f"Bearer {desk.token(scopes, 'fuzz', ['shop:corner-snacks=owner', 'shop:0=owner'])}"


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.timeout(240)
def test_no_request_breaks_the_desk(case: Case, authority: str) -> None:
    # Three of four requests are authorised: the others try the door with whatever was generated.
    headers = {"Authorization": authority} if next(_turn) % 4 else {}

    response = case.call(headers=headers)

    assert response.status_code < 500, response.text
    if headers:
        case.validate_response(response, headers=headers)

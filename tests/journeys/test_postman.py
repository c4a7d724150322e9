"""The Postman collection, run by Newman: every example is answered as it says, whatever the desk runs on."""

from pathlib import Path

import pytest

from frontdesk.entrypoints.postman.collection import collection
from tests.journeys.desk import Desk
from tests.postman.newman import GRANTS, SCOPES, SERVICES, newman_or_skip, run


@pytest.mark.stage  # on every runtime: it needs Node
@pytest.mark.timeout(400)
def test_every_example_is_answered_as_the_collection_says_also_the_second_time(
    desk: Desk, tmp_path: Path
) -> None:
    newman_or_skip()
    examples = sum(len(folder["item"]) for folder in collection(SERVICES)["item"])
    token = desk.token(SCOPES, "postman", GRANTS)
    for _ in range(2):
        found = run(tmp_path, desk.url, token)

        assert found.failures == ()
        assert found.requests >= examples
        assert found.assertions > 2 * found.requests

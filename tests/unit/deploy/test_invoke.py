"""`frontdesk invoke` hands an operation to the function that has it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from frontdesk.entrypoints.cli import stages
from frontdesk.entrypoints.cli.main import app
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.stages import Stage


class FakeLambda:
    """Writes down what it is asked, and answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.answer: Any = {"status": 200, "headers": {}, "body": {}}
        self.failed = False

    def client(self, service: str) -> "FakeLambda":
        assert service == "lambda"
        return self

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        self.asked.append((FunctionName, json.loads(Payload)))
        more = {"FunctionError": "Unhandled"} if self.failed else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **more}


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeLambda:
    """Stand where a stage was deployed, whose functions are one fake."""
    monkeypatch.chdir(tmp_path)
    url = "https://dev.example"
    stages.remember(Stage(name="dev", region="eu-west-1", account="1", url=url, issuer=url))
    fake = FakeLambda()
    monkeypatch.setattr("frontdesk.entrypoints.cli.stage_session.Session", lambda _: fake)
    return fake


def invoked(*words: str) -> Result:
    """Run the command on the stage."""
    return CliRunner().invoke(app, ["invoke", *words, "--stage", "dev"])


def test_the_function_that_has_the_operation_is_asked_with_its_scopes(
    function: FakeLambda, tmp_path: Path
) -> None:
    (tmp_path / "order.json").write_text('{"shop_id":"x"}')

    done = invoked("place_order", "--body", "@order.json", "--key", "first", "--subject", "ana")

    assert done.exit_code == 0
    assert function.asked == [
        (
            "frontdesk-dev-orders-http",
            {
                "operation": "place_order",
                "subject": "ana",
                "scopes": ["orders:write"],
                "grants": {},
                "key": "first",
                "path": {},
                "query": {},
                "body": {"shop_id": "x"},
            },
        )
    ]
    assert json.loads(done.stdout) == function.answer


def test_path_query_and_grants_are_pairs(function: FakeLambda) -> None:
    invoked("show_order", "--path", "id=ord_1", "--query", "limit=2", "--grant", "shop:x=owner")

    (_, payload), *_ = function.asked
    assert (payload["path"], payload["query"], payload["grants"]) == (
        {"id": "ord_1"},
        {"limit": "2"},
        {"shop:x": "owner"},
    )


def test_a_refusal_is_shown_and_ends_with_1(function: FakeLambda) -> None:
    function.answer = {"status": 404, "body": {"code": "not_found"}}

    done = invoked("show_order", "--path", "id=ord_1")

    assert done.exit_code == 1
    assert json.loads(done.stdout) == function.answer


def test_a_function_that_failed_is_told_in_its_own_words(function: FakeLambda) -> None:
    function.failed, function.answer = True, {"errorMessage": "boom"}

    done = invoked("list_letters")

    assert isinstance(done.exception, CommandError)
    assert str(done.exception) == 'frontdesk-dev-operations-http failed: {"errorMessage": "boom"}'


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fly",), "There is no operation fly."),
        (("place_order", "--body", "{"), "The body is not JSON"),
        (("show_order", "--path", "ord_1"), "'ord_1' is not NAME=VALUE."),
        (("show_order", "--grant", "=owner"), "'=owner' is not PLACE=ROLE."),
    ],
)
def test_what_cannot_be_asked_is_not_asked(function: FakeLambda, words: tuple[str, ...], told: str) -> None:
    done = invoked(*words)

    assert isinstance(done.exception, CommandError)
    assert told in str(done.exception)
    assert function.asked == []

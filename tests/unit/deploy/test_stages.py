"""A stage is remembered where it was deployed, and found again from AWS elsewhere."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import stages
from frontdesk.entrypoints.cli.connection import OperatorTokens, transport_to
from frontdesk.entrypoints.cli.loopback import reached
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import desk_of
from frontdesk.entrypoints.cli.stages import Stage

DEV = Stage(
    name="dev",
    region="eu-west-1",
    account="123456789012",
    url="https://x.example",
    issuer="https://x.example",
)


class FakeGateway:
    """API Gateway's lists, in pages of one."""

    def __init__(self, apis: list[dict[str, Any]], authorizers: list[dict[str, Any]]) -> None:
        self._apis = apis
        self._authorizers = authorizers

    def get_apis(self, **asked: str) -> dict[str, Any]:
        return self._page(self._apis, asked)

    def get_authorizers(self, **asked: str) -> dict[str, Any]:
        return self._page(self._authorizers, asked)

    @staticmethod
    def _page(items: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
        place = int(asked.get("NextToken", 0))
        more = {"NextToken": str(place + 1)} if place + 1 < len(items) else {}
        return {"Items": items[place : place + 1], **more}


class FakeSession:
    """Whoever is signed in, in one region."""

    region = "eu-west-1"

    def __init__(self, gateway: FakeGateway) -> None:
        self._gateway = gateway

    def account(self) -> str:
        return DEV.account

    def client(self, service: str) -> FakeGateway:
        assert service == "apigatewayv2"
        return self._gateway


APIS = [
    {"Name": "frontdesk-dev-anna", "ApiId": "a", "ApiEndpoint": "https://a.example"},
    {"Name": "frontdesk-dev", "ApiId": "b", "ApiEndpoint": "https://b.example/"},
]
JWT = {"JwtConfiguration": {"Issuer": "https://id.example/pool/", "Audience": ["shop", "till"]}}


pytestmark = pytest.mark.usefixtures("nothing_here")


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder where nothing was deployed."""
    monkeypatch.chdir(tmp_path)


def on_aws(monkeypatch: pytest.MonkeyPatch, *apis: dict[str, Any]) -> None:
    """Sign in to an account with these APIs."""
    session = FakeSession(FakeGateway(list(apis), [{"Name": "other"}, JWT]))
    monkeypatch.setattr("frontdesk.entrypoints.cli.stage_session.Session", lambda _: session)


def test_what_is_remembered_is_found_again_as_it_was() -> None:
    place = stages.remember(DEV)

    assert place == Path(".frontdesk/stages/dev.json")
    assert stages.find("dev") == DEV
    assert desk_of(Path("data"), "dev") == DEV
    stages.forget("dev")
    assert stages.remembered("dev") is None


def test_a_stage_that_somebody_else_deployed_is_found_by_the_name_of_its_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_aws(monkeypatch, *APIS)

    found = stages.find("dev")

    assert (found.url, found.issuer, found.audience) == (
        "https://b.example",
        "https://id.example/pool",
        "shop",
    )
    assert (found.account, found.region, found.prefix) == (DEV.account, "eu-west-1", "frontdesk-dev")


def test_a_stage_that_is_nowhere_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    on_aws(monkeypatch, APIS[0])

    with pytest.raises(CommandError, match="There is no stage dev here and none in this account"):
        stages.find("dev")


def test_a_file_that_cannot_be_read_is_no_memory() -> None:
    stages.remember(DEV).write_text("{")

    assert stages.remembered("dev") is None


@pytest.mark.parametrize("name", ["dev", "staging", "production", "preview-login-2", "dev-anna"])
def test_names_of_stages(name: str) -> None:
    assert stages.checked(name) == name


@pytest.mark.parametrize(
    "name", ["", "Dev", "test", "dev-", "dev-Anna", "dev_anna", "dev\n", "preview-" + "x" * 20]
)
def test_names_that_no_stage_has(name: str) -> None:
    with pytest.raises(CommandError, match="cannot be the name of a stage"):
        stages.checked(name)


def test_without_a_stage_the_folder_counts() -> None:
    assert desk_of(Path("elsewhere"), "") == Settings(data=Path("elsewhere"))


def test_a_token_of_another_issuer_is_used_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_TOKEN", "from elsewhere")

    assert OperatorTokens(DEV, ["corner"])() == "from elsewhere"


@pytest.mark.parametrize("host", ["x.execute-api.localhost", "localhost.localhost"])
def test_names_below_localhost_are_this_machine(host: str) -> None:
    asked: list[str] = []

    class Heard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Heard) as server:
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://{host}:{server.server_port}"
        with httpx.Client(base_url=url, transport=transport_to(url)) as client:
            assert client.get("/").status_code == 204

    assert asked == [f"{host}:{server.server_port}"]


def test_any_other_name_is_left_to_the_resolver() -> None:
    assert transport_to("https://x.execute-api.eu-west-1.amazonaws.com") is None
    assert reached("example.org") == "example.org"

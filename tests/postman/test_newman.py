"""Newman itself: it reaches a stage of the emulator, and finds what is wrong. The journeys run the whole collection."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import msgspec
import pytest

from frontdesk.entrypoints.postman.collection import collection
from tests.journeys.running import RunningDesk
from tests.postman.newman import GRANTS, SCOPES, SERVICES, newman_or_skip, run

pytestmark = [pytest.mark.stage, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    newman_or_skip()
    with RunningDesk(tmp_path_factory.mktemp("desk")) as running:
        yield running


class Listener(BaseHTTPRequestHandler):
    """Notes for whom a request was meant, and answers nothing of use."""

    heard: ClassVar[set[str]] = set()

    def do_PUT(self) -> None:
        self.heard.add(self.headers["Host"])
        self.send_error(503)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


def test_a_name_below_localhost_is_this_machine_and_is_told_to_it(tmp_path: Path) -> None:
    newman_or_skip()
    made = collection(SERVICES)
    made["item"] = [made["item"][0] | {"item": made["item"][0]["item"][:1]}]
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        name = f"stage.localhost:{server.server_address[1]}"
        found = run(tmp_path, f"http://{name}", "token", made)
        server.shutdown()

    assert found.failures
    assert Listener.heard == {name}


def test_an_answer_of_another_status_shape_or_value_is_found(desk: RunningDesk, tmp_path: Path) -> None:
    made = collection(SERVICES)
    schemas = next(variable for variable in made["variable"] if variable["key"] == "schemas")
    known = msgspec.json.decode(schemas["value"])
    known["ShopView"]["required"].append("colour")
    schemas["value"] = msgspec.json.encode(known).decode()
    made["item"] = made["item"][:1]
    shown = next(request for request in _requests(made) if request["name"] == "Show a shop")
    (script,) = (event["script"]["exec"] for event in shown["event"] if event["listen"] == "test")
    script[0] = script[0].replace("200", "201")
    script[-1] = script[-1].replace("Corner Snacks", "Another")

    found = run(tmp_path, desk.url, desk.token(SCOPES, "postman", GRANTS), made)

    told = [failure for failure in found.failures if "/shop" in failure or "Show a shop" in failure]
    assert [sum(word in text for text in told) for word in ("answers 201", "with a ShopView", "name is")] == [
        1,
        1,
        1,
    ]


def _requests(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [request for folder in made["item"] for request in folder["item"]]

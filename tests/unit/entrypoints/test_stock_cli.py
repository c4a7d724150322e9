"""`frontdesk stock`: what is typed reaches the shelves, and what lies there is shown."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import stock
from frontdesk.entrypoints.cli.connection import Api, ApiError
from frontdesk.kernel.callers import Caller
from tests.unit.inventory.stockroom import ALL, SHOP, StockRoom


class StockRoomDoor(httpx.BaseTransport):
    """The stock room in memory, as far as an HTTP client can tell."""

    def __init__(self, room: StockRoom, shops: Collection[str]) -> None:
        self._room = room
        self._caller = Caller("operator", ALL, {f"shop:{shop}": "owner" for shop in shops})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        body = msgspec.json.decode(request.content) if request.content else None
        line = f"{request.method} {request.url.path}"
        key = {"idempotency_key": request.headers["idempotency-key"]} if request.method == "POST" else {}
        answer = self._room.send(self._caller, line, body, query=dict(request.url.params), **key)
        self._room.settle()
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> StockRoom:
    """Return a stock room that the commands reach."""
    found = StockRoom()

    @contextmanager
    def connect(_: Settings, shops: Collection[str] = ()) -> Iterator[Api]:
        with httpx.Client(transport=StockRoomDoor(found, shops), base_url="http://desk") as client:
            yield Api(client, lambda: "token", shops)

    monkeypatch.setattr(stock, "connect", connect)
    return found


def run(*arguments: str) -> Result:
    """Run one command of the group."""
    return CliRunner().invoke(stock.app, [*arguments, "--shop", SHOP])


def ran(*arguments: str) -> Any:
    """Run one command for its JSON."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return msgspec.json.decode(result.stdout)


def lines(result: Result) -> list[list[str]]:
    """Return what a command printed for a pipe, cell by cell."""
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_goods_are_booked_in(room: StockRoom) -> None:
    result = run("receive", "cola", "48", "--at", "cellar", "--low-at", "12", "--reference", "DN 1")

    assert result.exit_code == 0
    assert "cola at cellar: +48 (ent_" in result.stderr
    assert (room.free("cola"), room.shelf("cola").low_at) == (48, 12)
    assert ran("receive", "cola", "2", "--at", "cellar")["reference"] is None


def test_with_the_same_key_goods_are_booked_in_once(room: StockRoom) -> None:
    for _ in range(2):
        run("receive", "cola", "48", "--at", "cellar", "--key", "delivery-7")

    assert room.on_hand("cola") == 48


def test_a_count_is_corrected_up_and_down(room: StockRoom) -> None:
    run("receive", "cola", "10", "--at", "cellar")
    result = run("adjust", "cola", "-3", "--at", "cellar", "--reason", "broken")
    more = ran("adjust", "cola", "1", "--at", "cellar", "--reason", "found")

    assert "cola at cellar: -3" in result.stderr
    assert (more["quantity"], more["reason"]) == (1, "found")
    assert room.on_hand("cola") == 8


def test_what_is_reserved_cannot_be_taken_and_the_person_hears_why(room: StockRoom) -> None:
    room.receive("cola", 3)
    room.order("o1", cola=3)
    result = run("adjust", "cola", "-1", "--at", "cellar", "--reason", "broken")

    assert isinstance(result.exception, ApiError)
    assert result.exception.code == "pieces_are_reserved"
    assert room.on_hand("cola") == 3


def test_every_shelf_is_shown_with_its_numbers(room: StockRoom) -> None:
    room.receive("cola", 5, low_at=4)
    room.receive("nuts", 2)
    room.order("o1", cola=2)
    room.patient_order("o2", nuts=3)

    assert lines(run("show"))[1:] == [
        ["cola", "5", "2", "3", "4", "low", "0"],
        ["nuts", "2", "0", "2", "0", "out", "1"],
    ]
    assert [item["sku"] for item in ran("show", "--limit", "1")] == ["cola"]


def test_one_product_is_shown_with_its_locations_who_waits_and_what_moved_it(room: StockRoom) -> None:
    room.receive("cola", 5, "counter", reference="DN 1")
    room.patient_order("o1", cola=9)
    shown = lines(run("show", "cola"))

    assert ["on hand", "5"] in shown
    assert ["counter", "5", "0", "5"] in shown
    assert ["2026-03-14 09:30:00", "o1", "9"] in shown
    assert ["2026-03-14 09:30:00", "receipt", "counter", "5", "usr_staff", "DN 1"] in shown
    plain = ran("show", "cola")
    assert (plain["waiting_orders"], plain["entries"][0]["quantity"]) == (1, 5)

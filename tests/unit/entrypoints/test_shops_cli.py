"""`frontdesk shops`: what is typed and what a file says reaches the shop, and nothing else changes."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import shop_wishes, shops
from frontdesk.entrypoints.cli.connection import Api, ApiError
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.kernel.callers import Caller
from tests.unit.catalogue.shops import ALL, OWNER, shopping_street
from tests.unit.driver import Desk, content

NEW = ("--name", "Clean World", "--currency", "EUR", "--channel", "web=with-tax")


class Counter(httpx.BaseTransport):
    """The desk in memory, as far as an HTTP client can tell. The caller owns what the command names."""

    def __init__(self, desk: Desk, shops: Collection[str]) -> None:
        self._desk = desk
        self._caller = Caller("operator", ALL, {f"shop:{shop}": "owner" for shop in shops})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        body = msgspec.json.decode(request.content) if request.content else None
        line = f"{request.method} {request.url.path}"
        key = {"idempotency_key": request.headers["idempotency-key"]} if request.method == "POST" else {}
        answer = self._desk.send(self._caller, line, body, query=dict(request.url.params), **key)
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk with two shops, `corner-snacks` and `brightclean`, that the commands reach."""
    street = shopping_street()

    @contextmanager
    def connect(_: Settings, shops: Collection[str] = ()) -> Iterator[Api]:
        with httpx.Client(transport=Counter(street, shops), base_url="http://desk") as client:
            yield Api(client, lambda: "token", shops)

    monkeypatch.setattr(shops, "connect", connect)
    return street


def run(*arguments: str | Path) -> Result:
    """Run one command of the group."""
    return CliRunner().invoke(shops.app, [*map(str, arguments)])


def ran(*arguments: str | Path) -> Any:
    """Run one command for its JSON."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lines(*arguments: str | Path) -> list[list[str]]:
    """Return what a command printed for a pipe, cell by cell."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def seen(desk: Desk, shop: str) -> Any:
    """Return a shop as its owner sees it."""
    return content(desk.send(OWNER, f"GET /shops/{shop}"))


@pytest.mark.usefixtures("desk")
def test_shops_are_listed_by_name() -> None:
    channels = "web=with-tax mobile=with-tax wholesale=without-tax"

    assert lines("list") == [
        ["shop", "name", "currency", "channels", "on shortage", "open"],
        ["brightclean", "BrightClean", "EUR", channels, "backorder", "yes"],
        ["corner-snacks", "Corner Snacks", "EUR", channels, "reject", "yes"],
    ]
    assert [shop["shop_id"] for shop in ran("list", "--limit", "1")] == ["brightclean"]


def test_a_shop_is_set_up_from_options(desk: Desk) -> None:
    more = (
        "--channel",
        "wholesale=without-tax",
        "--on-shortage",
        "backorder",
        "--event-source",
        "clean.shop",
    )
    hours = ("--hours", "mon-fri 09:00-18:00", "--hours", "sun 10:00-24:00", "--time-zone", "Europe/Madrid")
    made = lines("set", "empty", *NEW, *more, *hours)

    assert made == [
        ["shop", "empty"],
        ["name", "Clean World"],
        ["currency", "EUR"],
        ["channels", "web=with-tax wholesale=without-tax"],
        ["on shortage", "backorder"],
        ["time zone", "Europe/Madrid"],
        ["hours", "mon-fri 09:00-18:00; sun 10:00-24:00"],
        ["state", "open"],
        ["event source", "clean.shop"],
    ]
    assert seen(desk, "empty")["hours"][5] == {"weekday": 7, "start": "10:00", "end": "24:00"}
    assert lines("show", "empty") == made


def test_what_is_not_named_stays_as_it_is(desk: Desk) -> None:
    run("close", "brightclean")
    before = seen(desk, "brightclean")
    after = ran("set", "brightclean", "--time-zone", "Europe/Madrid")

    assert after == {**before, "time_zone": "Europe/Madrid"}
    assert after["open"] is False


def test_hours_and_channels_replace_the_ones_before(desk: Desk) -> None:
    run("set", "brightclean", "--hours", "sat 09:00-12:00")
    changed = ran("set", "brightclean", "--hours", "always", "--channel", "mobile=without-tax")

    assert changed["hours"] == []
    assert {name for name, terms in changed["channels"].items() if terms} == {"mobile"}
    assert seen(desk, "brightclean") == changed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop.toml", 'currency = "EUR"\nname = "From a file"\n[channels.web]\ntax_included = false\n'),
        (
            "shop.json",
            '{"currency": "EUR", "name": "From a file", "channels": {"web": {"tax_included": false}}}',
        ),
    ],
)
@pytest.mark.usefixtures("desk")
def test_a_file_sets_a_shop_and_options_come_before_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    made = ran("set", "empty", "--file", tmp_path / name, "--name", "As typed")

    assert (made["name"], made["currency"]) == ("As typed", "EUR")
    assert made["channels"]["web"] == {"tax_included": False}


def test_what_show_prints_sets_another_shop_the_same(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(run("show", "brightclean", "--json").stdout)
    ran("set", "empty", "--file", tmp_path / "shop.json")

    assert seen(desk, "empty") == {**seen(desk, "brightclean"), "shop_id": "empty"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.toml", None, "Cannot read"),
        ("shop.toml", b"name = ", "as TOML"),
        ("shop.toml", b"name = '\xff'", "as TOML"),
        ("shop.json", b"{", "as JSON"),
        ("shop.json", b"[]", "fields of a shop"),
        ("shop.toml", b"#" * (shop_wishes.MAX_FILE_BYTES + 1), "larger than 64 KB"),
    ],
)
def test_a_file_that_is_none_is_a_sentence(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        shop_wishes.read(tmp_path / name)


@pytest.mark.usefixtures("desk")
def test_every_fault_of_a_shop_is_told_at_once() -> None:
    refused = run("set", "empty", "--currency", "euro", "--time-zone", "Madrid")

    assert isinstance(refused.exception, ApiError)
    for pointer in ("/name", "/currency", "/channels", "/time_zone"):
        assert f"  {pointer}: " in str(refused.exception)


@pytest.mark.parametrize("text", ["web", "web=yes", "web=", "=", ""])
def test_a_channel_says_whether_its_prices_contain_the_tax(text: str) -> None:
    with pytest.raises(CommandError, match="with-tax"):
        shop_wishes.channels([text])


def test_a_channel_is_named_once() -> None:
    with pytest.raises(CommandError, match="once"):
        shop_wishes.channels(["web=with-tax", "web=without-tax"])


@pytest.mark.parametrize("text", ["", "mon", "mon-fri", "mon 9-17", "day 09:00-17:00", "mon 09:00-17:00 x"])
def test_hours_are_days_and_a_span(text: str) -> None:
    with pytest.raises(CommandError, match="DAYS FROM-TO"):
        shop_wishes.hours([text])


def test_a_week_goes_from_monday_to_sunday() -> None:
    with pytest.raises(CommandError, match="ends before it begins"):
        shop_wishes.hours(["sat-mon 09:00-17:00"])


@given(
    st.sets(st.tuples(st.integers(1, 7), st.sampled_from([("09:00", "12:00"), ("13:00", "24:00")]))).map(
        sorted
    )
)
def test_hours_are_told_as_they_are_typed(wanted: list[tuple[int, tuple[str, str]]]) -> None:
    spans = [{"weekday": day, "start": start, "end": end} for day, (start, end) in wanted]
    typed = shop_wishes.told_hours(spans).split("; ")

    assert sorted(shop_wishes.hours(typed), key=str) == sorted(spans, key=str)


def test_a_shop_is_closed_and_opened(desk: Desk) -> None:
    closed = run("close", "corner-snacks")

    assert "corner-snacks is closed." in closed.stderr
    assert seen(desk, "corner-snacks")["open"] is False
    assert ran("open", "corner-snacks")["open"] is True
    assert seen(desk, "corner-snacks")["open"] is True


@pytest.mark.usefixtures("desk")
def test_a_shop_that_is_not_there_is_a_sentence() -> None:
    for words in (["show", "nowhere"], ["close", "nowhere"]):
        refused = run(*words)
        assert isinstance(refused.exception, ApiError)
        assert refused.exception.code == "not_found"

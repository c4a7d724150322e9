"""Commands on a desk that nobody serves: they open it, ask the API, and show what came out."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli.connection import ApiError, connect
from frontdesk.entrypoints.cli.main import app
from frontdesk.entrypoints.cli.mending import CommandError, exit_status_of

SHOP = {"name": "Corner", "currency": "EUR", "channels": {"web": {"tax_included": True}}}
PRETZEL = {"name": "Pretzel", "category": "bakery", "tax_rate": 700, "retail": 180, "tracked": False}
PROCESSOR = "orders-processor"


def order(shop: str) -> dict[str, Any]:
    """Return an order of two pretzels."""
    return {
        "shop_id": shop,
        "channel": "web",
        "customer": {"name": "Ana Pérez", "email": "ana@example.com"},
        "lines": [{"sku": "pretzel", "quantity": 2}],
        "delivery": {"method": "delivery", "address": "1 High Street"},
    }


class Shopkeeper:
    """Gives commands for one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.orders: list[str] = []

    def prepare(self, *shops: str, orders: int = 0) -> None:
        """Set up shops that sell pretzels, and take orders in the first of them."""
        with connect(Settings(data=self.data), shops) as api:
            for shop in shops:
                api.put(f"/shops/{shop}", SHOP)
                api.put(f"/shops/{shop}/products/pretzel", PRETZEL)
        with connect(Settings(data=self.data), shops) as api:
            self.orders += [api.post("/orders", order(shops[0]))["order_id"] for _ in range(orders)]

    def run(self, *words: str) -> Result:
        """Run a command."""
        return CliRunner().invoke(app, [*words, "--data", str(self.data)])

    def read(self, *words: str) -> Any:
        """Return what a command tells as JSON."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def give_up(self, *, cause: str = "KeyError") -> list[str]:
        """Make a dead letter of every order's first event, as if its reaction had failed until nobody tried again."""
        with sqlite3.connect(self.data / "frontdesk.db") as database:
            found = database.execute(
                "select seq from events where name='Order Ready' order by seq"
            ).fetchall()
            rows = [(PROCESSOR, seq, 8, cause) for (seq,) in found]
            database.executemany("insert into retries(subscriber,seq,tries,error) values(?,?,?,?)", rows)
        database.close()
        return [f"{PROCESSOR}:{seq}" for _, seq, *_ in rows]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shopkeeper:
    """Return a desk with one shop and three orders, to look at."""
    found = Shopkeeper(tmp_path_factory.mktemp("shop"))
    found.prepare("corner", orders=3)
    return found


@pytest.fixture
def own(tmp_path: Path) -> Shopkeeper:
    """Return a desk with one shop and three orders, to change."""
    found = Shopkeeper(tmp_path / "data")
    found.prepare("corner", orders=3)
    return found


def refused(result: Result, sentence: str) -> None:
    """Check that a command ended with a sentence that the user can act on."""
    assert isinstance(result.exception, CommandError), result.output
    assert sentence in str(result.exception)
    assert exit_status_of(result.exception) == 2


def test_orders_are_listed_newest_first_with_what_they_come_to(shop: Shopkeeper) -> None:
    head, *rows = shop.run("orders", "list").stdout.splitlines()

    assert head.split("\t") == ["order", "placed", "status", "channel", "lines", "total"]
    assert [row.split("\t")[0] for row in rows] == shop.orders[::-1]
    assert rows[0].split("\t")[2:] == ["PROCESSED", "web", "1", "3.60 EUR"]


def test_orders_are_filtered_and_bounded(shop: Shopkeeper) -> None:
    assert len(shop.read("orders", "list", "--limit", "2")) == 2
    assert len(shop.read("orders", "list", "--status", "processed", "--customer", "operator")) == 3
    assert shop.read("orders", "list", "--status", "NEW") == []
    assert shop.read("orders", "list", "--customer", "ben") == []
    assert shop.read("orders", "list", "--until", "2020-01-01") == []
    assert len(shop.read("orders", "list", "--shop", "corner", "--since", "2020-01-01T10:00")) == 3


def test_a_filter_that_means_nothing_is_refused_by_name(shop: Shopkeeper) -> None:
    refused(shop.run("orders", "list", "--status", "LOST"), "/status")
    assert shop.run("orders", "list", "--since", "yesterday").exit_code == 2
    assert shop.run("orders", "list", "--limit", "0").exit_code == 2


def test_an_order_is_shown_with_its_lines_and_its_story(shop: Shopkeeper) -> None:
    shown = shop.run("orders", "show", shop.orders[0]).stdout

    for text in (
        "Ana Pérez",
        "1 High Street",
        "pretzel\tPretzel\t2",
        "NEW\toperator",
        "PROCESSED\tfrontdesk",
    ):
        assert text in shown
    told = shop.read("orders", "show", shop.orders[0])
    assert [step["status"] for step in told["timeline"]] == ["NEW", "PROCESSED"]


def test_an_order_that_is_not_there_is_a_sentence(shop: Shopkeeper) -> None:
    refused(shop.run("orders", "show", "ord_x"), "no such thing")


def test_an_order_is_called_off_once(own: Shopkeeper) -> None:
    cancelled = own.read("orders", "cancel", own.orders[0], "--reason", "ordered twice")
    again = own.run("orders", "cancel", own.orders[0])

    assert cancelled["status"] == "CANCELLED"
    refused(again, "present state")
    assert own.read("orders", "show", own.orders[0])["timeline"][-1]["reason"] == "ordered twice"


def test_an_order_is_sent_out_arrives_and_is_taken_back(own: Shopkeeper) -> None:
    first, second, _ = own.orders
    sent = own.run("orders", "dispatch", first, "--carrier", "Correos", "--tracking", "PK43X")
    arrived = own.read("orders", "deliver", first)
    back = own.read("orders", "return", first, "--no-restock", "--reason", "broken", "--shop", "corner")
    untracked = own.read("orders", "dispatch", second, "--carrier", "By bicycle")

    assert f"{first} is DISPATCHED." in sent.stderr
    assert [arrived["status"], back["status"], untracked["status"]] == ["DELIVERED", "RETURNED", "DISPATCHED"]
    shown = own.run("orders", "show", first).stdout
    assert "delivery\tdelivery, 1 High Street" in shown
    assert "sent with\tCorreos PK43X" in shown
    assert own.read("orders", "show", first)["timeline"][-1]["reason"] == "broken"


def test_whether_goods_can_be_sold_again_must_be_said(shop: Shopkeeper) -> None:
    result = shop.run("orders", "return", shop.orders[0])

    assert result.exit_code == 2
    assert "--restock" in result.output


def test_an_order_cannot_arrive_before_it_is_sent(shop: Shopkeeper) -> None:
    refused(shop.run("orders", "deliver", shop.orders[0]), "present state")


def test_with_several_shops_the_list_asks_which_and_an_order_is_found_anyway(tmp_path: Path) -> None:
    two = Shopkeeper(tmp_path)
    two.prepare("corner", "mill", orders=1)

    refused(two.run("orders", "list"), "--shop: corner, mill")
    assert two.read("orders", "list", "--shop", "mill") == []
    assert two.read("orders", "show", two.orders[0])["shop_id"] == "corner"


def test_a_desk_without_a_shop_has_no_orders_to_list(tmp_path: Path) -> None:
    refused(Shopkeeper(tmp_path).run("orders", "list"), "no shop yet")


def test_dead_letters_are_listed_with_cause_age_and_tries(own: Shopkeeper) -> None:
    ids = own.give_up()
    head, *rows = own.run("dead-letters", "list").stdout.splitlines()

    assert head.split("\t") == ["letter", "event", "age", "tries", "cause"]
    assert [row.split("\t")[0] for row in rows] == ids
    assert rows[0].split("\t")[1] == "Order Ready"
    assert rows[0].split("\t")[3:] == ["8", "KeyError"]


def test_a_dead_letter_is_shown_with_the_story_of_its_order(own: Shopkeeper) -> None:
    (id, *_) = own.give_up()
    shown = own.run("dead-letters", "show", id).stdout

    assert "cause\tKeyError" in shown
    assert '"order_id"' in shown
    assert shown.index("\tOrder Ready\t") < shown.index("\tOrder Processed\t")
    assert own.read("dead-letters", "show", id)["body"]["order_id"] == own.orders[0]


def test_a_dry_run_changes_nothing(own: Shopkeeper) -> None:
    ids = own.give_up()
    told = own.read("dead-letters", "discard", "--event", "Order Ready", "--reason", "test", "--dry-run")

    assert (told["dry_run"], [letter["id"] for letter in told["items"]]) == (True, ids)
    assert len(own.read("dead-letters", "list")) == 3
    assert own.read("dead-letters", "audit") == []


def test_letters_are_redriven_by_id_or_by_choice_and_no_more_than_asked(own: Shopkeeper) -> None:
    ids = own.give_up()
    named = own.read("dead-letters", "redrive", ids[2])
    chosen = own.read("dead-letters", "redrive", "--cause", "Key", "--subscriber", PROCESSOR, "--limit", "1")

    assert [letter["id"] for letter in (*named["items"], *chosen["items"])] == [ids[2], ids[0]]
    assert [letter["id"] for letter in own.read("dead-letters", "list")] == [ids[1]]


def test_what_is_redriven_takes_effect_once(own: Shopkeeper) -> None:
    own.read("dead-letters", "redrive", *own.give_up())

    steps = own.read("orders", "show", own.orders[0])["timeline"]
    assert [step["status"] for step in steps] == ["NEW", "PROCESSED"]
    with sqlite3.connect(own.data / "frontdesk.db") as database:
        assert database.execute("select count(*) from retries").fetchone() == (0,)
    database.close()


def test_who_settled_what_and_why_is_audited(own: Shopkeeper) -> None:
    ids = own.give_up()
    own.run("dead-letters", "discard", ids[0], "--reason", "packed by hand")
    own.run("dead-letters", "redrive", ids[1])
    _, newest, oldest = own.run("dead-letters", "audit").stdout.splitlines()

    assert newest.split("\t")[1:] == ["operator", "redrive", ids[1], "Order Ready", ""]
    assert oldest.split("\t")[1:] == ["operator", "discard", ids[0], "Order Ready", "packed by hand"]


@pytest.mark.parametrize(
    "words",
    [
        ["redrive"],
        ["redrive", f"{PROCESSOR}:1", "--event", "Order Ready"],
        ["redrive", *[f"{PROCESSOR}:{n}" for n in range(1_001)]],
    ],
    ids=["nothing", "both", "too many"],
)
def test_letters_are_named_or_chosen_and_only_so_many(shop: Shopkeeper, words: list[str]) -> None:
    result = shop.run("dead-letters", *words)

    assert isinstance(result.exception, CommandError)


def test_nobody_discards_without_a_reason(shop: Shopkeeper) -> None:
    result = shop.run("dead-letters", "discard", f"{PROCESSOR}:1")

    assert result.exit_code == 2
    assert "--reason" in result.output


def test_a_letter_that_is_not_there_is_a_sentence(shop: Shopkeeper) -> None:
    result = shop.run("dead-letters", "redrive", f"{PROCESSOR}:999")

    assert isinstance(result.exception, ApiError)


def test_traffic_needs_a_running_desk_and_has_bounds(tmp_path: Path) -> None:
    keeper = Shopkeeper(tmp_path)

    refused(keeper.run("traffic", "--shop", "corner"), "No desk runs")
    for words in (["--rate", "1e9"], ["--duration", "1e9"], ["--spike", "x"], ["--connections", "9999"]):
        assert keeper.run("traffic", "--shop", "corner", *words).exit_code == 2


def every_command() -> list[list[str]]:
    """Return the words of every command."""
    found: list[list[str]] = []

    def walk(group: typer.Typer, words: list[str]) -> None:
        for command in group.registered_commands:
            name = command.name or getattr(command.callback, "__name__", "").replace("_", "-")
            found.append([*words, name])
        for inner in group.registered_groups:
            assert inner.typer_instance is not None
            walk(inner.typer_instance, [*words, inner.name] if isinstance(inner.name, str) else words)

    walk(app, [])
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_says_what_it_does_and_gives_an_example(words: list[str]) -> None:
    told = CliRunner().invoke(app, [*words, "--help"]).stdout

    assert f"frontdesk {' '.join(words)}" in " ".join(told.split("Example:")[1].split())


def test_help_is_quick_because_it_imports_no_server_and_no_client() -> None:
    code = "import sys, frontdesk.entrypoints.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert not {"uvicorn", "httpx", "starlette", "joserfc", "sqlite3", "asyncio", "rich"} & set(
        loaded.split()
    )

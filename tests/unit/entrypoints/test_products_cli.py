"""`frontdesk products`: what a file says reaches the shop, and what is wrong with it reaches the person."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import products
from frontdesk.entrypoints.cli.connection import Api, ApiError
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.price_lists import COLUMNS, MAX_FILE_BYTES
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Unavailable
from frontdesk.services.catalogue.demo import DEMO_PRODUCTS
from frontdesk.services.catalogue.events import ProductChanged
from frontdesk.services.catalogue.model import MAX_PRODUCTS
from tests.unit.catalogue.shops import ALL, OWNER, PRODUCTS, shopping_street, skus
from tests.unit.driver import Desk, content

HEADING = ",".join(COLUMNS)
GOOD = "tea,Green tea,drinks,1900,250,120,10,no"


class Counter(httpx.BaseTransport):
    """The desk in memory, as far as an HTTP client can tell. The caller owns what the command names."""

    def __init__(self, desk: Desk, shops: Collection[str]) -> None:
        self._desk = desk
        self._caller = Caller("operator", ALL, {f"shop:{shop}": "owner" for shop in shops})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        body = msgspec.json.decode(request.content) if request.content else None
        line = f"{request.method} {request.url.path}"
        answer = self._desk.send(self._caller, line, body, query=dict(request.url.params))
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk that the commands reach."""
    street = shopping_street()

    @contextmanager
    def connect(_: Settings, shops: Collection[str] = ()) -> Iterator[Api]:
        with httpx.Client(transport=Counter(street, shops), base_url="http://desk") as client:
            yield Api(client, lambda: "token", shops)

    monkeypatch.setattr(products, "connect", connect)
    return street


def run(*arguments: str | Path, shop: str = "corner-snacks") -> Result:
    """Run one command of the group."""
    return CliRunner().invoke(products.app, [*map(str, arguments), "--shop", shop])


def ran(*arguments: str | Path) -> Any:
    """Run one command for its JSON."""
    return msgspec.json.decode(run(*arguments, "--json").stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a file can be."""
    return tmp_path / "prices.csv"


def write(file: Path, *lines: str, heading: str = HEADING) -> Path:
    """Write a file of these lines."""
    file.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return file


def test_a_file_sets_products(desk: Desk, file: Path) -> None:
    result = run("import", write(file, GOOD, "cups,Paper cups,things,1900,5,,,"))

    assert result.exit_code == 0
    assert "2 rows: 2 are new, 0 are changed, 0 are as they were, 0 are faulty." in result.stderr
    tea, cups = (content(desk.send(OWNER, f"GET {PRODUCTS}/{sku}")) for sku in ("tea", "cups"))
    assert tea == {
        "shop_id": "corner-snacks",
        "sku": "tea",
        "name": "Green tea",
        "category": "drinks",
        "tax_rate": 1900,
        "retail": 250,
        "wholesale": {"unit_price": 120, "minimum_quantity": 10},
        "tracked": False,
        "on_sale": True,
    }
    assert (cups["wholesale"], cups["tracked"]) == (None, True)


def test_what_was_exported_imports_as_no_change(desk: Desk, file: Path) -> None:
    assert run("export", "--output", file).exit_code == 0
    told = len(desk.store.log)

    report = ran("import", file)

    assert (report["same"], report["new"], report["changed"]) == (len(DEMO_PRODUCTS), 0, 0)
    assert len(desk.store.log) == told


def test_an_export_is_in_the_order_of_the_skus(desk: Desk) -> None:
    desk.send(OWNER, f"DELETE {PRODUCTS}/water")
    lines = run("export").stdout.splitlines()
    assert lines[0] == HEADING
    assert lines[1] == 'chocolate,"Dark chocolate, 100 g",sweet,700,219,129,20,yes'
    assert lines[2] == "coffee,Coffee to take away,drinks,1900,290,,,no"
    assert [line.partition(",")[0] for line in lines[1:]] == skus(desk, OWNER)


def test_an_export_as_json_is_what_the_api_shows(desk: Desk) -> None:
    assert ran("export") == content(desk.send(OWNER, f"GET {PRODUCTS}", query={"limit": "100"}))["items"]


def test_every_faulty_row_is_named_with_its_line_and_all_its_reasons(desk: Desk, file: Path) -> None:
    report = ran(
        "import",
        write(
            file,
            GOOD,
            "Tea,,drinks,19.5,-1,,,",
            "",
            'cups,"Paper',
            'cups",things,1900,5,,,maybe',
            "mugs,Mugs,things,1900,900,600,0,yes,more",
            "tea,Tea again,drinks,1900,250,,,",
            "lids,Lids,things,1900,1,,10,",
            "search,Searchlight,things,1900,9900,,,",
        ),
    )

    assert {row["line"]: row["sku"] for row in report["faulty"]} == {
        3: "Tea",
        5: "cups",
        7: "mugs",
        8: "tea",
        9: "lids",
        10: "search",
    }
    reasons = [[reason.partition(":")[0] for reason in row["reasons"]] for row in report["faulty"]]
    assert reasons == [
        ["sku", "name", "retail", "tax_rate"],
        ["name", "tracked"],
        ["The row has more cells than the heading.", "wholesale_minimum_quantity"],
        ["sku"],
        ["wholesale_unit_price"],
        ["sku"],
    ]
    assert (report["rows"], report["new"]) == (7, 1)
    assert {"tea"} == set(skus(desk, OWNER)) - set(DEMO_PRODUCTS)


def test_faulty_rows_are_shown_and_end_the_command_with_one(desk: Desk, file: Path) -> None:
    result = run("import", write(file, "Tea,Tea,drinks,1900,250,,,", GOOD))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "line\tsku\treason"
    assert result.stdout.splitlines()[1].startswith("2\tTea\tsku: Must match")
    assert "tea" in skus(desk, OWNER)


def test_a_dry_run_tells_what_would_be_and_changes_nothing(desk: Desk, file: Path) -> None:
    told = len(desk.store.log)
    cola = "cola,Dearer cola,drinks,1900,999,92,24,yes"
    water = '"water","Mineral water, 0.5 l",drinks,1900,149,54,24,yes'

    report = ran("import", write(file, GOOD, cola, water, "x"), "--dry-run")

    assert [report[name] for name in ("rows", "new", "changed", "same")] == [4, 1, 1, 1]
    assert [row["line"] for row in report["faulty"]] == [5]
    assert len(desk.store.log) == told


def test_a_row_that_the_desk_refuses_does_not_stop_the_others(desk: Desk, file: Path) -> None:
    desk.store.counters["catalogue:products:corner-snacks"] = MAX_PRODUCTS
    report = ran("import", write(file, GOOD, "cola,Dearer cola,drinks,1900,999,92,24,yes"))
    assert [row["sku"] for row in report["faulty"]] == ["tea"]
    assert "as many products" in report["faulty"][0]["reasons"][0]
    assert desk.heard(ProductChanged)[-1].retail == 999


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_spreadsheets_separate_otherwise(desk: Desk, file: Path, sign: str) -> None:
    lines = [line.replace(",", sign) for line in (HEADING, GOOD)]
    file.write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    assert ran("import", file)["new"] == 1
    assert "tea" in skus(desk, OWNER)


def test_columns_come_in_any_order_and_the_last_three_may_be_missing(desk: Desk, file: Path) -> None:
    assert ran("import", write(file, "250,tea,Tea,1900,drinks", heading="Retail,sku,name,tax_rate,category"))
    assert content(desk.send(OWNER, f"GET {PRODUCTS}/tea"))["retail"] == 250


def test_a_shop_that_is_not_there_ends_the_import(desk: Desk, file: Path) -> None:
    result = run("import", write(file, GOOD), shop="nowhere")
    assert isinstance(result.exception, ApiError)
    assert result.exception.code == "not_found"
    assert "tea" not in skus(desk, OWNER)


def test_a_desk_that_can_no_longer_answer_ends_the_import(desk: Desk, file: Path) -> None:
    async def fail(method: str, _: str) -> None:
        if method == "commit":
            raise Unavailable(retry_after=60)

    desk.store._fault = fail  # noqa: SLF001 - from now on
    result = run("import", write(file, GOOD))
    assert isinstance(result.exception, ApiError)
    assert (result.exception.code, result.stdout) == ("unavailable", "")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "lacks 'sku'"),
        (b"sku;name;price\n", "lacks 'category', 'tax_rate', 'retail'; has unknown 'price'"),
        (b"sku,sku,name,category,tax_rate,retail\n", "repeats 'sku'"),
        (f"{HEADING}\ntea,T\xe9".encode("latin-1"), "is not UTF-8"),
        (f'{HEADING}\n{GOOD}\ncups,"Paper'.encode(), "line 3: unexpected end of data"),
        (b"x" * (MAX_FILE_BYTES + 1), "is larger than 16 MB"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_before_anything_is_done(
    file: Path, text: bytes, said: str
) -> None:
    file.write_bytes(text)
    error = run("import", file).exception
    assert isinstance(error, CommandError)
    assert said in str(error)


@pytest.mark.usefixtures("desk")
def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    for result in (run("import", tmp_path / "none.csv"), run("export", "--output", tmp_path)):
        assert isinstance(result.exception, CommandError)
        assert str(tmp_path) in str(result.exception)

"""`frontdesk reconcile`: its exit status is the proof, and what it prints says where to look."""

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from frontdesk.entrypoints.cli import reconcile as command
from frontdesk.entrypoints.cli.mending import CommandError
from tests.unit.reconciliation.world import built, tamper


@pytest.fixture
def data(tmp_path: Path) -> Path:
    built(tmp_path)
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command.reconcile)
    return CliRunner().invoke(app, ["--data", str(data), *arguments])


def told(data: Path, *arguments: str) -> Any:
    return msgspec.json.decode(run(data, "--json", *arguments).stdout)


def lose_an_entry(data: Path, shop: str = "corner") -> None:
    sql = (
        "delete from r_entry where id = (select id from r_entry where id like '%:paid'"
        " and json_extract(body, '$.shop_id') = ? order by id limit 1)"
    )
    assert tamper(data, sql, shop) == 1


def test_where_all_agrees_the_status_is_0(data: Path) -> None:
    result = run(data)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "Orders, books and stock agree: 15 orders" in result.stderr


def test_differences_are_shown_and_the_status_is_1(data: Path) -> None:
    tamper(data, "update counters set count = count + 1 where key = 'inventory:free:corner:counter:pretzel'")
    result = run(data)
    assert result.exit_code == 1
    heading, row = (line.split("\t") for line in result.stdout.splitlines())
    assert heading == ["what", "shop", "subject", "expected", "found", "because of"]
    assert row[:3] == ["wrong_free", "corner", "pretzel at counter"]
    assert "Differences: 1. wrong_free (1)." in result.stderr
    assert "agree:" not in result.stderr


def test_json_has_everything(data: Path) -> None:
    lose_an_entry(data)
    found = told(data)
    assert found["agrees"] is False
    assert found["differing"] == {"missing_entry": 1, "wrong_balance": 2}
    assert len(found["differences"]) == 3
    assert found["compared"]["order"] == 15
    assert told(data, "--shop", "strict")["agrees"] is True


def test_only_one_shop_can_be_asked_for(data: Path) -> None:
    lose_an_entry(data, shop="strict")
    assert run(data, "--shop", "corner").exit_code == 0
    assert run(data, "--shop", "strict").exit_code == 1


def unpaid(data: Path) -> None:
    """Let the books owe the entry of an order, and let accounting have heard of nothing."""
    sql = (
        "update r_order set body = json_set(body, '$.gross', 5)"
        " where json_extract(body, '$.gross') = 0 and json_extract(body, '$.steps[#-1].status') = 'PROCESSED'"
    )
    assert tamper(data, sql) == 1
    assert tamper(data, "update cursors set seq = 0 where subscriber = 'accounting'") == 1


def test_what_is_on_its_way_is_told_and_the_status_is_0(data: Path) -> None:
    unpaid(data)
    result = run(data)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "On the way, and no difference: 1. accounting has not taken in Order Created (1)." in result.stderr


def test_it_waits_for_what_is_on_its_way(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "LOOK_AGAIN_SECONDS", 0.01)
    unpaid(data)
    before = told(data, "--wait", "0.05")
    assert (before["agrees"], len(before["on_its_way"])) == (True, 1)
    mend = "update r_order set body = json_set(body, '$.gross', 0) where json_extract(body, '$.gross') = 5"
    threading.Timer(0.3, tamper, (data, mend)).start()
    after = told(data, "--wait", "30")
    assert (after["agrees"], after["on_its_way"]) == (True, [])


def test_dead_letters_are_named(data: Path) -> None:
    sql = "insert into retries select 'accounting', max(seq), 8, null, 'OSError' from events where name = ?"
    tamper(data, sql, "Order Created")
    assert "Dead letters of accounting (1): see frontdesk dead-letters list." in run(data).stderr


def test_nothing_is_changed(data: Path) -> None:
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    run(data)
    assert {path.name: path.read_bytes() for path in data.iterdir() if path.name in before} == before


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "elsewhere")
    assert isinstance(result.exception, CommandError)
    assert "There is no data in" in str(result.exception)

"""What commands print: readable by people, by pipes and by machines."""

import json
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

from frontdesk.entrypoints.cli import show


class Terminal:
    """Standard output that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """See TextIO."""
        self.text += text
        return len(text)

    def flush(self) -> None:
        """See TextIO."""

    def isatty(self) -> bool:
        """See TextIO."""
        return True


def on_terminal(draw: Callable[[], None], monkeypatch: pytest.MonkeyPatch, **environ: str) -> str:
    """Return what is drawn on a terminal of 80 columns that knows colours."""
    for name, value in {"COLUMNS": "80", "TERM": "xterm-256color", "NO_COLOR": "", **environ}.items():
        monkeypatch.setenv(name, value)
    terminal: Any = Terminal()
    with redirect_stdout(terminal):
        draw()
    text: str = terminal.text
    return text


def test_a_table_in_a_pipe_is_lines_of_cells_with_tabs_between(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("order", "note", "paid"), [("ord_1", None, True), ("ord_2", "a" * 200, False)])

    assert capsys.readouterr().out == f"order\tnote\tpaid\nord_1\t\tyes\nord_2\t{'a' * 200}\tno\n"


def test_what_people_typed_drives_no_terminal_and_breaks_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("name",), [("a\tb\nc\x1b[31m",)])

    assert capsys.readouterr().out == "name\na b c [31m\n"


def test_a_table_on_a_terminal_is_drawn_and_markup_in_it_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = on_terminal(
        lambda: show.table(("name", "count"), [("[red]x[/red]", 7)], right=("count",)), monkeypatch
    )

    assert "[red]x[/red]" in drawn
    assert "\t" not in drawn


ORDER = "ord_06GZTACSTZM4R6Y2G1WV7AV13W"
CLIENT = "cli_06GZTACT3Z97KBKQDMZW5FV854"


def plain(drawn: str) -> list[str]:
    """Return what is drawn, line by line, without styles."""
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()


def test_an_id_stays_in_one_piece_and_the_other_columns_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    row = (ORDER, "2026-03-14 09:30:00", "BACKORDERED", "wholesale", 12, "1234.50 EUR")
    columns = ("order", "placed", "status", "channel", "lines", "total")
    drawn = plain(on_terminal(lambda: show.table(columns, [row], right=("lines", "total")), monkeypatch))

    assert max(map(len, drawn)) <= 80
    assert drawn[1].split() == [ORDER, "2026-03-14", "BACKORDERED", "wholesale", "12", "1234.50"]
    assert drawn[2].split() == ["09:30:00", "EUR"]


def test_a_table_with_too_many_ids_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("2026-03-14 09:30:00", CLIENT, "role granted", ORDER, "x" * 90)
    drawn = plain(
        on_terminal(lambda: show.table(("at", "who", "did", "about", "detail"), [row]), monkeypatch)
    )

    assert drawn[1].split() == ["2026-03-14", CLIENT, "role", ORDER, "x" * 43]


def test_columns_that_have_room_stand_apart_and_fold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = plain(
        on_terminal(lambda: show.table(("order", "placed"), [(ORDER, "2026-03-14 09:30:00")]), monkeypatch)
    )

    assert drawn[1].rstrip() == f"{ORDER}  2026-03-14 09:30:00"


@pytest.mark.parametrize(
    ("environ", "styled"), [({}, True), ({"TERM": "dumb"}, False)], ids=["terminal", "dumb"]
)
def test_only_a_terminal_that_knows_them_gets_styles(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, styled: bool
) -> None:
    drawn = on_terminal(lambda: show.details([("status", "NEW")]), monkeypatch, **environ)

    assert ("\x1b[" in drawn) is styled
    assert "NEW" in drawn


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    colours = re.compile(r"\x1b\[[0-9;]*3[0-9]")

    def draw() -> None:
        with redirect_stderr(sys.stdout), show.progress("Importing", 2) as advance:
            advance(1)

    assert colours.search(on_terminal(draw, monkeypatch))
    assert not colours.search(on_terminal(draw, monkeypatch, NO_COLOR="1"))


def test_details_in_a_pipe_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show.details([("status", "NEW"), ("lines", 3)])

    assert capsys.readouterr().out == "status\tNEW\nlines\t3\n"


def test_progress_off_a_terminal_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with show.progress("Importing", 3) as advance:
        advance(1)
        advance(2, "almost there")

    assert capsys.readouterr() == ("", "")


def test_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    show.as_json({"name": "é", "lines": [1, 2]})

    assert json.loads(capsys.readouterr().out) == {"name": "é", "lines": [1, 2]}


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1234, "EUR", "12.34 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (-1234, "EUR", "-12.34 EUR"),
        (1234, "JPY", "1234 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (0, "CLF", "0.0000 CLF"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, text: str) -> None:
    assert show.money(minor, currency) == text


def test_a_moment_is_told_to_the_second() -> None:
    assert show.moment("2026-03-14T09:30:15.123456Z") == "2026-03-14 09:30:15"

"""`frontdesk cost` shows every term, in a table or as JSON."""

import msgspec
from typer.testing import CliRunner

from frontdesk.entrypoints.cli.main import app

RUN = CliRunner()


def test_a_table_has_every_term_beside_the_usual() -> None:
    shown = RUN.invoke(app, ["cost", "--orders", "1e6", "--services", "catalogue,orders"])

    assert shown.exit_code == 0
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    assert lines[0] == ["What", "Unit", "Quantity", "Dollars", "Quantity", "Usual"]
    assert ["API", "requests", "4,000,000", "4.44", "4,000,000", "4.44"] in lines
    assert "of the usual" in shown.stderr


def test_ten_times_the_orders_cost_ten_times_as_much() -> None:
    sums = [
        msgspec.json.decode(RUN.invoke(app, ["cost", "--orders", count, "--json"]).stdout)["together"][
            "dollars"
        ]
        for count in ("1e5", "1e6")
    ]

    assert round(sums[1] / sums[0], 3) == 10


def test_a_sleeping_stage_is_priced_by_the_month() -> None:
    shown = RUN.invoke(app, ["cost", "--idle", "--services", "catalogue", "--json"])
    found = msgspec.json.decode(shown.stdout)

    assert "SQS, polling" not in {term["name"] for term in found["bills"]["dollars"]["terms"]}
    assert 0 < found["together"]["dollars"] < 1
    assert "ratio" not in found


def test_appointments_are_priced_with_and_without_what_patients_are_told() -> None:
    words = ["cost", "--appointments", "1e6", "--services", "appointments,notifications"]
    table, found = RUN.invoke(app, words), RUN.invoke(app, [*words, "--json"])

    assert table.stdout.splitlines()[0].split("\t") == [
        "What",
        "Unit",
        "Quantity",
        "Dollars",
        "Quantity",
        "Silent",
    ]
    together = msgspec.json.decode(found.stdout)["together"]
    assert 0 < together["silent"] < together["dollars"]


def test_what_cannot_be_priced_is_said_in_a_sentence() -> None:
    for words, said in (
        (["--region", "mars"], "not of mars"),
        (["--services", "orders"], "Nobody can order"),
        (["--appointments", "1", "--services", "orders"], "Nobody can book"),
    ):
        refused = RUN.invoke(app, ["cost", *words])
        assert said in str(refused.exception)

"""The tables: made when they are missing, filled when an index is new, refused when they are newer than the program."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.embedded.rows import KindTable
from frontdesk.adapters.embedded.schema import FORMAT, FormatError, prepare
from frontdesk.kernel.kinds import AnyKind, Index, Kind


class Tin(msgspec.Struct, frozen=True):
    """A tin on a shelf."""

    shelf: str
    colour: str = "red"


SHELF: Index[Tin] = Index("by_shelf", lambda tin: tin.shelf or None, lambda tin: tin.colour)
COLOUR: Index[Tin] = Index("by_colour", lambda tin: tin.colour, lambda tin: tin.shelf)


def tins(*indexes: Index[Tin]) -> Kind[Tin]:
    """Return the kind with these indexes."""
    return Kind("tin", Tin, indexes=indexes)


@pytest.fixture
def database(tmp_path: Path) -> Any:
    connection = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    yield connection
    connection.close()


def save(database: sqlite3.Connection, kind: Kind[Tin], id: str, tin: Tin, version: int = 1) -> None:
    """Write a tin as the version of the program with this kind does."""
    table = KindTable(kind)
    record = msgspec.structs.replace(kind.new(id, tin).record(), version=version)
    database.execute(table.save, table.to_row(record))


def listed(database: sqlite3.Connection, index: str, partition: str) -> list[str]:
    """Return the ids that an index lists."""
    sql = f"select id from r_tin where {index}_p=? order by {index}_s"  # noqa: S608 - names of this test
    return [id for (id,) in database.execute(sql, (partition,))]


def test_preparing_twice_changes_nothing(database: sqlite3.Connection) -> None:
    prepare(database, [tins(SHELF)])
    save(database, tins(SHELF), "a", Tin("top"))
    before = database.execute("select name, sql from sqlite_master order by name").fetchall()
    prepare(database, [tins(SHELF)])
    assert database.execute("select name, sql from sqlite_master order by name").fetchall() == before
    assert listed(database, "by_shelf", "top") == ["a"]


def test_a_new_index_lists_the_rows_that_were_there_before_it(database: sqlite3.Connection) -> None:
    prepare(database, [tins()])
    for id, tin in {"a": Tin("top"), "b": Tin("top", "blue"), "c": Tin("")}.items():
        save(database, tins(), id, tin)
    prepare(database, [tins(SHELF)])
    assert listed(database, "by_shelf", "top") == ["b", "a"]
    assert database.execute("select by_shelf_p from r_tin where id='c'").fetchone() == (None,)


def test_a_second_index_leaves_the_first_as_it_was(database: sqlite3.Connection) -> None:
    prepare(database, [tins(SHELF)])
    save(database, tins(SHELF), "a", Tin("top"))
    prepare(database, [tins(SHELF, COLOUR)])
    assert listed(database, "by_shelf", "top") == ["a"]
    assert listed(database, "by_colour", "red") == ["a"]


def test_an_index_that_an_older_program_did_not_keep_is_made_afresh(database: sqlite3.Connection) -> None:
    prepare(database, [tins(SHELF, COLOUR)])
    save(database, tins(SHELF, COLOUR), "a", Tin("top"))
    prepare(database, [tins(SHELF)])  # the new version was taken back
    save(database, tins(SHELF), "a", Tin("top", "blue"), version=2)
    save(database, tins(SHELF), "b", Tin("top", "blue"))
    prepare(database, [tins(SHELF, COLOUR)])  # and came again
    assert listed(database, "by_colour", "blue") == ["a", "b"]
    assert listed(database, "by_colour", "red") == []


def test_an_index_is_used_by_its_query(database: sqlite3.Connection) -> None:
    kind = tins(SHELF)
    prepare(database, [kind])
    sql = f"explain query plan {KindTable(kind).select} where by_shelf_p='x' and by_shelf_s>='' order by by_shelf_s"
    plan = " ".join(row[3] for row in database.execute(sql))
    assert "using index" in plan.lower()
    assert "temp b-tree" not in plan.lower()


def test_a_newer_database_is_refused_and_left_as_it_is(database: sqlite3.Connection) -> None:
    database.execute(f"pragma user_version = {FORMAT + 1}")
    with pytest.raises(FormatError, match="Install the newer version"):
        prepare(database, [tins(SHELF)])
    assert database.execute("select count(*) from sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("name", ["", "Tin", "tin;drop", "tin-x", "1tin", "tin\n"])
def test_a_name_that_cannot_be_a_table_is_refused(database: sqlite3.Connection, name: str) -> None:
    kind: AnyKind = Kind(name, Tin)
    with pytest.raises(ValueError, match="cannot name a table"):
        prepare(database, [kind])

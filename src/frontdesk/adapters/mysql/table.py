"""One table of a MySQL or MariaDB database, read in pages and at one moment, without a lock that anybody waits for.

Pages follow a unique column, so each costs the same however large the table is. InnoDB shows all of them as they were
when reading began; an engine without transactions shows each page as it is. Amounts never become floats.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

CONNECT_SECONDS = 10
READ_SECONDS = 300  # for one page; a sort without an index may take long
PORT = 3306
_OPTIONS = {"socket", "ssl-ca"}

Row = Mapping[str, Any]


class SourceError(Exception):
    """The other system's database cannot be read. The text says why, and quotes no row."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and as whom to read it."""

    host: str
    port: int
    user: str
    database: str
    socket: str = ""
    ssl_ca: str = ""


def parse_url(url: str) -> Address:
    """Return what `mysql://user@host:port/database?socket=…&ssl-ca=…` says. Raises SourceError."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
        options = {
            name: values[-1]
            for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
        }
    except ValueError:
        raise SourceError("The URL cannot be read. Write it as mysql://user@host:3306/database.") from None
    if parts.password is not None:
        raise SourceError("Leave the password out of the URL: everybody on the machine can read it there.")
    if parts.scheme not in {"mysql", "mariadb"} or not parts.username or not parts.path.strip("/"):
        raise SourceError("Write the URL as mysql://user@host:3306/database.")
    if options.keys() - _OPTIONS:
        raise SourceError(f"The URL knows these options: {', '.join(sorted(_OPTIONS))}.")
    return Address(
        parts.hostname or "localhost",
        port,
        unquote(parts.username),
        unquote(parts.path.strip("/")),
        options.get("socket", ""),
        options.get("ssl-ca", ""),
    )


class Table:
    """A table that is being read. `columns` maps each column's name to its type."""

    def __init__(self, connection: Any, database: str, name: str) -> None:
        self._connection = connection
        self._name = name
        self._quoted = f"{_quoted(database)}.{_quoted(name)}"
        where = {"database": database, "table": name}
        self.columns: Mapping[str, str] = {
            row["name"]: row["type"]
            for row in self._rows(
                "select column_name as name, data_type as type from information_schema.columns"
                " where table_schema=%(database)s and table_name=%(table)s order by ordinal_position",
                where,
            )
        }
        if not self.columns:
            raise SourceError(f"There is no table {name} in {database}, or this user may not read it.")
        self.unique: Sequence[str] = [row["name"] for row in self._rows(_UNIQUE, where)]

    def count(self) -> int:
        """Return how many rows there are."""
        found: int = self._rows(f"select count(*) as n from {self._quoted}")[0]["n"]  # noqa: S608 - quoted
        return found

    def pages(self, by: Sequence[str], size: int, after: Any = None) -> Iterator[Sequence[Row]]:
        """Give the rows in the order of `by`: a unique column, perhaps with another that groups rows before it.

        `after`: only what comes behind this value of the first. A NULL there is never among the rows: see `nulls`.
        """
        first, order = _quoted(by[0]), ", ".join(map(_quoted, by))
        condition, values = (f"{first} is not null", []) if after is None else (f"{first}>%s", [after])
        while True:
            sql = f"select * from {self._quoted} where {condition} order by {order} limit {size:d}"  # noqa: S608 - quoted
            rows = self._rows(sql, values)
            yield rows
            if len(rows) < size:
                return
            condition, values = _behind(by, rows[-1])

    def nulls(self, column: str) -> Iterator[Row]:
        """Give the rows that have nothing in a column."""
        yield from self._rows(f"select * from {self._quoted} where {_quoted(column)} is null")  # noqa: S608 - quoted

    def _rows(self, sql: str, values: object = ()) -> list[Any]:
        try:
            with self._connection.cursor(pymysql.cursors.DictCursor) as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        except pymysql.MySQLError as error:
            raise SourceError(f"Reading {self._name} failed: {_said(error)}") from None


@contextmanager
def open_table(
    address: Address, name: str, password: str = "", option_file: Path | None = None
) -> Iterator[Table]:
    """Give a table as it is at this moment. Raises SourceError."""
    try:
        connection = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=password,
            database=address.database,
            unix_socket=address.socket or None,
            ssl_ca=address.ssl_ca or None,
            read_default_file=str(option_file) if option_file else None,
            charset="utf8mb4",
            autocommit=True,
            conv=_CONVERSIONS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
        )
    except (pymysql.MySQLError, OSError) as error:
        raise SourceError(f"The database cannot be opened: {_said(error)}") from None
    try:
        with connection.cursor() as cursor:
            cursor.execute("set session time_zone='+00:00'")
            cursor.execute("set session transaction isolation level repeatable read")
            cursor.execute("start transaction with consistent snapshot, read only")
        yield Table(connection, address.database, name)
    finally:
        connection.close()


# A column that tells every row from every other: alone in a unique index, and never empty.
_UNIQUE = """
select min(s.column_name) as name from information_schema.statistics s
where s.table_schema=%(database)s and s.table_name=%(table)s and s.non_unique=0
group by s.index_name having count(*)=1 and max(s.nullable)='' order by s.index_name<>'PRIMARY', s.index_name
"""

# FLOAT and DOUBLE as the digits that the server writes: 12.1 is 12.1.
_CONVERSIONS = {**conversions, FIELD_TYPE.FLOAT: Decimal, FIELD_TYPE.DOUBLE: Decimal}


def _behind(by: Sequence[str], last: Row) -> tuple[str, list[Any]]:
    """Return the condition for what comes after a row in the order of `by`."""
    if len(by) == 1:
        return f"{_quoted(by[0])}>%s", [last[by[0]]]
    first, second = map(_quoted, by)
    values = [last[by[0]], last[by[0]], last[by[1]]]
    return f"({first}>%s or ({first}=%s and {second}>%s))", values


def _quoted(name: str) -> str:
    return (
        "`" + name.replace("`", "``").replace("%", "%%") + "`"
    )  # the driver fills in what follows a single %


def _said(error: BaseException) -> str:
    """Return what the server said. Its text on a bad value may quote it, so only errors of the connection are told."""
    code = error.args[0] if error.args else None
    told = isinstance(code, int) and (code in _ABOUT_US or code >= _CLIENT_ERRORS)
    return str(error.args[1]) if told and len(error.args) > 1 else f"{type(error).__name__} {code}"


_CLIENT_ERRORS = 2000  # and above: the connection broke, or there was none
_ABOUT_US = {1044, 1045, 1049, 1130, 1142, 1146, 1698}  # access denied, no such database or table

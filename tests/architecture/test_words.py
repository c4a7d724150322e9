"""The runtimes' adapters speak records and messages, and never a business word.

The words come from what the services declare. Names and strings are searched; comments and docstrings are prose.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from frontdesk.bootstrap import choose
from tests.architecture.sources import HOUSE, modules

ADAPTERS = [path for name in ("memory", "embedded", "aws") for path in modules(HOUSE / "adapters" / name)]

# Words of the business that no declaration spells out.
FURTHER = {"customer", "prescription", "product", "stock"}

# Declared, and too plain to give anything away: an event log has entries, a lock is held, "Back In Stock" is an event.
EVERYDAY = {
    "acces",
    "act",
    "answer",
    "back",
    "desk",
    "entry",
    "good",
    "health",
    "hold",
    "in",
    "known",
    "look",
    "message",
    "note",
    "offer",
    "patient",
    "place",
    "post",
    "receipt",
    "record",
    "release",
    "schedule",
    "search",
    "slot",
    "switchboard",
    "thread",
    "trace",
    "try",
    "type",
    "waiting",
    "written",
}

# A declared word that an adapter may use all the same, and why.
ALLOWED = {
    ("embedded/reads.py", "order"): "the direction of a SQL sort",
    ("aws/names.py", "account"): "an account with AWS",
    ("aws/names.py", "role"): "a role of AWS's IAM",
    ("aws/profiles.py", "identity"): "a setting of AWS's tools: web_identity_token_file",
    ("aws/profiles.py", "role"): "a role of AWS's IAM",
    ("aws/queues.py", "delivery"): "what SQS hands out, perhaps again: a delivery of a message",
    ("aws/schedules.py", "role"): "a role of AWS's IAM",
}

SQL_SORT = re.compile(r"\border by\b", re.IGNORECASE)
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def words_in(text: str) -> set[str]:
    """Take names and phrases apart, into words of lower case in the singular."""
    return {word.lower().removesuffix("s") for word in WORD.findall(text)}


@cache
def business_words() -> frozenset[str]:
    """Return the words that services, their records and their events are named with.

    The last word of an event says what happened ("Order Created"), not to what.
    """
    events = [event.NAME for service in choose() for event in (*service.events, *service.timers)]
    names = [service.name for service in choose()]
    names += [
        text for service in choose() for kind in service.kinds for text in (kind.name, kind.type.__name__)
    ]
    names += [name.rpartition(" ")[0] for name in events]
    return frozenset((words_in(" ".join(names)) | FURTHER) - EVERYDAY)


def spoken(source: str) -> Iterator[tuple[int, str]]:
    """Give every name and string of a module with its line, docstrings left out."""
    tree = ast.parse(source)
    prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() | bytes() as value) if node not in prose:
                text = value if isinstance(value, str) else value.decode("latin-1")
                yield node.lineno, SQL_SORT.sub("", text)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(name=name, asname=other):
                yield node.lineno, f"{name} {other or ''}"


def business_in(source: str) -> dict[str, int]:
    """Return each business word that a module speaks, with its first line."""
    known = business_words()
    found: dict[str, int] = {}
    for line, text in spoken(source):
        for word in words_in(text) & known:
            found[word] = min(line, found.get(word, line))
    return found


def short_name(path: Path) -> str:
    """Return a path as ALLOWED has it."""
    return path.relative_to(HOUSE / "adapters").as_posix()


def test_adapters_speak_no_business_word() -> None:
    found = [
        f"adapters/{short_name(path)}:{line} says {word!r}"
        for path in ADAPTERS
        for word, line in business_in(path.read_text()).items()
        if (short_name(path), word) not in ALLOWED
    ]

    assert found == []


def test_every_exception_is_still_needed() -> None:
    needed = {(short_name(path), word) for path in ADAPTERS for word in business_in(path.read_text())}

    assert ALLOWED.keys() - needed == set()


def test_the_words_come_from_the_declarations() -> None:
    assert {"order", "shop", "price"} <= business_words()
    assert "created" not in business_words()


@pytest.mark.parametrize(
    "planted",
    [
        "def save_order(): ...",
        "class OrderStore: ...",
        "def save(*, order_id): ...",
        "table = 'orders'",
        "key = f'shop#{id}'",
        "put(price=1)",
        "record.customer_id",
        "from x import Orders",
    ],
)
def test_a_planted_word_is_found(planted: str) -> None:
    assert len(business_in(planted)) == 1


@pytest.mark.parametrize(
    "plain",
    [
        "'''The order of the rows, in order.'''",
        "sql = 'select seq from log order by seq'",
        "border = reorder = 1",
        "# an order\npass",
    ],
)
def test_plain_english_and_sql_are_no_business(plain: str) -> None:
    assert business_in(plain) == {}

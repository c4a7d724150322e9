"""Personal fields are found wherever they hide."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple, TypedDict

import msgspec
import pytest
from msgspec import Meta

from frontdesk.kernel.sensitive import SENSITIVE, sensitive_fields

Name = Annotated[str, Meta(max_length=10), SENSITIVE]


class Person(msgspec.Struct):
    name: Name
    nick: Annotated[str, SENSITIVE] | None = None
    age: int = 0


@dataclass
class Card:
    holder: Name


class Tag(TypedDict):
    worn_by: Name


class Pair(NamedTuple):
    left: Name
    right: int


class Tree(msgspec.Struct):
    owner: Name
    branches: "list[Tree]" = []


class Nothing(msgspec.Struct):
    colour: Annotated[str, Meta(max_length=3)]
    sizes: dict[str, list[int]]


def found(type: type[msgspec.Struct]) -> list[str]:
    """Return the personal fields of a struct."""
    return sorted(set(sensitive_fields(type)))


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (Name, ["at"]),
        (Name | None, ["at"]),
        (Annotated[str, SENSITIVE, Meta(min_length=1)], ["at"]),
        (Person, ["at.name", "at.nick"]),
        (Person | None, ["at.name", "at.nick"]),
        (list[Person], ["at.name", "at.nick"]),
        (tuple[Person, ...], ["at.name", "at.nick"]),
        (tuple[int, Name], ["at"]),
        (dict[str, Person], ["at.name", "at.nick"]),
        (dict[Name, int], ["at"]),
        (frozenset[Name], ["at"]),
        (dict[str, list[tuple[int, Person]]], ["at.name", "at.nick"]),
        (Card, ["at.holder"]),
        (Tag, ["at.worn_by"]),
        (Pair, ["at.left"]),
        (Nothing, []),
        (int, []),
    ],
)
def test_a_personal_field_is_found_at_any_depth(field: object, names: list[str]) -> None:
    assert found(msgspec.defstruct("Holder", [("at", field)])) == names


def test_a_type_that_holds_itself_is_walked_once() -> None:
    assert found(Tree) == ["owner"]


def test_fields_are_named_as_on_the_wire() -> None:
    renamed = msgspec.defstruct("Renamed", [("name", Name, msgspec.field(name="full_name"))])
    assert found(renamed) == ["full_name"]


def test_the_schema_says_so_too() -> None:
    fields = msgspec.json.schema(Person)["$defs"]["Person"]["properties"]
    assert fields["name"]["x-sensitive"] is True
    assert "x-sensitive" not in fields["age"]

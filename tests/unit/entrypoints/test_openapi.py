"""The OpenAPI document: valid, whole, and true to the declarations."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import jsonschema
import msgspec
import pytest
import schemathesis
from schemathesis.core.result import Err

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.openapi import errors_table, openapi, refusals
from frontdesk.kernel.errors import TABLE, Rejected
from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Unit

METHODS = {"get", "post", "put", "patch", "delete"}


class Colour(StrEnum):
    """Of a jar."""

    RED = "red"


class Jar(msgspec.Struct, frozen=True):
    """A jar."""

    sweets: int


class Which(msgspec.Struct, frozen=True):
    """Which jars."""

    colour: Colour
    limit: int = 20


class Full(Rejected):
    """The jar is full."""


class Elsewhere:
    """What another service calls by the same names."""

    class Jar(msgspec.Struct, frozen=True):
        """An earthen one."""

        litres: int


async def make(unit: Unit, *_: object, **__: str) -> Any:
    """Do nothing."""


async def look(unit: Unit, *_: object, **__: str) -> Any:
    """Do nothing."""


async def fire(unit: Unit, *_: object, **__: str) -> Any:
    """Do nothing."""


JARS = Service(
    "jars",
    routes=(
        Route(
            "POST",
            "/shelves/{shelf_id}/jars",
            make,
            lambda _: Jar(1),
            Jar,
            "Make a jar",
            ("jars:write",),
            body=Jar,
            kind=Kind("jar", Jar),
            status=201,
            location="/jars/{id}",
            refusals=(Full,),
            description="It comes without a lid.",
        ),
        Route("GET", "/jars", look, lambda _: Jar(1), Jar, "Look at jars", ("jars:read",), query=Which),
    ),
    scopes={"jars:read": "Look.", "jars:write": "Make."},
)
POTS = Service(
    "pots",
    routes=(
        Route(
            "PUT",
            "/pots/{id}",
            fire,
            lambda _: Elsewhere.Jar(1),
            Elsewhere.Jar,
            "Fire a pot",
            ("pots:write",),
            body=Elsewhere.Jar,
            kind=Kind("pot", Elsewhere.Jar),
        ),
    ),
    scopes={"pots:write": "Fire."},
)
DOCUMENTS: dict[str, tuple[Service, ...]] = {"the house": choose(), "jars and pots": (JARS, POTS)}


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a document as a client reads it."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(openapi(DOCUMENTS[request.param])))
    return made


def every(node: Any, key: str) -> Iterator[Any]:
    """Yield each value of a key, anywhere."""
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for value in node.values():
            yield from every(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from every(value, key)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each path and operation."""
    for path, methods in document["paths"].items():
        assert methods.keys() <= METHODS
        yield from ((path, operation) for operation in methods.values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for ref in every(document, "$ref"):
        node = document
        for step in ref.removeprefix("#/").split("/"):
            assert step in node, ref
            node = node[step]


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    schemas = [*document["components"]["schemas"].values(), *every(document["paths"], "schema")]
    assert schemas
    for schema in schemas:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_path_declares_each_of_its_values_once(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        declared = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
        assert sorted(declared) == sorted(re.findall(r"{(\w+)}", path))
        assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")
        named = [(p["in"], p["name"]) for p in operation["parameters"]]
        assert len(set(named)) == len(named)


def test_every_operation_has_a_name_of_its_own_and_a_scope_that_is_explained(
    document: dict[str, Any],
) -> None:
    names = list(every(document["paths"], "operationId"))
    assert len(set(names)) == len(names)
    explained = document["components"]["securitySchemes"]["token"]["description"]
    for _, operation in operations(document):
        for way in operation["security"]:  # none, where everybody may ask
            assert all(f"`{scope}`" in explained for scope in way["token"])


def test_every_operation_says_what_it_may_refuse(document: dict[str, Any]) -> None:
    for _, operation in operations(document):
        for_callers = {"401", "403"} if operation["security"] else set()
        assert {"404", "422", "429", "503"} | for_callers <= operation["responses"].keys()
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert len(good) == 1
        for status, answer in operation["responses"].items():
            first, *own = answer["content"]  # a page may say no in its own words as well
            assert (first == "application/problem+json") is (status not in good)
            assert not own or (status not in good and own[0] != "application/json")


def test_another_tool_can_load_it(document: dict[str, Any]) -> None:
    loaded = schemathesis.openapi.from_dict(document)
    found = list(loaded.get_all_operations())
    assert [result for result in found if isinstance(result, Err)] == []
    assert len(found) == len(list(operations(document)))


def test_a_route_is_described_as_it_was_declared() -> None:
    operation = openapi([JARS])["paths"]["/shelves/{shelf_id}/jars"]["post"]
    assert operation["operationId"] == "make"
    assert operation["description"] == "It comes without a lid."
    assert "`full`: The jar is full." in operation["responses"]["409"]["description"]
    assert operation["responses"]["201"]["headers"].keys() == {"ETag", "Location", "Idempotency-Replayed"}
    assert [p["name"] for p in operation["parameters"]] == ["shelf_id", "Idempotency-Key"]
    changing = openapi([POTS])["paths"]["/pots/{id}"]["put"]
    assert [p["name"] for p in changing["parameters"]] == ["id", "If-Match"]
    assert "412" in changing["responses"]


def test_a_query_is_described_field_by_field() -> None:
    colour, limit = openapi([JARS])["paths"]["/jars"]["get"]["parameters"]
    assert (colour["name"], colour["in"], colour["required"]) == ("colour", "query", True)
    assert (limit["name"], limit["required"], limit["schema"]) == (
        "limit",
        False,
        {"type": "integer", "default": 20},
    )


def test_things_of_one_name_in_two_services_are_kept_apart() -> None:
    document = openapi([JARS, POTS])
    paths, schemas = document["paths"], document["components"]["schemas"]

    def body_of(operation: dict[str, Any]) -> set[str]:
        ref = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        return set(schemas[ref.rsplit("/", 1)[1]]["properties"])

    assert body_of(paths["/shelves/{shelf_id}/jars"]["post"]) == {"sweets"}
    assert body_of(paths["/pots/{id}"]["put"]) == {"litres"}


def test_the_table_of_errors_is_whole_and_in_order() -> None:
    statuses = [error.status for error in errors_table()]
    assert statuses == sorted(statuses)
    assert set(errors_table()) == set(TABLE)
    assert all(
        set(refusals(route)) <= {*TABLE, *route.refusals} for service in choose() for route in service.routes
    )

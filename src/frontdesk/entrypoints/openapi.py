"""OpenAPI 3.1 from the declarations. Nothing in it is written by hand twice."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from frontdesk import __version__
from frontdesk.entrypoints.api import JSON, PROBLEM
from frontdesk.kernel import limits
from frontdesk.kernel.errors import (
    TABLE,
    Conflict,
    Fault,
    FrontdeskError,
    Invalid,
    KeyReused,
    Malformed,
    MethodNotAllowed,
    MissingScope,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from frontdesk.kernel.http import Document, Raw, Route
from frontdesk.kernel.services import Service

REF = "#/components/schemas/{name}"
Schemas = Mapping[Any, dict[str, Any]]


class Problem(msgspec.Struct):
    """RFC 9457. `code` is stable: decide by it. `correlation_id` finds the request in the desk's logs."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    correlation_id: str = ""
    errors: list[Fault] = []


def openapi(services: Iterable[Service]) -> dict[str, Any]:
    """Return the document."""
    chosen = tuple(services)
    routes = [(service, route) for service in chosen for route in service.routes]
    types: list[Any] = [Problem]
    for _, route in routes:
        told = (route.body, route.query, route.returns)
        types.extend(type for type in told if type not in {None, Raw, Document})
    found, components = msgspec.json.schema_components(types, ref_template=REF)
    schemas = dict(zip(types, found, strict=True))  # two services may have structs of one name
    paths: dict[str, Any] = {}
    for service, route in routes:
        operation = _operation(service, route, schemas)
        operation["parameters"] = [*_parameters(route), *_query(route, schemas, components)]
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "frontdesk",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "One front desk for everything a small business takes in.",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": _security(chosen)}},
    }


def refusals(route: Route) -> tuple[type[FrontdeskError], ...]:
    """Return every anticipated error of an operation."""
    found: list[type[FrontdeskError]] = [] if route.public else [Unauthenticated, MissingScope]
    found += [NotFound, Malformed, Invalid, MethodNotAllowed, TooMany, Unavailable, TooLarge]
    if route.method in {"POST", "PUT", "DELETE"}:
        found += [Conflict]
    if route.body is not None:
        found += [UnsupportedMedia]
    if route.takes_key:
        found += [KeyReused]
    if route.kind is not None and not route.location:
        found += [Stale]
    return (*found, *route.refusals)


def media_of(route: Route) -> str:
    """Return the media type of an operation's answer, without its parameters."""
    return route.gives.partition(";")[0] if route.returns is Document else JSON


def errors_table() -> tuple[type[FrontdeskError], ...]:
    """Return every class of error in the order of its status."""
    return tuple(sorted(TABLE, key=lambda error: error.status))


def _security(services: Iterable[Service]) -> Mapping[str, Any]:
    scopes = {name: text for service in services for name, text in service.scopes.items()}
    listed = "; ".join(f"`{name}`: {text}" for name, text in scopes.items())
    return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": f"Scopes: {listed}"}


def _operation(service: Service, route: Route, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handle.__name__,
        "tags": [service.name],
        "summary": route.summary,
        "responses": _responses(route, schemas),
        "security": [] if route.public else [{"token": list(route.scopes)}],
    }
    if route.description:
        operation["description"] = route.description
    if route.body is not None:
        content = {route.takes: {"schema": schemas.get(route.body, {})}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", route.path):
        schema = {"type": "string", "maxLength": limits.PATH_VALUE_CHARS, "pattern": r"^[A-Za-z0-9_.:@-]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.takes_key and route.body is not None:
        schema = {"type": "string", "minLength": 1, "maxLength": limits.IDEMPOTENCY_KEY_CHARS}
        text = "Send the same key with every repeat of the same request: it takes effect once."
        yield {"name": "Idempotency-Key", "in": "header", "schema": schema, "description": text}
    if route.kind is not None and not route.location and route.method != "GET":
        schema = {"type": "string", "pattern": '^"[0-9]{1,18}"$'}
        text = "The ETag that the caller has seen; refused with 412 when it is no longer the newest."
        yield {"name": "If-Match", "in": "header", "schema": schema, "description": text}


def _query(route: Route, schemas: Schemas, components: Schemas) -> Iterable[dict[str, Any]]:
    if route.query is None:
        return
    body = components[schemas[route.query]["$ref"].rpartition("/")[2]]
    required = body.get("required", [])
    for name, field in body["properties"].items():
        yield {"name": name, "in": "query", "required": name in required, "schema": field}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    content = {media_of(route): {"schema": schemas.get(route.returns, {})}}
    good: dict[str, Any] = {"description": route.summary, "content": content}
    headers: dict[str, Any] = {}
    if route.kind is not None:
        headers["ETag"] = {"schema": {"type": "string"}}
    if route.location:
        headers["Location"] = {"schema": {"type": "string"}}
    if route.takes_key:
        headers["Idempotency-Replayed"] = {"schema": {"type": "string", "enum": ["true"]}}
    if headers:
        good["headers"] = headers
    answers: dict[str, Any] = {str(route.status): good}
    by_status: dict[int, list[type[FrontdeskError]]] = {}
    for error in refusals(route):
        by_status.setdefault(error.status, []).append(error)
    for status, errors in sorted(by_status.items()):
        text = " ".join(f"`{error.code}`: {error.title}" for error in errors)
        content = {PROBLEM: {"schema": schemas[Problem]}}
        if route.returns is Document:
            content[media_of(route)] = {"schema": {}}  # a page may say no in its own words
        answers[str(status)] = {"description": text, "content": content}
    return answers

"""The operations of the API: the page of each, and the list of all."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frontdesk.entrypoints.openapi import openapi, refusals
from frontdesk.entrypoints.reference.blocks import Block, Heading, Page, Table, Text, code, link, prose
from frontdesk.entrypoints.reference.shapes import in_words, shape
from frontdesk.kernel.errors import (
    FrontdeskError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    MissingScope,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service

NAME = "api"
ANYWHERE = (
    Malformed,
    Unauthenticated,
    MissingScope,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    Invalid,
    TooMany,
    Unavailable,
)
CONVENTIONS = (
    "Calls carry `Authorization: Bearer` and a token, bodies and answers are JSON: where not, the operation says it.",
    "Money is in minor units of its currency, moments are RFC 3339 in UTC. What is not listed is refused.",
    "Send `Idempotency-Key` with a POST, and the same key with every repeat of it: it takes effect once.",
    "An answer's `ETag`, sent back as `If-Match`, refuses a change that was decided on old data.",
    "Lists come in pages: ask again with `cursor` for what follows.",
    "The same for machines: [openapi.json](/openapi.json).",
)


def api(services: Sequence[Service]) -> Page:
    """Return the page with every operation and every shape."""
    document = openapi(services)
    blocks: list[Block] = [Text(" ".join(CONVENTIONS)), Heading(2, "Errors of every operation")]
    blocks.append(Text(f"{_codes(ANYWHERE)}. Each operation lists what else may come."))
    for service in services:
        if service.routes:
            blocks.append(Heading(2, f"Service {service.name}"))
            blocks.append(
                Table(("Scope", "Allows to"), [(f"`{s}`", text) for s, text in service.scopes.items()])
            )
            for route in service.routes:
                operation = document["paths"][route.path][route.method.lower()]
                blocks.extend(_operation(route, operation))
    blocks.append(Heading(2, "Shapes"))
    queries = {route.query.__name__ for service in services for route in service.routes if route.query}
    for name, component in document["components"]["schemas"].items():
        if name not in queries:  # those are told with their operations, as parameters
            blocks.extend(shape(name, component, NAME))
    return Page(NAME, "API", blocks)


def overview(services: Sequence[Service]) -> Page:
    """Return the page that lists the operations by service, with the way to each."""
    blocks: list[Block] = [Text(" ".join(CONVENTIONS))]
    for service in services:
        if service.routes:
            blocks.append(Heading(2, service.name.capitalize()))
            rows = [
                (link(f"`{route.method} {route.path}`", NAME, title_of(route)), route.summary)
                for route in service.routes
            ]
            blocks.append(Table(("Operation", "What it does"), rows))
    return Page("index", "Overview", blocks)


def title_of(route: Route) -> str:
    """Return the heading of an operation."""
    return f"{route.method} {route.path}"


def _operation(route: Route, operation: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(3, title_of(route))
    yield Text(f"{route.summary}. {prose(route.description)}".strip())
    yield Table(("Part", "Value"), [*_facts(route, operation)])
    if operation["parameters"]:
        rows = [
            (f"`{p['name']}`", p["in"], "yes" if p.get("required") else "no", _parameter(p))
            for p in operation["parameters"]
        ]
        yield Table(("Parameter", "In", "Required", "Value"), rows)


def _facts(route: Route, operation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Scopes", "open to everybody: it needs no token" if route.public else code(*route.scopes)
    if route.body is not None:
        yield "Body", _content(operation["requestBody"]["content"])
    answer = operation["responses"][str(route.status)]
    shown = _content(answer["content"])
    headers = f", with {code(*answer['headers'])}" if "headers" in answer else ""
    yield "Answer", f"{route.status} {shown}{headers}"
    own = [error for error in refusals(route) if error not in ANYWHERE]
    if own:
        yield "Errors", _codes(own)


def _content(content: Mapping[str, Any]) -> str:
    """Say what comes or is to be sent: a shape of ours, or something else by its media type."""
    ((media, told),) = content.items()
    return in_words(told["schema"], NAME) if told["schema"] else code(media)


def _parameter(parameter: Mapping[str, Any]) -> str:
    told = in_words(parameter["schema"], NAME)
    return f"{told}. {parameter['description']}" if "description" in parameter else told


def _codes(errors: Sequence[type[FrontdeskError]]) -> str:
    ordered = sorted(errors, key=lambda error: error.status)
    return ", ".join(f"{error.status} {link(f'`{error.code}`', 'errors', error.code)}" for error in ordered)

"""`frontdesk invoke`: call one operation of a stage's function directly, past the API: for those whom IAM lets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from frontdesk.entrypoints.cli import show, stages
from frontdesk.entrypoints.cli.mending import FOUND, CommandError

_OK = 400  # statuses below are no refusals

OfStage = Annotated[str, typer.Option("--stage", help="The stage: dev, production, …")]


def invoke(
    operation: Annotated[
        str, typer.Argument(help="The operation, as the API's description calls it: place_order.")
    ],
    stage: OfStage,
    body: Annotated[str, typer.Option(help="Its body as JSON; @file or - reads it from there.")] = "",
    path: Annotated[
        list[str] | None, typer.Option(help="A part of its path: id=ord_… May be given again.")
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option(help="A part of its query: shop_id=corner-snacks.")
    ] = None,
    key: Annotated[str, typer.Option(help="An Idempotency-Key: the same again is done once.")] = "",
    subject: Annotated[str, typer.Option(help="Whom it speaks for.")] = "operator",
    grant: Annotated[
        list[str] | None, typer.Option(help="A place and a role there: shop:corner-snacks=owner")
    ] = None,
) -> None:
    """Invoke an operation of a stage directly, without the API and without a token. Ends with 1 if it is refused."""
    found = stages.find(stage)
    service, scopes = _service_of(operation)
    payload = {
        "operation": operation,
        "subject": subject,
        "scopes": list(scopes),
        "grants": _pairs(grant or [], "PLACE=ROLE"),
        "key": key,
        "path": _pairs(path or [], "NAME=VALUE"),
        "query": _pairs(query or [], "NAME=VALUE"),
        "body": _body(body),
    }
    answer = _answer(found, f"{found.prefix}-{service}-http", payload)
    show.as_json(answer)
    if isinstance(answer, dict) and int(answer.get("status", 0)) >= _OK:
        raise typer.Exit(FOUND)


def _service_of(operation: str) -> tuple[str, tuple[str, ...]]:
    """Return the service that an operation is of, and the scopes that it needs. Raises CommandError."""
    from frontdesk import bootstrap  # noqa: PLC0415 - the services are this command's alone
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415

    known = {
        route.handle.__name__: (service.name, route.scopes)
        for service in (*bootstrap.choose(), OPERATIONS)
        for route in service.routes
    }
    if operation not in known:
        raise CommandError(f"There is no operation {operation}. There are: {', '.join(sorted(known))}.")
    return known[operation]


def _answer(stage: stages.Stage, function: str, payload: Any) -> Any:
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415 - it needs the SDK

    done = (
        Session(stage.region)
        .client("lambda")
        .invoke(FunctionName=function, Payload=msgspec.json.encode(payload))
    )
    said = done["Payload"].read()
    if "FunctionError" in done:
        raise CommandError(f"{function} failed: {said.decode()}", exit_status=FOUND)
    return msgspec.json.decode(said)


def _body(text: str) -> Any:
    if not text:
        return None
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise CommandError(f"The body is not JSON: {error}") from None


def _pairs(texts: list[str], form: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise CommandError(f"{text!r} is not {form}.")
        found[name] = value
    return found

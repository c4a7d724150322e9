"""`frontdesk users`: the people who may come in. They sign up by themselves; this is for owners and staff."""

import sys
from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.clients import LISTED, Reason, granted, place_and_role
from frontdesk.entrypoints.cli.connection import connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

UserId = Annotated[str, typer.Argument(help="The account's id, as the list shows it.")]
Language = Annotated[str, typer.Option(help="Of the message: en or es.")]

app = group("People who may come in. They sign up by themselves; this is for owners and staff.")


@app.command(epilog="Example: frontdesk users create ana@example.com --grant shop:corner-snacks=owner")
def create(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    grant: Annotated[
        list[str] | None, typer.Option(help="A shop or clinic and a role there: shop:corner-snacks=owner")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="What they may do besides what a role brings; a customer's scopes by default.")
    ] = "",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password here, or read one line from a pipe.")
    ] = False,
    language: Language = "en",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Open an account. Without --password its person is sent a link to choose one."""
    body: dict[str, object] = {
        "email": email,
        "name": name or None,
        "grants": dict(map(place_and_role, grant or [])),
        "scopes": scope.split() or None,
        "password": _password() if password else None,
        "language": language,
    }
    with connect(desk_of(data, stage)) as api:
        user = api.post("/users", body)
    _print(user, json=json)


@app.command("list", epilog="Example: frontdesk users list --place shop:corner-snacks")
def list_users(
    place: Annotated[str | None, typer.Option(help="Only those with a role there.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List accounts, newest first."""
    with connect(desk_of(data, stage)) as api:
        users = list(islice(api.pages("/users", place=place), LISTED))
    if json:
        show.as_json(users)
        return
    rows = [
        (u["user_id"], u.get("email"), show.moment(u["opened_at"]), granted(u.get("grants", {})), _state(u))
        for u in users
    ]
    show.table(("user", "address", "opened", "roles", "state"), rows)


@app.command(epilog="Example: frontdesk users grant usr_06GZTACT3Z97KBKQDMZW5FV854 shop:corner-snacks=owner")
def grant(
    user: UserId,
    role: Annotated[str, typer.Argument(help="PLACE=ROLE; PLACE= takes the role away.")],
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Give somebody a role at a shop, or take it away. What is taken away ends at once."""
    place, name = place_and_role(role, may_be_empty=True)
    path = f"/users/{user}/grants/{place}"
    with connect(desk_of(data, stage)) as api:
        found = api.put(path, {"role": name}) if name else api.delete(path)
    _print(found, json=json)


@app.command(
    epilog='Example: frontdesk users revoke usr_06GZTACT3Z97KBKQDMZW5FV854 --reason "left the company"'
)
def revoke(
    user: UserId, reason: Reason = "", data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Let somebody in no more, for good. Their tokens end at once, their address stays taken."""
    with connect(desk_of(data, stage)) as api:
        found = api.post(f"/users/{user}/revoke", {"reason": reason or None})
    _print(found, json=json)


@app.command(epilog="Example: frontdesk users reset-password usr_06GZTACT3Z97KBKQDMZW5FV854")
def reset_password(
    user: UserId,
    sign_out: Annotated[
        bool, typer.Option("--sign-out/--keep-signed-in", help="Whether to end every login.")
    ] = True,
    language: Language = "en",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Send somebody a link to choose a new password. Without a mail server it is a file in the data's `outbox`."""
    body = {"sign_out": sign_out, "language": language}
    with connect(desk_of(data, stage)) as api:
        found = api.post(f"/users/{user}/reset-password", body)
    _print(found, json=json)


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\n")


def _state(user: Mapping[str, Any]) -> str:
    return "closed" if "closed_at" in user else "open"


def _print(user: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(user)
        return
    show.details(
        (
            ("user", user["user_id"]),
            ("address", user.get("email")),
            ("name", user.get("name")),
            ("opened", show.moment(user["opened_at"])),
            ("scopes", " ".join(user.get("scopes", ()))),
            ("roles", granted(user.get("grants", {}))),
            ("state", _state(user)),
        )
    )

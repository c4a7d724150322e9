"""`frontdesk clients`: the programs that may ask for access: partners' systems, devices, our own website."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

LISTED = 1_000

ClientId = Annotated[str, typer.Argument(help="The client's id, as the list shows it.")]
Grant = Annotated[
    list[str] | None,
    typer.Option("--grant", help="A shop or clinic and a role there: shop:corner-snacks=staff"),
]
Reason = Annotated[str, typer.Option(help="Why, for the audit. Name nobody.")]

app = group("Programs that may ask for access: partners' systems, devices, our own website and app.")


@app.command(
    epilog='Example: frontdesk clients create "Till 2" --scope "orders:read orders:write" '
    "--grant shop:corner-snacks=staff"
)
def create(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    scope: Annotated[str, typer.Option(help="What it may do, with spaces between.")],
    grant: Grant = None,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where people who sign in through it are sent back to.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="It cannot keep a secret: an app, a page in a browser.")
    ] = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Register a client. Its secret is shown this once."""
    body = {
        "name": name,
        "scopes": scope.split(),
        "grants": dict(map(place_and_role, grant or [])),
        "redirect_uris": redirect_uri or [],
        "public": public,
    }
    with connect(desk_of(data, stage)) as api:
        client = api.post("/clients", body)
    _print(client, json=json)


@app.command("list", epilog="Example: frontdesk clients list --place shop:corner-snacks")
def list_clients(
    place: Annotated[str | None, typer.Option(help="Only those with a role there.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List clients, newest first."""
    with connect(desk_of(data, stage)) as api:
        clients = list(islice(api.pages("/clients", place=place), LISTED))
    if json:
        show.as_json(clients)
        return
    show.table(("client", "name", "registered", "scopes", "state"), map(_row, clients))


@app.command("show", epilog="Example: frontdesk clients show cli_06GZTACSTZM4R6Y2G1WV7AV13W")
def show_client(
    client: ClientId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Show a client: what it may do and where, and how old its secrets are."""
    with connect(desk_of(data, stage)) as api:
        found = api.get(f"/clients/{client}")
    _print(found, json=json)


@app.command(epilog="Example: frontdesk clients rotate-secret cli_06GZTACSTZM4R6Y2G1WV7AV13W")
def rotate_secret(
    client: ClientId,
    alone: Annotated[
        bool, typer.Option("--alone", help="The others are good no more: for one that leaked.")
    ] = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Make one more secret, shown this once. The one before stays good until the next rotation."""
    with connect(desk_of(data, stage)) as api:
        found = api.post(f"/clients/{client}/secrets", {"alone": alone})
    _print(found, json=json)


@app.command(
    epilog='Example: frontdesk clients revoke cli_06GZTACSTZM4R6Y2G1WV7AV13W --reason "contract ended"'
)
def revoke(
    client: ClientId, reason: Reason = "", data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Let a client in no more, for good. Its tokens end at once."""
    with connect(desk_of(data, stage)) as api:
        found = api.post(f"/clients/{client}/revoke", {"reason": reason or None})
    _print(found, json=json)


@app.command(
    epilog="Example: frontdesk clients grant cli_06GZTACSTZM4R6Y2G1WV7AV13W shop:corner-snacks=staff"
)
def grant(
    client: ClientId,
    role: Annotated[str, typer.Argument(help="PLACE=ROLE; PLACE= takes the role away.")],
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Give a client a role at a shop, or take it away."""
    place, name = place_and_role(role, may_be_empty=True)
    path = f"/clients/{client}/grants/{place}"
    with connect(desk_of(data, stage)) as api:
        found = api.put(path, {"role": name}) if name else api.delete(path)
    _print(found, json=json)


def place_and_role(text: str, *, may_be_empty: bool = False) -> tuple[str, str]:
    """Return the parts of PLACE=ROLE. Raises CommandError."""
    place, separator, role = text.partition("=")
    if not separator or not place or not (role or may_be_empty):
        raise CommandError(f"{text!r} is not PLACE=ROLE, as in shop:corner-snacks=staff.")
    return place, role


def granted(grants: Mapping[str, str]) -> str:
    """Return roles for reading."""
    return ", ".join(f"{place}={role}" for place, role in grants.items())


def _row(client: Mapping[str, Any]) -> tuple[object, ...]:
    state = "revoked" if "revoked_at" in client else "live"
    registered = show.moment(client["registered_at"])
    return client["client_id"], client["name"], registered, " ".join(client.get("scopes", ())), state


def _print(client: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(client)
        return
    secrets = ", ".join(map(show.moment, client.get("secrets", ())))
    show.details(
        (
            ("client", client["client_id"]),
            ("name", client["name"]),
            ("registered", f"{show.moment(client['registered_at'])} by {client['registered_by']}"),
            ("scopes", " ".join(client.get("scopes", ()))),
            ("roles", granted(client.get("grants", {}))),
            ("redirects to", " ".join(client.get("redirect_uris", ()))),
            ("secrets from", secrets or "none"),
            ("state", "revoked" if "revoked_at" in client else "live"),
        )
    )
    if "client_secret" in client:
        show.details((("secret", client["client_secret"]),))
        show.note("Keep the secret now: it is not shown again.")

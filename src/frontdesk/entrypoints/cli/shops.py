"""`frontdesk shops`: set shops up, look at them, open and close them."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import shop_wishes, show
from frontdesk.entrypoints.cli.connection import Api, ApiError, Desk, connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

MAX_LISTED = 10_000
NOT_FOUND = 404

ShopId = Annotated[str, typer.Argument(help="The shop's id.", metavar="SHOP")]

app = group("Shops: set them up, look at them, open and close them.")


@app.command("list", epilog="Example: frontdesk shops list")
def list_shops(
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List shops by name."""
    with connect(desk_of(data, stage)) as api:
        shops = list(islice(api.pages("/shops", limit=min(limit, 100)), limit))
    if json:
        show.as_json(shops)
    else:
        show.table(("shop", "name", "currency", "channels", "on shortage", "open"), map(_row, shops))


@app.command("show", epilog="Example: frontdesk shops show corner-snacks")
def show_shop(shop: ShopId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """Show a shop as it is set."""
    with connect(desk_of(data, stage), [shop]) as api:
        found = api.get(f"/shops/{shop}")
    _print(found, json=json)


@app.command(
    "set",
    epilog='Example: frontdesk shops set corner-snacks --name "Corner Snacks" --currency EUR '
    '--channel web=with-tax --time-zone Europe/Madrid --hours "mon-fri 09:00-18:00"',
)
def set_shop(
    shop: ShopId,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="TOML or JSON with any of its fields; options win over it."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    currency: Annotated[str | None, typer.Option(help="EUR, USD, …; for ever.")] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="What it sells on and how it counts: web=with-tax. Those left out close."),
    ] = None,
    on_shortage: Annotated[
        str | None,
        typer.Option(help="reject or backorder: an order for which stock is short ends, or waits."),
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of its hours: Europe/Madrid.")] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(help='When it takes orders: "mon-fri 09:00-18:00". All of them, or "always".'),
    ] = None,
    event_source: Annotated[str | None, typer.Option(help="How it signs its events.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Create or change a shop. What you do not name stays as it is, or for a new shop is the default."""
    options = {
        "name": name,
        "currency": currency,
        "channels": shop_wishes.channels(channel) if channel else None,
        "on_shortage": on_shortage,
        "time_zone": time_zone,
        "hours": shop_wishes.hours(hours) if hours else None,
        "event_source": event_source,
    }
    wish = shop_wishes.read(file) if file else {}
    wish |= {field: value for field, value in options.items() if value is not None}
    with connect(desk_of(data, stage), [shop]) as api:
        found = api.put(f"/shops/{shop}", _present(api, shop) | wish)
    _print(found, json=json)


@app.command("open", epilog="Example: frontdesk shops open corner-snacks")
def open_shop(shop: ShopId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """Take orders again, within the shop's hours if it has any."""
    _turn_sign(shop, "open", desk_of(data, stage), json=json)


@app.command("close", epilog="Example: frontdesk shops close corner-snacks")
def close_shop(shop: ShopId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """Take no orders until somebody opens the shop. What was ordered goes on."""
    _turn_sign(shop, "close", desk_of(data, stage), json=json)


def _present(api: Api, shop: str) -> dict[str, Any]:
    """Return what a shop is set to, nothing if it is new. Open or closed is not a setting: it stays."""
    try:
        found = api.get(f"/shops/{shop}")
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        return {}
    return {field: value for field, value in found.items() if field not in {"shop_id", "open"}}


def _turn_sign(shop: str, verb: str, desk: Desk, *, json: bool) -> None:
    with connect(desk, [shop]) as api:
        found = api.post(f"/shops/{shop}/{verb}")
    if json:
        show.as_json(found)
    else:
        show.note(f"{found['shop_id']} is {_sign(found)}.")


def _row(shop: Mapping[str, Any]) -> tuple[object, ...]:
    channels = shop_wishes.told_channels(shop["channels"])
    return shop["shop_id"], shop["name"], shop["currency"], channels, shop["on_shortage"], shop["open"]


def _sign(shop: Mapping[str, Any]) -> str:
    return "open" if shop["open"] else "closed"


def _print(shop: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(shop)
        return
    show.details(
        (
            ("shop", shop["shop_id"]),
            ("name", shop["name"]),
            ("currency", shop["currency"]),
            ("channels", shop_wishes.told_channels(shop["channels"])),
            ("on shortage", shop["on_shortage"]),
            ("time zone", shop["time_zone"]),
            ("hours", shop_wishes.told_hours(shop["hours"])),
            ("state", _sign(shop)),
            ("event source", shop["event_source"]),
        )
    )

"""`frontdesk orders`: look at orders, and take one a step further."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, Desk, connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

MAX_LISTED = 10_000
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]

Moment = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="A day or a moment, in UTC.")]
AnyShop = Annotated[str, typer.Option("--shop", help="The shop's id. Every shop by default.")]
OrderId = Annotated[str, typer.Argument(help="The order's id, ord_…", metavar="ORDER")]
Reason = Annotated[str, typer.Option(help="Kept with the order, and told to nobody.")]

app = group("Look at orders, send them out, take them back, call them off.")


@app.command("list", epilog="Example: frontdesk orders list --status BACKORDERED --since 2026-03-01")
def list_orders(
    shop: Annotated[str, typer.Option(help="The shop's id. May be left out where there is only one.")] = "",
    status: Annotated[str, typer.Option(help="Only these: NEW, PROCESSED, BACKORDERED, …")] = "",
    customer: Annotated[str, typer.Option(help="Only those of this customer, by id.")] = "",
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 20,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List orders, newest first."""
    with connect(desk_of(data, stage), (shop,) if shop else None) as api:
        query = {
            "shop_id": _only_shop(api),
            "status": status.upper() or None,
            "customer_id": customer or None,
            "since": since and since.replace(tzinfo=UTC),
            "until": until and until.replace(tzinfo=UTC),
            "limit": min(limit, 100),
        }
        orders = list(islice(api.pages("/orders", **query), limit))
    if json:
        show.as_json(orders)
    else:
        columns = ("order", "placed", "status", "channel", "lines", "total")
        show.table(columns, map(_row, orders), right=("lines", "total"))


@app.command("show", epilog="Example: frontdesk orders show ord_0a1b2c3d4e5f6g7h8j9k0m1n2p")
def show_order(
    order: OrderId, shop: AnyShop = "", data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Show an order, its lines, and what became of it."""
    with connect(desk_of(data, stage), (shop,) if shop else None) as api:
        found = api.get(f"/orders/{order}")
        steps = api.get(f"/orders/{order}/timeline")["items"]
    if json:
        show.as_json(found | {"timeline": steps})
        return
    show.details(_sides(found))
    show.title("Lines")
    currency = found["currency"]
    lines = [
        (line["sku"], line["name"], line["quantity"], *_amounts(line, currency)) for line in found["lines"]
    ]
    show.table(("sku", "name", "quantity", "net", "tax", "gross"), lines, right=_NUMBERS)
    show.title("Timeline")
    told = [(show.moment(step["at"]), step["status"], step["by"], step.get("reason")) for step in steps]
    show.table(("at", "status", "by", "reason"), told)


@app.command(
    epilog="Example: frontdesk orders dispatch ord_0a1b2c3d4e5f6g7h8j9k0m1n2p --carrier Correos --tracking PK43X"
)
def dispatch(
    order: OrderId,
    carrier: Annotated[str, typer.Option(help="Who takes it there.")],
    tracking: Annotated[str, typer.Option(help="What the carrier calls the parcel.")] = "",
    shop: AnyShop = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Send an order on its way. Its goods leave the stock, its invoice gets a number."""
    body = {"carrier": carrier} | ({"tracking": tracking} if tracking else {})
    _step(order, "dispatch", body, shop, desk_of(data, stage), json=json)


@app.command(epilog="Example: frontdesk orders deliver ord_0a1b2c3d4e5f6g7h8j9k0m1n2p")
def deliver(
    order: OrderId, shop: AnyShop = "", data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Note that an order has arrived."""
    _step(order, "deliver", None, shop, desk_of(data, stage), json=json)


@app.command(
    "return",
    epilog='Example: frontdesk orders return ord_0a1b2c3d4e5f6g7h8j9k0m1n2p --no-restock --reason "broken"',
)
def take_back(
    order: OrderId,
    restock: Annotated[
        bool, typer.Option("--restock/--no-restock", help="Whether its goods can be sold again.")
    ],
    reason: Reason = "",
    shop: AnyShop = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Take an order back. Its money is then owed to the customer: see `books refund-paid`."""
    body: dict[str, object] = {"restock": restock}
    _step(
        order, "return", body | ({"reason": reason} if reason else {}), shop, desk_of(data, stage), json=json
    )


@app.command(
    epilog='Example: frontdesk orders cancel ord_0a1b2c3d4e5f6g7h8j9k0m1n2p --reason "ordered twice"'
)
def cancel(
    order: OrderId,
    reason: Reason = "",
    shop: AnyShop = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Call an order off. Its stock and its money go back."""
    _step(order, "cancel", {"reason": reason} if reason else {}, shop, desk_of(data, stage), json=json)


def _step(order: str, verb: str, body: object, shop: str, desk: Desk, *, json: bool) -> None:
    """Take one order one step further and say where it stands."""
    with connect(desk, (shop,) if shop else None) as api:
        found = api.post(f"/orders/{order}/{verb}", body)
    if json:
        show.as_json(found)
    else:
        show.note(f"{found['order_id']} is {found['status']}.")


_NUMBERS = ("quantity", "net", "tax", "gross")


def _only_shop(api: Api) -> str:
    if len(api.shops) == 1:
        return api.shops[0]
    if not api.shops:
        raise CommandError("There is no shop yet.")
    raise CommandError(f"There are several shops. Choose with --shop: {', '.join(sorted(api.shops))}.")


def _row(order: Mapping[str, Any]) -> tuple[object, ...]:
    total = show.money(order["gross"], order["currency"])
    placed = show.moment(order["placed_at"])
    return order["order_id"], placed, order["status"], order["channel"], len(order["lines"]), total


def _amounts(line: Mapping[str, Any], currency: str) -> tuple[str, ...]:
    return tuple(show.money(line[side], currency) for side in ("net", "tax", "gross"))


def _sides(order: Mapping[str, Any]) -> list[tuple[str, object]]:
    customer, delivery, shipment = order["customer"], order["delivery"], order.get("shipment") or {}
    short = [
        f"{short['sku']}: {short['available']} of {short['wanted']}" for short in order.get("shortages", ())
    ]
    sides = [
        ("order", order["order_id"]),
        ("shop", f"{order['shop_id']}, {order['channel']}"),
        ("status", order["status"]),
        ("placed", show.moment(order["placed_at"])),
        ("customer", f"{customer['name']} ({order['customer_id']})"),
        ("reached at", ", ".join(filter(None, (customer.get("email"), customer.get("phone"))))),
        ("delivery", ", ".join(filter(None, (delivery["method"], delivery.get("address"))))),
        ("sent with", " ".join(filter(None, (shipment.get("carrier"), shipment.get("tracking"))))),
        ("short", "; ".join(short)),
        ("total", show.money(order["gross"], order["currency"])),
    ]
    return [(name, text) for name, text in sides if text]

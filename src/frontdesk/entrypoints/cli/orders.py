"""`frontdesk orders`: look at orders, and call one off."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, Data, Json, group, settings_of

MAX_LISTED = 10_000
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]

Moment = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="A day or a moment, in UTC.")]
AnyShop = Annotated[str, typer.Option("--shop", help="The shop's id. Every shop by default.")]
OrderId = Annotated[str, typer.Argument(help="The order's id, ord_…", metavar="ORDER")]

app = group("Look at orders, and call one off.")


@app.command("list", epilog="Example: frontdesk orders list --status BACKORDERED --since 2026-03-01")
def list_orders(
    shop: Annotated[str, typer.Option(help="The shop's id. May be left out where there is only one.")] = "",
    status: Annotated[str, typer.Option(help="Only these: NEW, PROCESSED, BACKORDERED, …")] = "",
    customer: Annotated[str, typer.Option(help="Only those of this customer, by id.")] = "",
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 20,
    data: Data = DEFAULTS.data,
    json: Json = False,
) -> None:
    """List orders, newest first."""
    with connect(settings_of(data), (shop,) if shop else None) as api:
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
def show_order(order: OrderId, shop: AnyShop = "", data: Data = DEFAULTS.data, json: Json = False) -> None:
    """Show an order, its lines, and what became of it."""
    with connect(settings_of(data), (shop,) if shop else None) as api:
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
    epilog='Example: frontdesk orders cancel ord_0a1b2c3d4e5f6g7h8j9k0m1n2p --reason "ordered twice"'
)
def cancel(
    order: OrderId,
    reason: Annotated[str, typer.Option(help="Kept with the order, and told to nobody.")] = "",
    shop: AnyShop = "",
    data: Data = DEFAULTS.data,
    json: Json = False,
) -> None:
    """Call an order off. Its stock and its money go back."""
    with connect(settings_of(data), (shop,) if shop else None) as api:
        found = api.post(f"/orders/{order}/cancel", {"reason": reason} if reason else {})
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
        ("by", ", ".join(filter(None, (delivery["method"], delivery.get("address"))))),
        ("sent with", " ".join(filter(None, (shipment.get("carrier"), shipment.get("tracking"))))),
        ("short", "; ".join(short)),
        ("total", show.money(order["gross"], order["currency"])),
    ]
    return [(name, text) for name, text in sides if text]

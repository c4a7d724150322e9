"""`frontdesk stock`: book goods in, correct counts, look at the shelves."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, Shop, desk_of, group

MAX_LISTED = 10_000
SHOWN_ENTRIES = 10

Sku = Annotated[str, typer.Argument(help="The product.")]
Location = Annotated[str, typer.Option("--at", help="Where in the shop: a location of your own naming.")]
Key = Annotated[
    str, typer.Option("--key", help="Names this booking: with the same key it is never done twice.")
]

app = group("Stock: book goods in, correct counts, look at the shelves.")


@app.command(
    epilog="Example: frontdesk stock receive cola 48 --shop corner-snacks --at store-room --low-at 12"
)
def receive(
    sku: Sku,
    quantity: Annotated[int, typer.Argument(help="How many pieces came in.")],
    shop: Shop,
    location: Location,
    reference: Annotated[str, typer.Option(help="The supplier's, such as a delivery note.")] = "",
    low_at: Annotated[int | None, typer.Option(help="From now on, no more than these are few.")] = None,
    key: Key = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Book goods in. Orders that wait for them are served next, oldest first."""
    body = {"location": location, "quantity": quantity}
    more = {"reference": reference or None, "low_at": low_at}
    body |= {name: value for name, value in more.items() if value is not None}
    with connect(desk_of(data, stage), [shop]) as api:
        entry = api.post(f"/shops/{shop}/stock/{sku}/receipts", body, key=key)
        _tell_entry(entry, json=json)


# Without this a negative quantity would be taken for an option.
_NEGATIVES = {"ignore_unknown_options": True}


@app.command(
    context_settings=_NEGATIVES,
    epilog='Example: frontdesk stock adjust cola -2 --shop corner-snacks --at store-room --reason "two broken"',
)
def adjust(
    sku: Sku,
    quantity: Annotated[int, typer.Argument(help="How many pieces more, or with a minus, fewer.")],
    shop: Shop,
    location: Location,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the entry.")],
    key: Key = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Correct a count. What is kept for orders cannot be taken."""
    body = {"location": location, "quantity": quantity, "reason": reason}
    with connect(desk_of(data, stage), [shop]) as api:
        entry = api.post(f"/shops/{shop}/stock/{sku}/adjustments", body, key=key)
        _tell_entry(entry, json=json)


@app.command("show", epilog="Example: frontdesk stock show --shop corner-snacks")
def show_stock(
    shop: Shop,
    sku: Annotated[str, typer.Argument(help="One product, more closely. All of them by default.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Show what there is: on hand, reserved, free, and how many orders wait."""
    with connect(desk_of(data, stage), [shop]) as api:
        if sku:
            product = api.get(f"/shops/{shop}/stock/{sku}")
            entries = api.get(f"/shops/{shop}/stock/{sku}/entries", limit=SHOWN_ENTRIES)["items"]
            _tell_product(product, entries, json=json)
            return
        products = list(islice(api.pages(f"/shops/{shop}/stock", limit=min(limit, 100)), limit))
    if json:
        show.as_json(products)
    else:
        show.table(
            ("sku", "on hand", "reserved", "free", "low at", "level", "waiting"),
            map(_row, products),
            right=_NUMBERS,
        )


_NUMBERS = ("on hand", "reserved", "free", "low at", "waiting", "quantity")


def _row(product: Mapping[str, Any]) -> tuple[object, ...]:
    sides = ("sku", "on_hand", "reserved", "free", "low_at", "level", "waiting_orders")
    return tuple(product[side] for side in sides)


def _tell_entry(entry: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(entry)
    else:
        show.note(f"{entry['sku']} at {entry['location']}: {entry['quantity']:+d} ({entry['entry_id']}).")


def _tell_product(product: Mapping[str, Any], entries: list[Mapping[str, Any]], *, json: bool) -> None:
    if json:
        show.as_json({**product, "entries": entries})
        return
    sides = ("sku", "level", "low_at", "on_hand", "reserved", "free", "waiting_orders")
    show.details([(side.replace("_", " "), product[side]) for side in sides])
    show.title("Locations")
    places = [
        tuple(place[side] for side in ("location", "on_hand", "reserved", "free"))
        for place in product["places"]
    ]
    show.table(("location", "on hand", "reserved", "free"), places, right=_NUMBERS)
    if product["waiting"]:
        show.title("Waiting, oldest first")
        waiting = [
            (show.moment(turn["placed_at"]), turn["order_id"], turn["quantity"])
            for turn in product["waiting"]
        ]
        show.table(("placed", "order", "quantity"), waiting, right=_NUMBERS)
    show.title("Latest entries")
    told = [
        (
            show.moment(entry["at"]),
            entry["kind"],
            entry["location"],
            entry["quantity"],
            entry["by"],
            entry["reference"] or entry["reason"],
        )
        for entry in entries
    ]
    show.table(("at", "kind", "location", "quantity", "by", "reference or reason"), told, right=_NUMBERS)

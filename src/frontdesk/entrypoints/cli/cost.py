"""`frontdesk cost`: what a stage costs on AWS, with orders and without, and how that comes about."""

from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.describe import manifest_of
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import Json, Services, names_in

if TYPE_CHECKING:  # imported only when something is priced
    from frontdesk.cost.bill import Bill
    from frontdesk.manifest.shape import Deployment

COUNT, THOUSAND = 1_000_000, 1_000
ASLEEP = "{} alarms, 10 metrics and 3 dashboards of an account are free; no other allowance is counted."
ORDER = (
    "An order is placed, looked at, dispatched and delivered. The usual sample: Powertools with a table of repeats,"
    " indexes of whole items, every event published; all else as here."
)
VISIT = (
    "An appointment is booked, its patient told, reminded, answers by a button, is told, reminded again, and seen;"
    " WhatsApp says of each message that it went out, came and was read. Silent: booked, looked at, moved and cancelled"
    " for somebody who is not written to. What WhatsApp itself asks for a message is not on AWS's bill."
)


def cost(
    orders: Annotated[float, typer.Option(help="So many orders, from placing to delivery.", min=1)] = COUNT,
    appointments: Annotated[
        float | None, typer.Option(help="So many appointments instead, from booking to visit.", min=1)
    ] = None,
    idle: Annotated[bool, typer.Option("--idle", help="A month in which nobody comes, instead.")] = False,
    batch: Annotated[
        float,
        typer.Option(help="How many messages a function gets at once: 1 when it is quiet.", min=1, max=10),
    ] = 1,
    region: Annotated[str, typer.Option(help="Where: eu-west-1 or us-east-1.")] = "eu-west-1",
    services: Services = "",
    json: Json = False,
) -> None:
    """Print what a stage costs on AWS, term by term, beside the usual sample that does the same work."""
    from frontdesk.cost.clinic import NothingToBookError  # noqa: PLC0415 - see above
    from frontdesk.cost.prices import UnknownRegionError, price_list  # noqa: PLC0415
    from frontdesk.cost.story import NothingToSellError  # noqa: PLC0415

    shape, listed = manifest_of(services).deployment, price_list()
    try:
        if idle:
            bills, assumed = _idle(shape, region), ASLEEP.format(listed.alarms_free)
        elif appointments is not None:
            bills, assumed = _appointments(shape, services, appointments, batch, region), VISIT
        else:
            bills, assumed = _orders(shape, services, orders, batch, region), ORDER
    except (UnknownRegionError, NothingToSellError, NothingToBookError) as error:
        raise CommandError(str(error)) from error
    if json:
        show.as_json({"region": region, "prices_of": listed.as_of, "bills": bills} | _sums(bills))
        return
    _table(bills)
    if "usual" in bills:
        show.note(f"That is {bills['dollars'].dollars / bills['usual'].dollars:.2f} of the usual.")
    show.note(f"Dollars in {region} on {listed.as_of}, before tax. {assumed}")


def _idle(shape: "Deployment", region: str) -> dict[str, "Bill"]:
    from frontdesk.cost.bill import bill  # noqa: PLC0415 - as above
    from frontdesk.cost.idle import idle  # noqa: PLC0415
    from frontdesk.cost.prices import price_list, prices_of  # noqa: PLC0415

    return {"dollars": bill(idle(shape, price_list().alarms_free), prices_of(region))}


def _orders(shape: "Deployment", services: str, count: float, batch: float, region: str) -> dict[str, "Bill"]:
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.cost.bill import bill  # noqa: PLC0415
    from frontdesk.cost.prices import prices_of  # noqa: PLC0415
    from frontdesk.cost.shapes import OURS, USUAL, orders  # noqa: PLC0415
    from frontdesk.cost.story import steps_of_an_order  # noqa: PLC0415

    steps = steps_of_an_order(bootstrap.choose(names_in(services)))
    return {
        name: bill(orders(steps, shape, habits, count, batch), prices_of(region))
        for name, habits in (("dollars", OURS), ("usual", USUAL))
    }


def _appointments(
    shape: "Deployment", services: str, count: float, batch: float, region: str
) -> dict[str, "Bill"]:
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.cost.bill import bill  # noqa: PLC0415
    from frontdesk.cost.clinic import steps_of_a_record, steps_of_an_appointment  # noqa: PLC0415
    from frontdesk.cost.prices import prices_of  # noqa: PLC0415
    from frontdesk.cost.shapes import OURS, orders  # noqa: PLC0415

    chosen = bootstrap.choose(names_in(services))
    stories = {"dollars": steps_of_an_appointment(chosen), "silent": steps_of_a_record(chosen)}
    return {
        name: bill(orders(steps, shape, OURS, count, batch), prices_of(region))
        for name, steps in stories.items()
    }


def _table(bills: dict[str, "Bill"]) -> None:
    longest = max(
        bills.values(), key=lambda one: len(one.terms)
    )  # what costs something in one is in that one
    rows: list[list[object]] = []
    for term in longest.terms:
        row: list[object] = [term.name, term.unit]
        for found in bills.values():
            one = next((one for one in found.terms if one.name == term.name), None)
            row += [_number(one.quantity), f"{one.dollars:,.2f}"] if one else [None, None]
        rows.append(row)
    sums = [part for found in bills.values() for part in (None, f"{found.dollars:,.2f}")]
    rows.append(["Together", None, *sums])
    heads = [head for name in bills for head in ("Quantity", name.capitalize())]
    show.table(("What", "Unit", *heads), rows, right=set(heads))


def _number(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= THOUSAND else f"{quantity:,.1f}"


def _sums(bills: dict[str, "Bill"]) -> dict[str, object]:
    sums = {name: round(found.dollars, 4) for name, found in bills.items()}
    ratio = {"ratio": round(sums["dollars"] / sums["usual"], 4)} if "usual" in sums else {}
    return {"together": sums, **ratio}

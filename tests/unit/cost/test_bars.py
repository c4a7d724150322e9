"""What a stage may cost. Whoever makes an order dearer, or sleep, has to say so here."""

import pytest

from frontdesk.bootstrap import choose
from frontdesk.cost.bill import Bill, Use, bill, gb_seconds
from frontdesk.cost.idle import idle
from frontdesk.cost.prices import price_list, prices_of
from frontdesk.cost.shapes import OURS, USUAL, Habits, orders
from frontdesk.cost.story import NothingToSellError, steps_of_an_order
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest

MILLION = 1e6
SHOP = ("catalogue", "orders", "inventory", "accounting")
SMALLEST = ("catalogue", "orders")  # that can sell something
REGIONS = sorted(price_list().regions)


def price(region: str, habits: Habits, *names: str, batch: float = 1) -> Bill:
    services = choose(names)
    shape = manifest(services, OPERATIONS).deployment
    return bill(orders(steps_of_an_order(services), shape, habits, MILLION, batch), prices_of(region))


def asleep(region: str, *names: str) -> Bill:
    listed = price_list()
    return bill(
        idle(manifest(choose(names), OPERATIONS).deployment, listed.alarms_free), listed.regions[region]
    )


def dollars(found: Bill) -> dict[str, float]:
    return {term.name: round(term.dollars, 2) for term in found.terms}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("names", [(), SHOP], ids=["everything", "shop"])
@pytest.mark.parametrize("batch", [1, 5])
def test_a_million_orders_cost_at_most_seven_tenths_of_the_usual(
    names: tuple[str, ...], region: str, batch: float
) -> None:
    ours, usual = (price(region, habits, *names, batch=batch) for habits in (OURS, USUAL))

    assert ours.dollars / usual.dollars <= 0.70


@pytest.mark.parametrize("region", REGIONS)
def test_the_smallest_shop_sleeps_for_at_most_a_dollar_a_month(region: str) -> None:
    assert asleep(region, *SMALLEST).dollars <= 1.00


def test_every_term_of_a_million_orders_is_known() -> None:
    assert dollars(price("us-east-1", OURS, *SHOP)) == {
        "API": 4.0,
        "Lambda, requests": 3.0,
        "Lambda, duration": 0.81,
        "DynamoDB, writing tables": 27.5,
        "DynamoDB, writing indexes": 3.13,
        "DynamoDB, reading": 2.5,
        "DynamoDB, keeping it a month": 1.52,
        "EventBridge": 3.0,
        "SQS, messages": 6.0,
        "CloudWatch, logs": 5.24,
    }


def test_the_usual_differs_in_four_things_and_in_nothing_else() -> None:
    ours, usual = (dollars(price("us-east-1", habits, *SHOP)) for habits in (OURS, USUAL))

    assert {name for name in usual if usual[name] != ours.get(name)} == {
        "Lambda, duration",  # boto3, pydantic, Powertools; two calls more
        "DynamoDB, writing indexes",  # of whole items
        "DynamoDB, keeping it a month",  # the same
        "DynamoDB, writing repeats",
        "EventBridge",  # what nobody hears is published, too
    }


def test_an_order_does_not_cost_more_the_more_there_were() -> None:
    services = choose(SHOP)
    first, again = steps_of_an_order(services), steps_of_an_order(services)

    assert [(step.function, step.written, step.read) for step in first] == [
        (step.function, step.written, step.read) for step in again
    ]


def test_nobody_can_order_where_nothing_is_sold() -> None:
    with pytest.raises(NothingToSellError):
        steps_of_an_order(choose(["inventory"]))


def test_a_function_that_has_less_memory_works_longer_and_waits_as_long() -> None:
    assert gb_seconds(1769, 10, 5) == pytest.approx(1769 / 1024 * 0.015)
    assert gb_seconds(512, 10, 0) == pytest.approx(gb_seconds(1769, 10, 0))
    assert gb_seconds(3538, 10, 0) == pytest.approx(2 * gb_seconds(1769, 10, 0))  # a second core stands idle


def test_what_is_not_used_is_not_on_the_bill() -> None:
    found = bill(Use(events=2) + Use(events=1).times(2), prices_of("us-east-1"))

    assert [(term.name, term.quantity) for term in found.terms] == [("EventBridge", 4)]

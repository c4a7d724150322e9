"""What a stage may cost. Whoever makes an order dearer, or sleep, has to say so here."""

from collections import Counter
from collections.abc import Sequence

import pytest

from frontdesk.bootstrap import choose
from frontdesk.cost.bill import Bill, Use, bill, gb_seconds
from frontdesk.cost.clinic import (
    SECOND,
    Clinic,
    NothingToBookError,
    steps_of_a_record,
    steps_of_an_appointment,
)
from frontdesk.cost.idle import idle
from frontdesk.cost.meter import Step
from frontdesk.cost.prices import price_list, prices_of
from frontdesk.cost.shapes import OURS, USUAL, Habits, orders
from frontdesk.cost.story import NothingToSellError, steps_of_an_order
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest

MILLION = 1e6
SHOP = ("catalogue", "orders", "inventory", "accounting")
CLINIC = ("appointments", "notifications")
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


@pytest.mark.parametrize("region", REGIONS)
def test_a_clinic_sleeps_for_at_most_a_dollar_a_month(region: str) -> None:
    assert asleep(region, *CLINIC).dollars <= 1.00


def visit(region: str, steps: Sequence[Step]) -> Bill:
    shape = manifest(choose(CLINIC), OPERATIONS).deployment
    return bill(orders(steps, shape, OURS, MILLION), prices_of(region))


def test_a_million_appointments_cost_what_is_said_of_them() -> None:
    """Whoever makes an appointment dearer has to say so here, and in docs/how-to/run-a-clinic.md."""
    told, silent = steps_of_an_appointment(choose(CLINIC)), steps_of_a_record(choose(CLINIC))

    assert visit("us-east-1", told).dollars <= 400
    assert visit("us-east-1", silent).dollars <= 80


def test_a_patient_is_told_four_times_and_what_became_of_it_comes_back() -> None:
    steps = steps_of_an_appointment(choose(CLINIC))
    asked = Counter((step.function, step.is_direct) for step in steps)

    assert asked["notifications-http", True] == 4  # booked, will you come?, thank you, soon
    assert asked["notifications-http", False] == 4 * 3 + 1  # out, there, read; and the answer
    assert sum(step.schedules for step in steps) == 3  # two reminders, and one for those who did not answer


def test_where_nobody_sends_an_appointment_is_cheaper() -> None:
    alone = steps_of_an_appointment(choose(["appointments"]))

    assert {step.function for step in alone} == {"appointments-http", "appointments"}


def test_a_visit_does_not_cost_more_the_more_there_were() -> None:
    services = choose(CLINIC)
    clinic = Clinic(services)
    clinic.open()
    clinic.see(SECOND)

    assert [(step.function, step.written) for step in clinic.steps] == [
        (step.function, step.written) for step in steps_of_an_appointment(services)
    ]


def test_nobody_can_book_where_there_is_no_clinic() -> None:
    with pytest.raises(NothingToBookError):
        steps_of_an_appointment(choose(["inventory"]))


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

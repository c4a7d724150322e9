"""What an order costs: never a unit lost between lines and totals, whatever the prices."""

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.money import WHOLE
from frontdesk.services.orders.commands import Channel, WantedLine
from frontdesk.services.orders.prices import Price, PriceList, Shop, Wholesale
from tests.unit.driver import START

AMOUNTS = st.integers(0, 10**9)
QUANTITIES = st.integers(1, 10_000)
RATES = st.integers(0, WHOLE)


def price_list(price: Price, channel: Channel = Channel.WEB, *, tax_included: bool = True) -> PriceList:
    shop = Shop(
        currency="EUR",
        channels={channel: tax_included},
        open=True,
        time_zone="UTC",
        hours=(),
        waits=False,
        event_source="frontdesk",
    )
    return PriceList(shop, channel, {"tea": price})


def tea(retail: int, tax_rate: int, *wholesale: int) -> Price:
    """Return what tea costs; in wholesale so much from such a quantity on."""
    terms = Wholesale(*wholesale) if wholesale else None
    return Price("Tea", retail, tax_rate, tracked=False, on_sale=True, wholesale=terms)


@given(unit=AMOUNTS, rate=RATES, quantity=QUANTITIES, tax_included=st.booleans())
def test_net_and_tax_make_gross_on_every_line(
    unit: int, rate: int, quantity: int, *, tax_included: bool
) -> None:
    (line,) = price_list(tea(unit, rate), tax_included=tax_included).price([WantedLine("tea", quantity)])
    assert line.net + line.tax == line.gross
    assert min(line.net, line.tax) >= 0
    assert (line.gross if tax_included else line.net) == unit * quantity


@given(unit=AMOUNTS, rate=RATES, quantity=QUANTITIES, tax_included=st.booleans())
def test_tax_is_the_exact_share_to_half_a_unit(
    unit: int, rate: int, quantity: int, *, tax_included: bool
) -> None:
    (line,) = price_list(tea(unit, rate), tax_included=tax_included).price([WantedLine("tea", quantity)])
    whole = WHOLE + rate if tax_included else WHOLE
    assert -whole <= 2 * (line.tax * whole - unit * quantity * rate) <= whole


def test_tax_inside_comes_out_of_the_price_and_tax_on_top_is_added() -> None:
    priced = tea(119, 1900)
    (inside,) = price_list(priced, tax_included=True).price([WantedLine("tea", 10)])
    (on_top,) = price_list(priced, tax_included=False).price([WantedLine("tea", 10)])
    assert (inside.net, inside.tax, inside.gross) == (1000, 190, 1190)
    assert (on_top.net, on_top.tax, on_top.gross) == (1190, 226, 1416)  # 226.1


def test_a_line_is_rounded_as_a_whole_and_half_a_unit_goes_up() -> None:
    (line,) = price_list(tea(1, 5000), tax_included=False).price([WantedLine("tea", 3)])
    assert line.tax == 2  # 1.5; three pieces rounded one by one would have made 3


@given(QUANTITIES, QUANTITIES)
def test_wholesale_is_sold_from_its_minimum_on_at_its_own_price(minimum: int, quantity: int) -> None:
    shelf = price_list(tea(500, 0, 300, minimum), Channel.WHOLESALE)
    wanted = [WantedLine("tea", quantity)]
    codes = [(fault.pointer, fault.code) for fault in shelf.faults(wanted, START)]
    if quantity < minimum:
        assert codes == [("/lines/0/quantity", "below_minimum")]
    else:
        assert codes == []
        assert shelf.price(wanted)[0].unit_price == 300


def test_retail_knows_no_minimum() -> None:
    shelf = price_list(tea(500, 0, 300, 12), Channel.MOBILE)
    assert list(shelf.faults([WantedLine("tea", 1)], START)) == []
    assert shelf.price([WantedLine("tea", 1)])[0].unit_price == 500

"""Money: exact, rounded half up, and net and tax always come to gross."""

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.money import MAX_MINOR, WHOLE, tax_on_top, tax_within

AMOUNTS = st.integers(min_value=0, max_value=MAX_MINOR)
RATES = st.integers(min_value=0, max_value=WHOLE)


def rounded(exact: Fraction) -> int:
    """Round half a minor unit up."""
    return floor(exact + Fraction(1, 2))


@given(AMOUNTS, RATES)
def test_tax_on_top_is_the_exact_tax_rounded(net: int, rate: int) -> None:
    cost = tax_on_top(net, rate)
    assert (cost.net, cost.tax) == (net, rounded(Fraction(net * rate, WHOLE)))
    assert cost.net + cost.tax == cost.gross


@given(AMOUNTS, RATES)
def test_tax_within_is_the_exact_tax_rounded(gross: int, rate: int) -> None:
    cost = tax_within(gross, rate)
    assert (cost.gross, cost.tax) == (gross, rounded(Fraction(gross * rate, WHOLE + rate)))
    assert cost.net + cost.tax == cost.gross
    assert cost.net >= 0


@given(AMOUNTS, RATES)
def test_a_price_with_tax_taken_apart_and_put_together_is_the_same_price(gross: int, rate: int) -> None:
    taken = tax_within(gross, rate)
    assert abs(tax_on_top(taken.net, rate).gross - gross) <= 1


def test_half_a_minor_unit_rounds_up() -> None:
    assert tax_on_top(50, 100).tax == 1  # 0.50
    assert tax_on_top(49, 100).tax == 0
    assert tax_within(119, 1900).net == 100

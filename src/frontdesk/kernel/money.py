"""Money: whole minor units of an ISO 4217 currency. No float ever touches an amount."""

from typing import Annotated

import msgspec

Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}(?!\n)$", description="ISO 4217 code")]
BasisPoints = Annotated[
    int, msgspec.Meta(ge=0, le=10_000, description="hundredths of a per cent: 1900 is 19 %")
]

MAX_MINOR = 10**15  # far above any order, far below 2**63 and 2**53: every client can hold it
Minor = Annotated[int, msgspec.Meta(ge=0, le=MAX_MINOR, description="amount in minor units of the currency")]

WHOLE = 10_000  # basis points


class Amounts(msgspec.Struct, frozen=True):
    """What something costs: `net + tax == gross`, all in minor units."""

    net: Minor
    tax: Minor
    gross: Minor


def tax_on_top(net: int, rate: int) -> Amounts:
    """Add `rate` basis points of tax to a net amount; half a minor unit rounds up."""
    tax = (net * rate + WHOLE // 2) // WHOLE
    return Amounts(net, tax, net + tax)


def tax_within(gross: int, rate: int) -> Amounts:
    """Take the tax of `rate` basis points out of a gross amount; half a minor unit rounds up."""
    whole = WHOLE + rate
    tax = (gross * rate + whole // 2) // whole
    return Amounts(gross - tax, tax, gross)

"""What AWS asks, by region, and on which day it did."""

from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("prices.json")
REGION = "eu-west-1"


class Prices(msgspec.Struct, frozen=True):
    """Dollars for one of each."""

    api_request: float  # HTTP API
    invocation: float
    gb_second: float  # arm64
    write_unit: float
    read_unit: float
    table_gb_month: float
    event: float
    schedule: float  # of EventBridge Scheduler, as it fires
    queue_request: float
    log_gb: float
    alarm_month: float
    list_request: float  # of a bucket


class PriceList(msgspec.Struct, frozen=True):
    """Every region that is known. So many alarms of an account are free, for ever."""

    as_of: str
    source: str
    regions: dict[str, Prices]
    alarms_free: int


class UnknownRegionError(Exception):
    """A region whose prices are not known here."""


def price_list() -> PriceList:
    """Return the prices that this version knows."""
    return msgspec.json.decode(_FILE.read_bytes(), type=PriceList)


def prices_of(region: str) -> Prices:
    """Return a region's prices. Raises UnknownRegionError."""
    known = price_list().regions
    if region not in known:
        raise UnknownRegionError(f"Prices are known of {', '.join(sorted(known))}, and not of {region}.")
    return known[region]

"""Values of an old table, read exactly: no float, no guess. What cannot be read raises Bad, which quotes nothing."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
SLUG_CHARS = 40
HUNDRED_PER_CENT = 10_000


class Bad(ValueError):
    """A value that cannot be taken: a stable code, and what it must be."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text(value: Any) -> str:
    """Return a value as one line of text: line breaks, tabs and runs of blanks become one blank."""
    if isinstance(value, bytes | bytearray):
        try:
            value = bytes(value).decode()
        except UnicodeDecodeError:
            raise Bad("not_text", "Must be text in UTF-8.") from None
    return _UNSEEN.sub(" ", str(value)).strip()


def number(value: Any, *, comma: bool = False) -> Decimal:
    """Return a number exactly. `comma`: 1.234,50 is written for 1234.50."""
    if isinstance(value, bool) or value is None:
        raise Bad("not_a_number", "Must be a number.")
    written = text(value)
    if comma and not isinstance(value, int | Decimal):
        written = written.replace(".", "").replace(",", ".")
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise Bad("not_a_number", "Must be a number.") from None
    if not found.is_finite():
        raise Bad("not_a_number", "Must be a number.")
    return found


def minor(value: Any, places: int, *, comma: bool = False) -> int:
    """Return an amount in minor units of a currency with so many decimal places."""
    scaled = number(value, comma=comma).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise Bad("too_many_decimals", f"Must have at most {places} decimals: no amount is rounded.")
    return int(scaled)


def basis_points(value: Any, *, comma: bool = False) -> int:
    """Return a rate that is given in per cent."""
    scaled = number(value, comma=comma) * 100
    if scaled != scaled.to_integral_value() or not 0 <= scaled <= HUNDRED_PER_CENT:
        raise Bad("not_a_rate", "Must be per cent, from 0 to 100, with at most two decimals.")
    return int(scaled)


def whole(value: Any, *, comma: bool = False) -> int:
    """Return a whole number."""
    found = number(value, comma=comma)
    if found != found.to_integral_value():
        raise Bad("not_whole", "Must be a whole number.")
    return int(found)


def moment(value: Any, zone: ZoneInfo, written: str | None = None) -> datetime:
    """Return a moment in UTC. Without an offset of its own it is local time in `zone`."""
    found = value if isinstance(value, datetime) else _parsed(text(value), written)
    if found.tzinfo is None:
        local = found.replace(tzinfo=zone)
        found = local.astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise Bad("no_such_time", "The clocks were put forward over this time: it never was.")
    return found.astimezone(UTC)


def slug(value: str) -> str:
    """Return a product's old number or name as an id: lower case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", plain).strip("-")[:SLUG_CHARS].rstrip("-")


def _parsed(written: str, form: str | None) -> datetime:
    try:
        if form == "epoch":
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(written))
        return datetime.strptime(written, form) if form else datetime.fromisoformat(written)  # noqa: DTZ007 - see moment
    except (ValueError, OverflowError):
        raise Bad("not_a_moment", "Must be a date with a time.") from None

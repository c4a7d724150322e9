"""Where a list begins and ends, in every service alike: moments and cursors as they are sent, and as an index sorts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.time import sortable

FIRST_YEAR, LAST_YEAR = 1970, 9998  # any time zone of these can be told in UTC


def bound(field: str, moment: datetime | None) -> str:
    """Return a moment as an index sorts it, "" for none. Raises Invalid."""
    if moment is None:
        return ""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        advice = f"Must be between the years {FIRST_YEAR} and {LAST_YEAR}."
        raise Invalid((Fault(f"/{field}", "out_of_range", advice),))
    return sortable(moment.astimezone(UTC))


def position_of(cursor: str) -> str:
    """Return the sort key that a cursor stands for: something sorted by, a tilde, an id. Raises Invalid."""
    if not cursor:
        return ""
    try:
        position = urlsafe_b64decode(cursor).decode()
        position.index("~")
    except ValueError:
        fault = Fault("/cursor", "bad_cursor", "Send the cursor as the page before gave it.")
        raise Invalid((fault,)) from None
    return position


def moment_of(cursor: str) -> str:
    """Return the sort key that the cursor of a list in order of time stands for. Raises Invalid."""
    position = position_of(cursor)
    if position:
        try:
            datetime.fromisoformat(position.partition("~")[0])
        except ValueError:
            fault = Fault("/cursor", "bad_cursor", "Send the cursor as the page before gave it.")
            raise Invalid((fault,)) from None
    return position


def cursor_of(position: str) -> str | None:
    """Return a sort key as it is sent, None at the end."""
    return urlsafe_b64encode(position.encode()).decode() if position else None

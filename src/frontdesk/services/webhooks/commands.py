"""What the owner of a shop may send: its shape. The rules are in `model` and `deliveries`."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.shapes import Body, Moment, Title

URL_CHARS = 500
MAX_EVENTS = 50  # that one webhook may name
ALL_EVENTS = "*"

Url = Annotated[str, Meta(pattern=r"^https?://[!-~]+(?!\n)$", max_length=URL_CHARS)]  # visible ASCII
EventType = Annotated[str, Meta(pattern=r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*)(?!\n)$", max_length=80)]


class CreateWebhook(Body, frozen=True):
    """Tell `url` about these events ("order.created"); "*" is all, also those that are yet to be invented."""

    url: Url
    events: Annotated[tuple[EventType, ...], Meta(min_length=1, max_length=MAX_EVENTS)]
    description: Title | None = None


class Which(StrEnum):
    """Which deliveries to send again."""

    UNDELIVERED = "undelivered"
    ALL = "all"


class ReplayDeliveries(Body, frozen=True):
    """Send again what happened in since <= moment < until, oldest first."""

    since: Moment
    until: Moment | None = None
    which: Which = Which.UNDELIVERED


class ListDeliveries(Body, frozen=True):
    """Which deliveries: those of since <= moment < until."""

    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT

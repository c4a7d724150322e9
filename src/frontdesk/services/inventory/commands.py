"""What staff and customers may send: its shape. The rules are where the thing itself is."""

from typing import Annotated

from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.shapes import Body, Note, Slug, Title
from frontdesk.services.inventory.shelves import MAX_LOCATIONS

MAX_PIECES = 1_000_000  # of one receipt or correction
MAX_HELD = 10_000  # pieces of one line of a hold
MAX_HELD_LINES = 25  # an order of 50 lines that takes a hold over still fits into one commit
MAX_HOLD_MINUTES = 60

Pieces = Annotated[int, Meta(ge=1, le=MAX_PIECES)]
WarningLevel = Annotated[int, Meta(ge=0, le=MAX_PIECES, description="no more free pieces than these are few")]
Cursor = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)]
Skus = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}(,[a-z0-9][a-z0-9-]{0,39}){0,49}(?!\n)$",
        description="one to fifty, with commas between",
    ),
]


class ReceiveStock(Body, frozen=True):
    """Goods came in. With `low_at` the shelf's warning level changes too."""

    location: Slug
    quantity: Pieces
    reference: Title | None = None
    low_at: WarningLevel | None = None


class AdjustStock(Body, frozen=True):
    """A count was wrong by so many pieces: positive, more are there; negative, fewer. The reason is kept."""

    location: Slug
    quantity: Annotated[int, Meta(ge=-MAX_PIECES, le=MAX_PIECES)]
    reason: Note


class SetShelf(Body, frozen=True):
    """Make the shelf so. `locations` are all that it has, in the order in which they are to be looked at."""

    low_at: WarningLevel
    locations: Annotated[tuple[Slug, ...], Meta(max_length=MAX_LOCATIONS)]


class HeldLine(Body, frozen=True):
    """So many pieces of one product."""

    sku: Slug
    quantity: Annotated[int, Meta(ge=1, le=MAX_HELD)]


class HoldStock(Body, frozen=True):
    """Keep these for the caller for so many minutes, all or none."""

    lines: Annotated[tuple[HeldLine, ...], Meta(min_length=1, max_length=MAX_HELD_LINES)]
    minutes: Annotated[int, Meta(ge=1, le=MAX_HOLD_MINUTES)] = 15


class ListStock(Body, frozen=True):
    """Which part of a list."""

    cursor: Cursor = ""
    limit: Limit = limits.PAGE_DEFAULT


class AskAvailability(Body, frozen=True):
    """Of which products."""

    sku: Skus

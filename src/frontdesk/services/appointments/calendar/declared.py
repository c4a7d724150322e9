"""What calendars add to the service."""

from datetime import datetime
from typing import Annotated

import msgspec

from frontdesk.kernel.http import Document, Route
from frontdesk.kernel.kinds import AnyKind, Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.appointments.calendar import serving
from frontdesk.services.appointments.calendar.feeds import (
    FEEDS,
    Feed,
    MakeFeed,
    NewFeed,
    TooManyFeeds,
    list_feeds,
    make_feed,
    revoke_feed,
    show_feed,
)


class FeedView(msgspec.Struct, frozen=True):
    """An address of a doctor's calendar. `url` is in the answer that makes it: whoever has it reads the calendar."""

    feed_id: str
    doctor_id: str
    label: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None = None
    url: Annotated[str | None, SENSITIVE] = None


class FeedList(msgspec.Struct, frozen=True):
    """The addresses of a doctor's calendar that are good, oldest first."""

    items: tuple[FeedView, ...]


def feed_view(stored: Stored[Feed]) -> FeedView:
    """Show a feed; its path only where it was just made."""
    one = stored.value
    url = stored.url if isinstance(stored, NewFeed) else None
    return FeedView(stored.id, one.doctor_id, one.label, one.made_at, one.made_by, one.revoked_at, url)


def feed_list(found: tuple[Stored[Feed], ...]) -> FeedList:
    """Show a doctor's feeds."""
    return FeedList(tuple(feed_view(stored) for stored in found))


def _as_it_is(document: Document) -> Document:
    return document


KINDS: tuple[AnyKind, ...] = (FEEDS,)
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/appointments/{id}/visit.ics",
        serving.show_visit,
        _as_it_is,
        Document,
        "Show an appointment as a calendar file",
        scopes=("appointments:read",),
        gives=serving.MEDIA,
        description="For the clinic's staff. The same visit always has the same UID; each change a higher SEQUENCE.",
    ),
    Route(
        "GET",
        "/answers/visit.ics",
        serving.show_own_visit,
        _as_it_is,
        Document,
        "Show one's own visit as a calendar file",
        scopes=(),
        query=serving.OpenVisit,
        gives=serving.MEDIA,
        public=True,
        description="For the patient, by the token of the link that they were sent.",
    ),
    Route(
        "GET",
        "/doctors/{id}/calendar.ics",
        serving.serve_feed,
        _as_it_is,
        Document,
        "Show a doctor's visits as a calendar",
        scopes=(),
        query=serving.OpenFeed,
        gives=serving.MEDIA,
        public=True,
        description="For calendar programs, by the token of a feed. A month back, six ahead, and no patient's name.",
    ),
    Route(
        "POST",
        "/doctors/{id}/calendar-feeds",
        make_feed,
        feed_view,
        FeedView,
        "Make an address for a doctor's calendar",
        scopes=("appointments:write",),
        body=MakeFeed,
        kind=FEEDS,
        status=201,
        location="/calendar-feeds/{id}",
        refusals=(TooManyFeeds,),
        description="For the clinic's staff. The answer shows the address once.",
    ),
    Route(
        "GET",
        "/doctors/{id}/calendar-feeds",
        list_feeds,
        feed_list,
        FeedList,
        "List the addresses of a doctor's calendar",
        scopes=("appointments:read",),
        description="For the clinic's staff, without their tokens.",
    ),
    Route(
        "GET",
        "/calendar-feeds/{id}",
        show_feed,
        feed_view,
        FeedView,
        "Show what is kept of an address of a calendar",
        scopes=("appointments:read",),
        kind=FEEDS,
        description="For the clinic's staff, without its token.",
    ),
    Route(
        "DELETE",
        "/calendar-feeds/{id}",
        revoke_feed,
        feed_view,
        FeedView,
        "Let an address show nothing any more",
        scopes=("appointments:write",),
        kind=FEEDS,
        description="For the clinic's staff. Doing it again changes nothing.",
    ),
)

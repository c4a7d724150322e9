"""Feeds: addresses at which a calendar program reads a doctor's visits, without signing in.

The token in the address has 128 random bits. It is shown in the one answer that makes it; its digest alone is kept.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.errors import CounterRefused, Rejected
from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.records import Add
from frontdesk.kernel.shapes import Body, Title
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.clinics.views import show_doctor
from frontdesk.services.appointments.ports import Site

SECRET_BYTES = 16
MAX_FEEDS = 20  # of one doctor, those that were revoked not counted


class TooManyFeeds(Rejected):
    """The doctor has as many feeds as one may have. Revoke one that nobody reads."""


class MakeFeed(Body, frozen=True):
    """Make an address. `label` says for what: "Ana's telephone"."""

    label: Title


class Feed(msgspec.Struct, frozen=True):
    """One address. It shows nothing any more once it is revoked."""

    clinic_id: str
    doctor_id: str
    label: str
    digest: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None = None

    def opens(self, secret: str) -> bool:
        """Return whether this is its secret, and still good."""
        return hmac.compare_digest(digest_of(secret), self.digest) and self.revoked_at is None


FEEDS = Kind(
    "calendar_feed",
    Feed,
    indexes=(
        Index(
            "by_doctor",
            lambda feed: None if feed.revoked_at else feed.doctor_id,
            lambda feed: sortable(feed.made_at),
        ),
    ),
)


class NewFeed(Stored[Feed], frozen=True):
    """A feed with its address: what is answered once, and not again to a repeat."""

    url: str = ""


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. A fast hash is right for it: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def make_feed(unit: Unit, command: MakeFeed, id: str) -> Stored[Feed]:
    """Make an address for a doctor's calendar, for the clinic's staff. Raises NotFound, TooManyFeeds.

    A repeat with the same Idempotency-Key finds the feed and shows no token.
    """
    feed_id = unit.new_id("fed")
    doctor = await show_doctor(unit, id)
    secret = urlsafe_b64encode(unit.chance.bytes(SECRET_BYTES)).decode().rstrip("=")
    site = unit.provider(Site)  # type: ignore[type-abstract] # ports are asked for by their types
    url = f"{site.site}/doctors/{id}/calendar.ics?token={feed_id}.{secret}"
    value = Feed(doctor.value.clinic_id, id, command.label, digest_of(secret), unit.now, unit.caller.subject)
    try:
        stored = await unit.commit(FEEDS.new(feed_id, value), counters=(_count(id, 1),))
    except CounterRefused:
        raise TooManyFeeds(limit=MAX_FEEDS) from None
    return NewFeed(stored.kind, stored.id, stored.value, stored.version, stored.origin, url=url)


async def show_feed(unit: Unit, id: str) -> Stored[Feed]:
    """Return what is kept of an address, for the clinic's staff. Raises NotFound."""
    found = await unit.get(FEEDS, id)
    check_staff(unit.caller, found.value.clinic_id)
    return found


async def list_feeds(unit: Unit, id: str) -> tuple[Stored[Feed], ...]:
    """Return the addresses of a doctor's calendar that are good, oldest first, for the staff. Raises NotFound."""
    await show_doctor(unit, id)
    page = await unit.query(FEEDS, "by_doctor", id, limit=MAX_FEEDS, newest_first=False)
    return page.items


async def revoke_feed(unit: Unit, id: str) -> Stored[Feed]:
    """Let an address show nothing any more, for the clinic's staff. Raises NotFound."""
    found = await show_feed(unit, id)
    if found.value.revoked_at is not None:
        return found
    revoked = replace(found.value, revoked_at=unit.now)
    return await unit.commit(found.changed(revoked), counters=(_count(revoked.doctor_id, -1),))


def _count(doctor_id: str, by: int) -> Add:
    return Add(f"appointments:feeds:{doctor_id}", by, ceiling=MAX_FEEDS)

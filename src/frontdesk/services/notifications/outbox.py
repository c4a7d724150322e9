"""The outbox page: what was sent, to look at in a browser. Its link is given to the owner, and is good for a day.

A browser sends no access token, so the link carries a key: a seal over the place and the moment at which it ends.
"""

import hmac
from datetime import datetime, timedelta

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.http import Document
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import OpenOutbox, SeeOutbox
from frontdesk.services.notifications.handlers import check_place
from frontdesk.services.notifications.html import Html, element, page
from frontdesk.services.notifications.looking import note
from frontdesk.services.notifications.model import MESSAGES, Message
from frontdesk.services.notifications.ports import Seals, seals, site

LINK_LIVES = timedelta(days=1)
SHOWN = 100  # the newest
BY_LINK = "outbox-link"  # in the log: whoever has it, which was given to the owner
_SEAL_CHARS = 22  # of base 64: 132 bits


class OutboxLink(msgspec.Struct, frozen=True):
    """Where the page is, and until when."""

    url: str
    until: datetime


async def open_outbox(unit: Unit, command: OpenOutbox) -> OutboxLink:
    """Return a link to the page of a place's messages, for its owner. Raises NotFound."""
    check_place(unit, command.place, "owner")
    until = unit.now + LINK_LIVES
    return OutboxLink(outbox_url(site(unit).site, command.place, until, seals(unit)), until)


def outbox_url(desk: str, place: str, until: datetime, sealed_by: Seals) -> str:
    """Return the link to a place's page."""
    ends = int(until.timestamp())
    return f"{desk}/outbox?key={place}.{ends}.{_proof(place, ends, sealed_by)}"


async def show_outbox(unit: Unit, query: SeeOutbox) -> Document:
    """Show a place's newest messages to whoever has the link. Raises NotFound."""
    place = _place_of(query.key, unit)
    found = await unit.query(MESSAGES, "by_place", place, limit=SHOWN)
    await note(unit, "outbox page", place, (one.value.person for one in found.items), BY_LINK)
    return page(f"Outbox · {place}", *(_shown(stored) for stored in found.items))


def answer_link(link: OutboxLink) -> OutboxLink:
    """Show a link."""
    return link


def _place_of(key: str, unit: Unit) -> str:
    place, _, rest = key.partition(".")
    ends, _, proof = rest.partition(".")
    if not (ends.isascii() and ends.isdecimal()):
        raise NotFound
    good = _proof(place, int(ends), seals(unit))
    if not hmac.compare_digest(good.encode(), proof.encode()) or unit.now.timestamp() >= int(ends):
        raise NotFound
    return place


def _proof(place: str, ends: int, sealed_by: Seals) -> str:
    return sealed_by.seal("outbox", f"{place}.{ends}")[:_SEAL_CHARS]


def _shown(stored: Stored[Message]) -> Html:
    message = stored.value
    ways = ", ".join(f"{leg.channel}: {leg.state.value} {leg.code}".strip() for leg in message.legs)
    to = ", ".join(f"{channel} {address}" for channel, address in message.addresses.items())
    return element(
        "article",
        element(
            "small", f"{message.created_at:%Y-%m-%d %H:%M} UTC · {message.template} · {message.state.value}"
        ),
        element("h2", message.content.subject or "—"),
        element("pre", message.content.text),
        *(element("kbd", answer.title) for answer in message.content.answers),
        element("pre", message.content.link_line),
        element("small", " · ".join(part for part in (to, ways, message.reason) if part)),
    )

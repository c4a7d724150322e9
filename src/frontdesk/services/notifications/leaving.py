"""Leaving: how somebody takes back their consent without an account: a word, or the link at the end of a letter."""

import hmac

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.http import Document, Raw
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import ChannelName
from frontdesk.services.notifications.correspondents import (
    Correspondent,
    Seal,
    Step,
    address_of,
    correspondent_id,
)
from frontdesk.services.notifications.handlers import correspondent_by_id
from frontdesk.services.notifications.html import element, page
from frontdesk.services.notifications.model import Message
from frontdesk.services.notifications.ports import seals, site

_SEAL_CHARS = 22  # of base 64: 132 bits
_ASK = "No quiero recibir más mensajes · No more messages · Não quero mais mensagens"
_DONE = "Hecho · Done · Feito"


def leaving_url(unit: Unit, message: Message, channel: str) -> str:
    """Return where the receiver of a letter takes back their consent to more of them, "" on other channels."""
    if channel != ChannelName.EMAIL:
        return ""
    address = address_of(channel, message.addresses[channel])
    return f"{site(unit).site}/unsubscribe/{_token(channel, address, seals(unit).seal)}"


async def show_leaving(unit: Unit, token: str) -> Document:
    """Ask whether somebody wants to leave: mail programs fetch links, so only the button does it. Raises NotFound."""
    _correspondent_of(unit, token)
    return page(_ASK, element("form", element("button", _ASK), method="post", action=""))


async def leave(unit: Unit, _: Raw, token: str) -> Document:
    """Take back the consent to letters (RFC 8058: a POST, whatever is in it). Raises NotFound."""
    id = _correspondent_of(unit, token)
    stored = await correspondent_by_id(unit, id)
    step = Step(at=unit.now, granted=False, channel=ChannelName.EMAIL, how="unsubscribe")
    if not _has_left(stored.value):
        await unit.commit(stored.changed(stored.value.stepped(step)))
    return page(_DONE)


def _has_left(known: Correspondent) -> bool:
    steps = [step for step in known.steps if step.channel in {"", ChannelName.EMAIL}]
    return bool(steps) and not steps[-1].granted


def _token(channel: str, address: str, seal: Seal) -> str:
    id = correspondent_id(channel, address, seal)
    return f"{id}.{seal('unsubscribe', id)[:_SEAL_CHARS]}"


def _correspondent_of(unit: Unit, token: str) -> str:
    id, _, proof = token.partition(".")
    good = seals(unit).seal("unsubscribe", id)[:_SEAL_CHARS]
    if not hmac.compare_digest(good.encode(), proof.encode()):
        raise NotFound
    return id

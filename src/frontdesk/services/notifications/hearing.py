"""What is done about what providers bring: each thing once, whoever wrote it, in whatever order it comes."""

from collections.abc import Iterable

import msgspec

from frontdesk.channels import Failure, Inbound, Progress, Receipt
from frontdesk.kernel.errors import NotFound, Unauthenticated
from frontdesk.kernel.http import Document, Raw
from frontdesk.kernel.ids import derived_id, fingerprint
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import Challenge, ChannelName
from frontdesk.services.notifications.correspondents import Correspondent, address_of
from frontdesk.services.notifications.events import InboundArrived, PostArrived, ReceiptArrived
from frontdesk.services.notifications.handlers import correspondent
from frontdesk.services.notifications.legs import State
from frontdesk.services.notifications.model import MESSAGES, TRACES, Message
from frontdesk.services.notifications.ports import verifier
from frontdesk.services.notifications.posts import (
    INBOUNDS,
    POSTS,
    RECEIPTS,
    Known,
    inbound_id,
    known,
    posted,
    written_of,
)
from frontdesk.services.notifications.sending import next_try, told, trace_id
from frontdesk.services.notifications.telling import news_of

WHATSAPP = ChannelName.WHATSAPP.value
_TAKEN = Document(b"", "text/plain")


async def answer_challenge(unit: Unit, query: Challenge) -> Document:
    """Tell WhatsApp that this address is ours. Raises NotFound."""
    asked = msgspec.to_builtins(query)
    answer = verifier(unit).challenge(WHATSAPP, asked)
    if answer is None:
        raise NotFound
    return Document(answer.encode(), "text/plain")


async def take_post(unit: Unit, body: Raw) -> Document:
    """Keep what WhatsApp brings; it is gone through afterwards. Raises Unauthenticated for what is not signed by it."""
    post = verifier(unit).read(WHATSAPP, body.headers, body.content)
    if post is None:
        raise Unauthenticated("This is not signed by WhatsApp.")
    id = derived_id("pst", WHATSAPP, fingerprint(body.content))
    if post and await unit.find(POSTS, id) is None:
        await unit.commit(
            POSTS.new(id, posted(WHATSAPP, post, unit.now)), events=(PostArrived(post_id=id, next=0),)
        )
    return _TAKEN


async def take_in(unit: Unit, event: PostArrived) -> None:
    """Take in the next things of a post: what was written, and how far messages have come."""
    stored = await unit.get(POSTS, event.post_id)
    post = stored.value
    if post.next != event.next or post.is_done:
        return
    inbounds, receipts = post.page()
    fresh = await _fresh(unit, post.provider, inbounds)
    news = await _receipts(unit, post.provider, receipts)
    rest = post.rest()
    events: list[Event] = [InboundArrived(inbound_id=one.id) for one in fresh]
    events += [ReceiptArrived(receipt_id=receipt.id) for receipt in news]
    if not rest.is_done:
        events.append(PostArrived(post_id=stored.id, next=rest.next))
    await unit.commit(stored.changed(rest), *fresh, *news, events=events)


async def apply_receipt(unit: Unit, event: ReceiptArrived) -> None:
    """Take in how far a message has come. One of a try that is not settled yet is found when it is."""
    receipt = (await unit.get(RECEIPTS, event.receipt_id)).value
    trace = await unit.find(TRACES, event.receipt_id)
    # A provider that gives our id back tells that a message went out although the answer to the try was lost. That it
    # failed says nothing before the try is settled.
    vouched = receipt.message_id if receipt.progress is not Progress.FAILED else ""
    message_id = trace.value.message_id if trace else vouched
    stored = await unit.find(MESSAGES, message_id) if message_id else None
    if stored is None:
        return
    before, after = stored.value, told(stored.value, receipt.channel, receipt)
    if after == before:
        return
    others = await _lost(unit, after, receipt)
    events = (*news_of(stored.id, before, after), *next_try(stored.id, after))
    await unit.commit(stored.changed(after), *others, events=events)


async def _fresh(unit: Unit, channel: str, inbounds: Iterable[Inbound]) -> list[AnyStored]:
    brought = {inbound_id(channel, one.provider_id): one for one in inbounds}
    seen = await unit.get_many(INBOUNDS, list(brought)) if brought else {}
    return [
        INBOUNDS.new(id, written_of(channel, one, trace_id(channel, one.context) if one.context else ""))
        for id, one in brought.items()
        if id not in seen
    ]


async def _receipts(unit: Unit, channel: str, receipts: Iterable[Receipt]) -> list[AnyStored]:
    told_now: dict[str, Known] = {}
    for one in receipts:
        id, news = trace_id(channel, one.provider_id), known(channel, one)
        told_now[id] = told_now[id].merged(news) if id in told_now else news
    seen = await unit.get_many(RECEIPTS, list(told_now)) if told_now else {}
    changes: list[AnyStored] = []
    for id, news in told_now.items():
        if id not in seen:
            changes.append(RECEIPTS.new(id, news))
        elif (merged := seen[id].value.merged(news)) != seen[id].value:
            changes.append(seen[id].changed(merged))
    return changes


async def _lost(unit: Unit, message: Message, receipt: Known) -> tuple[Stored[Correspondent], ...]:
    """Return that nobody is reached at an address, if that is what was told."""
    leg = message.leg(receipt.channel)
    address = address_of(receipt.channel, message.addresses.get(receipt.channel, ""))
    if leg.state is not State.FAILED or leg.failure is not Failure.ADDRESS or not address:
        return ()
    stored = await correspondent(unit, receipt.channel, address)
    return (stored.changed(stored.value.missed(receipt.channel, leg.code, receipt.at)),)

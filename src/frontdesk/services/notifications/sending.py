"""Sending: each message is tried by itself, and what came of a try is taken in apart from it.

A try's outcome is a record of its own, that nobody else writes: so no lost race sends a message twice. Between a
provider's answer and that record a crash may come; then, and only then, the try is made again under the same id.
"""

from collections.abc import Mapping

from frontdesk.channels import Failure, Outcome
from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import AnyKind, AnyStored, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.notifications.choosing import (
    PERSONAL,
    Decision,
    Send,
    Skip,
    Wait,
    choose,
    order_of,
)
from frontdesk.services.notifications.commands import ChannelName
from frontdesk.services.notifications.correspondents import (
    CORRESPONDENTS,
    Correspondent,
    Recent,
    address_of,
    correspondent_id,
)
from frontdesk.services.notifications.events import DeskTroubled, MessageDue, MessageRetried, MessageTried
from frontdesk.services.notifications.handlers import correspondent
from frontdesk.services.notifications.leaving import leaving_url
from frontdesk.services.notifications.model import (
    MESSAGES,
    THREADS,
    TRACES,
    TRIES,
    Message,
    Thread,
    Trace,
    Try,
    thread_id,
)
from frontdesk.services.notifications.ports import channels, seals
from frontdesk.services.notifications.posts import RECEIPTS, Known
from frontdesk.services.notifications.telling import news_of


async def try_message(unit: Unit, event: MessageDue) -> None:
    """Do what is to be done about a message now: send it, wait, or leave it."""
    stored = await unit.get(MESSAGES, event.message_id)
    if not stored.value.awaits(event.ticket):
        return
    id = try_id(stored.id, event.ticket)
    if await unit.find(TRIES, id) is not None:
        return
    decision = await _decide(unit, stored.value)
    if isinstance(decision, Send):
        outcome = await _send(unit, stored, decision.channel)
        attempt = _try(stored.id, decision.channel, outcome, unit)
        await unit.commit(
            TRIES.new(id, attempt), events=(MessageTried(message_id=stored.id, ticket=event.ticket),)
        )
    elif isinstance(decision, Wait):
        due = MessageRetried(message_id=stored.id, ticket=event.ticket)
        waiting = stored.value.waiting(decision.until)
        await unit.commit(stored.changed(waiting), timers=(Timer("next", decision.until, due),))
    else:
        ends = stored.value.skipped if isinstance(decision, Skip) else stored.value.failed
        ended = ends(decision.reason if isinstance(decision, Skip) else decision.code, unit.now)
        await unit.commit(stored.changed(ended), events=news_of(stored.id, stored.value, ended))


async def settle_try(unit: Unit, event: MessageTried) -> None:
    """Take in how a try has ended, and what its provider has already told about it."""
    stored = await unit.get(MESSAGES, event.message_id)
    before = stored.value
    if before.ticket != event.ticket:
        return
    attempt = (await unit.get(TRIES, try_id(stored.id, event.ticket))).value
    outcome = Outcome(failure=attempt.failure, code=attempt.code, retry_after=attempt.retry_after)
    after = before.tried(attempt.channel, outcome, attempt.at, unit.chance.fraction())
    others: list[AnyStored] = []
    unchanged: list[AnyStored] = []
    absent: list[tuple[AnyKind, str]] = []
    if attempt.trace_id:
        receipt = await unit.find(RECEIPTS, attempt.trace_id)
        if receipt is not None:
            after = told(after, attempt.channel, receipt.value)
            unchanged.append(receipt)
        else:  # one that comes at this moment must not be overlooked: see `hearing.apply_receipt`
            absent.append((RECEIPTS, attempt.trace_id))
        others.append(await _trace(unit, attempt))
    others += await _correspondence(unit, stored.id, after, attempt)
    events: list[Event] = [*news_of(stored.id, before, after), *next_try(stored.id, after)]
    if attempt.failure is Failure.CONFIGURATION:
        events.append(DeskTroubled(channel=attempt.channel, code=attempt.code))
    await unit.commit(stored.changed(after), *others, unchanged=unchanged, absent=absent, events=events)


def told(message: Message, channel: str, known: Known) -> Message:
    """Take in what a provider has told."""
    return message.told(channel, known.progress, known.at, known.failure, known.code)


def next_try(id: str, message: Message) -> tuple[MessageDue, ...]:
    """Return that a message is to be tried, if it is."""
    due = message.awaits(message.ticket)
    return (MessageDue(message_id=id, ticket=message.ticket),) if due else ()


def try_id(message_id: str, ticket: int) -> str:
    """Return the one id that a try can have."""
    return f"{message_id}:{ticket}"


def trace_id(channel: str, provider_id: str) -> str:
    """Return where what a provider calls so is kept. Its own id is not kept: WhatsApp's has a number in it."""
    return derived_id("trc", channel, provider_id)


async def _decide(unit: Unit, message: Message) -> Decision:
    sets = channels(unit)
    return choose(
        message,
        await _book(unit, message),
        lambda name: sets.channel(name) is not None,
        is_void=await _is_void(unit, message),
        now=unit.now,
    )


async def _is_void(unit: Unit, message: Message) -> bool:
    if not message.about:
        return False
    thread = await unit.find(THREADS, thread_id(message.place, message.about))
    return message.turn < (thread.value if thread else Thread()).void_below


async def _book(unit: Unit, message: Message) -> Mapping[str, Correspondent]:
    """Return what is known of the addresses of a message, by channel."""
    seal = seals(unit).seal
    ids = {}
    for channel in order_of(message):
        address = address_of(channel, message.addresses[channel]) if channel in PERSONAL else ""
        if address:
            ids[channel] = correspondent_id(channel, address, seal)
    found = await unit.get_many(CORRESPONDENTS, sorted(set(ids.values()))) if ids else {}
    return {channel: found[id].value for channel, id in ids.items() if id in found}


async def _send(unit: Unit, stored: Stored[Message], channel: str) -> Outcome:
    way = channels(unit).channel(channel)
    if way is None:  # taken down a moment ago
        return Outcome(failure=Failure.CHANNEL, code="not_set_up")
    return await way.send(stored.value.outgoing(stored.id, channel, leaving_url(unit, stored.value, channel)))


def _try(message_id: str, channel: str, outcome: Outcome, unit: Unit) -> Try:
    return Try(
        message_id=message_id,
        channel=channel,
        at=unit.now,
        trace_id=trace_id(channel, outcome.provider_id) if outcome.provider_id else "",
        failure=outcome.failure,
        code=outcome.code,
        retry_after=outcome.retry_after,
    )


async def _trace(unit: Unit, attempt: Try) -> Stored[Trace]:
    found = await unit.find(TRACES, attempt.trace_id)
    trace = Trace(attempt.message_id, attempt.channel)
    return found.changed(trace) if found else TRACES.new(attempt.trace_id, trace)


async def _correspondence(
    unit: Unit, message_id: str, message: Message, attempt: Try
) -> tuple[Stored[Correspondent], ...]:
    """Return what an address is to be remembered for: what an answer may be to, or that nobody is reached there."""
    failed = message.leg(attempt.channel).failure
    is_answerable = attempt.channel == ChannelName.WHATSAPP and failed is None
    if attempt.channel not in PERSONAL or not (is_answerable or failed is Failure.ADDRESS):
        return ()
    address = address_of(attempt.channel, message.addresses.get(attempt.channel, ""))
    if not address:  # forgotten meanwhile
        return ()
    stored = await correspondent(unit, attempt.channel, address)
    if failed is Failure.ADDRESS:
        code = message.leg(attempt.channel).code
        return (stored.changed(stored.value.missed(attempt.channel, code, attempt.at)),)
    recent = Recent(
        message_id, attempt.at, message.place, message.about, message.person, message.content.language
    )
    return (stored.changed(stored.value.sent(recent)),)

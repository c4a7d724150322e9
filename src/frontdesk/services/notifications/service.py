"""What notifications declares: its routes, what it reacts to, what it keeps and what it publishes."""

from collections.abc import Awaitable, Callable
from typing import Any

from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.http import Document, Raw, Route
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.events import AnswerUnplaced, PatientErased
from frontdesk.services.notifications import (
    alerts,
    answering,
    events,
    forgetting,
    handlers,
    hearing,
    inbox,
    leaving,
    looking,
    outbox,
    sending,
    views,
)
from frontdesk.services.notifications.commands import (
    Challenge,
    HandleInbound,
    ListInbox,
    ListMessages,
    OpenOutbox,
    RecordConsent,
    SeeOutbox,
    SendMessage,
)
from frontdesk.services.notifications.correspondents import CORRESPONDENTS
from frontdesk.services.notifications.model import MESSAGES, THREADS, TRACES, TRIES, MessageIdUsed
from frontdesk.services.notifications.ports import Channels, InboundVerifier, Seals, Site
from frontdesk.services.notifications.posts import INBOUNDS, POSTS, RECEIPTS, InboundHandled

READ, SEND, CONSENT, INBOX = (
    ("messages:read",),
    ("messages:send",),
    ("consents:write",),
    ("inbox:write",),
)
HTML, FORM, PLAIN = "text/html", "application/x-www-form-urlencoded", "text/plain"


def _as_it_is(document: Document) -> Document:
    return document


MESSAGE_ROUTES = (
    Route(
        "POST",
        "/messages",
        handlers.send_message,
        views.message_view,
        views.MessageView,
        "Send a message",
        scopes=SEND,
        body=SendMessage,
        kind=MESSAGES,
        status=202,
        location="/messages/{id}",
        refusals=(MessageIdUsed,),
        description="For whoever has a role at its place. By the first channel that takes it; events tell of it.",
    ),
    Route(
        "GET",
        "/messages",
        views.list_messages,
        views.message_list,
        views.MessageList,
        "List the messages of a place, newest first",
        scopes=READ,
        query=ListMessages,
        description="A list may lag by a moment.",
    ),
    Route(
        "GET",
        "/messages/{id}",
        views.show_message,
        views.message_view,
        views.MessageView,
        "Show a message and its tries",
        scopes=READ,
        kind=MESSAGES,
    ),
    Route(
        "POST",
        "/consents",
        handlers.record_consent,
        views.consent_view,
        views.ConsentView,
        "Note that somebody agreed to messages, or took that back",
        scopes=CONSENT,
        body=RecordConsent,
        description="With evidence. The answer has the history of this channel at this address.",
    ),
    Route(
        "POST",
        "/outbox/links",
        outbox.open_outbox,
        outbox.answer_link,
        outbox.OutboxLink,
        "Get a link to the page of a place's messages",
        scopes=READ,
        body=OpenOutbox,
        description="For its owner. Good for a day.",
    ),
    Route(
        "GET",
        "/outbox",
        outbox.show_outbox,
        _as_it_is,
        Document,
        "Look at a place's messages in a browser",
        scopes=(),
        query=SeeOutbox,
        gives=HTML,
        public=True,
    ),
)

INBOUND_ROUTES = (
    Route(
        "GET",
        "/inbox",
        inbox.list_inbox,
        inbox.inbox_view,
        inbox.Inbox,
        "List what people wrote that nobody has seen to, oldest first",
        scopes=READ,
        query=ListInbox,
        description="A list may lag by a moment.",
    ),
    Route(
        "POST",
        "/inbox/{id}/handled",
        inbox.handle_inbound,
        inbox.inbound_view,
        inbox.InboundView,
        "Say that it was seen to",
        scopes=INBOX,
        body=HandleInbound,
        kind=INBOUNDS,
        refusals=(InboundHandled,),
    ),
    Route(
        "GET",
        "/webhooks/whatsapp",
        hearing.answer_challenge,
        _as_it_is,
        Document,
        "Answer WhatsApp whether this address is ours",
        scopes=(),
        query=Challenge,
        gives=PLAIN,
        public=True,
    ),
    Route(
        "POST",
        "/webhooks/whatsapp",
        hearing.take_post,
        _as_it_is,
        Document,
        "Take what WhatsApp brings",
        scopes=(),
        body=Raw,
        gives=PLAIN,
        public=True,
        refusals=(Unauthenticated,),
        description="Signed by WhatsApp in X-Hub-Signature-256. A repeat has the same result.",
    ),
    Route(
        "GET",
        "/unsubscribe/{token}",
        leaving.show_leaving,
        _as_it_is,
        Document,
        "Ask whether somebody wants no more letters",
        scopes=(),
        gives=HTML,
        public=True,
    ),
    Route(
        "POST",
        "/unsubscribe/{token}",
        leaving.leave,
        _as_it_is,
        Document,
        "Take back the consent to letters",
        scopes=(),
        body=Raw,
        takes=FORM,
        gives=HTML,
        public=True,
    ),
)


def _reaction(on: type[Event], handle: Callable[[Unit, Any], Awaitable[Any]]) -> Reaction:
    return Reaction(on, handle, subscriber="notifications")


SERVICE = Service(
    name="notifications",
    kinds=(
        MESSAGES,
        THREADS,
        TRIES,
        TRACES,
        CORRESPONDENTS,
        POSTS,
        RECEIPTS,
        INBOUNDS,
        forgetting.FORGETTINGS,
        looking.LOOKS,
    ),
    routes=(*MESSAGE_ROUTES, *INBOUND_ROUTES),
    reactions=(
        Reaction(events.MessageDue, sending.try_message, subscriber="notifications-sender", slow=True),
        Reaction(events.MessageRetried, sending.try_message, subscriber="notifications-sender", slow=True),
        _reaction(events.MessageTried, sending.settle_try),
        _reaction(events.PostArrived, hearing.take_in),
        _reaction(events.ReceiptArrived, hearing.apply_receipt),
        _reaction(events.InboundArrived, answering.read_inbound),
        _reaction(AnswerUnplaced, inbox.put_in_inbox),
        _reaction(events.InboxFilled, alerts.tell_inbox),
        _reaction(events.MessageFailed, alerts.tell_failed),
        _reaction(events.DeskTroubled, alerts.tell_troubled),
        _reaction(PatientErased, forgetting.forget),
        _reaction(events.ForgettingRepeated, forgetting.forget_again),
        _reaction(events.ForgettingDue, forgetting.find_traces_of),
        _reaction(events.MessageFound, forgetting.forget_message),
        _reaction(events.InboundFound, forgetting.forget_inbound),
    ),
    events=(
        events.MessageSent,
        events.MessageDelivered,
        events.MessageRead,
        events.MessageFailed,
        events.MessageSkipped,
        events.AnswerReceived,
        events.PeopleSeen,
        events.MessageDue,
        events.MessageTried,
        events.PostArrived,
        events.ReceiptArrived,
        events.InboundArrived,
        events.InboxFilled,
        events.DeskTroubled,
        events.ForgettingDue,
        events.MessageFound,
        events.InboundFound,
    ),
    timers=(events.MessageRetried, events.ForgettingRepeated),
    scopes={
        "messages:send": "send messages on behalf of a place",
        "messages:read": "read what was sent, and what people wrote",
        "consents:write": "note what people agreed to",
        "inbox:write": "see to what people wrote",
    },
    needs=(Channels, InboundVerifier, Seals, Site),
)

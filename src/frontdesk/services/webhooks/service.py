"""What webhooks declares: its routes, what it reacts to, what it keeps and what it publishes."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.webhooks import handlers, sending, views
from frontdesk.services.webhooks.commands import CreateWebhook, ListDeliveries, ReplayDeliveries
from frontdesk.services.webhooks.deliveries import DELIVERIES, NOTICES
from frontdesk.services.webhooks.events import (
    DeliveryDue,
    DeliveryReplayed,
    DeliveryRetried,
    DeliveryTried,
    ReplayRequested,
    WebhookDisabled,
)
from frontdesk.services.webhooks.model import (
    HEALTHS,
    SWITCHBOARDS,
    WEBHOOKS,
    TooManyWebhooks,
    WebhookInactive,
)
from frontdesk.services.webhooks.ports import WebhookSender
from frontdesk.services.webhooks.replays import REPLAYS

ALL = "/shops/{shop_id}/webhooks"
ONE = f"{ALL}/{{id}}"
READ, WRITE = ("webhooks:read",), ("webhooks:write",)

WEBHOOK_ROUTES = (
    Route(
        "POST",
        ALL,
        handlers.create_webhook,
        views.webhook_view,
        views.WebhookView,
        "Send a shop's events to a URL",
        scopes=WRITE,
        body=CreateWebhook,
        kind=WEBHOOKS,
        status=201,
        location="webhooks/{id}",  # relative to the path of the request, RFC 9110, 10.2.2
        refusals=(TooManyWebhooks,),
        description="For the shop's owner. The secret is in this answer alone; a repeat does not show it again.",
    ),
    Route(
        "GET",
        ALL,
        views.list_webhooks,
        views.webhook_list,
        views.WebhookList,
        "List a shop's webhooks",
        scopes=READ,
        description="All of them: a shop has ten at most.",
    ),
    Route(
        "GET",
        ONE,
        views.show_webhook,
        views.webhook_view,
        views.WebhookView,
        "Show a webhook",
        scopes=READ,
        kind=WEBHOOKS,
    ),
    Route(
        "DELETE",
        ONE,
        handlers.delete_webhook,
        views.webhook_view,
        views.WebhookView,
        "Delete a webhook",
        scopes=WRITE,
        kind=WEBHOOKS,
        description="What is on its way is dropped.",
    ),
    Route(
        "POST",
        f"{ONE}/rotate",
        handlers.rotate_secret,
        views.webhook_view,
        views.WebhookView,
        "Give a webhook a new secret",
        scopes=WRITE,
        kind=WEBHOOKS,
        description="For a day everything is signed with the old secret as well.",
    ),
    Route(
        "POST",
        f"{ONE}/enable",
        handlers.enable_webhook,
        views.webhook_view,
        views.WebhookView,
        "Enable a webhook that was disabled",
        scopes=WRITE,
        kind=WEBHOOKS,
        description="What happened meanwhile is not sent by itself: see replay.",
    ),
    Route(
        "POST",
        f"{ONE}/test",
        handlers.send_test,
        views.delivery_view,
        views.DeliveryView,
        "Send a test to a webhook",
        scopes=WRITE,
        status=202,
        refusals=(WebhookInactive,),
        description="Its type is `webhook.test`. Look at the delivery for what came of it.",
    ),
)

DELIVERY_ROUTES = (
    Route(
        "GET",
        f"{ONE}/deliveries",
        views.list_deliveries,
        views.delivery_list,
        views.DeliveryList,
        "List a webhook's deliveries, newest first",
        scopes=READ,
        query=ListDeliveries,
        description="A list may lag by a moment.",
    ),
    Route(
        "GET",
        f"{ONE}/deliveries/{{delivery_id}}",
        views.show_delivery,
        views.delivery_view,
        views.DeliveryView,
        "Show a delivery and its tries",
        scopes=READ,
        kind=DELIVERIES,
    ),
    Route(
        "POST",
        f"{ONE}/deliveries/{{delivery_id}}/replay",
        sending.replay_delivery,
        views.delivery_view,
        views.DeliveryView,
        "Send a delivery again, now",
        scopes=WRITE,
        kind=DELIVERIES,
        status=202,
        refusals=(WebhookInactive,),
    ),
    Route(
        "POST",
        f"{ONE}/replay",
        sending.request_replay,
        views.replay_view,
        views.ReplayView,
        "Send a stretch of the past again",
        scopes=WRITE,
        body=ReplayDeliveries,
        kind=REPLAYS,
        status=202,
        location="replays/{id}",
        refusals=(WebhookInactive,),
        description="What was not delivered, or all of it; at most a thousand deliveries at a time.",
    ),
    Route(
        "GET",
        f"{ONE}/replays/{{replay_id}}",
        views.show_replay,
        views.replay_view,
        views.ReplayView,
        "Show how far a replay has come",
        scopes=READ,
        kind=REPLAYS,
    ),
)

SERVICE = Service(
    name="webhooks",
    kinds=(WEBHOOKS, SWITCHBOARDS, HEALTHS, NOTICES, DELIVERIES, REPLAYS),
    routes=(*WEBHOOK_ROUTES, *DELIVERY_ROUTES),
    reactions=(
        *(Reaction(event, handlers.announce, subscriber="webhooks") for event in handlers.HEARD),
        Reaction(DeliveryTried, handlers.mind_health, subscriber="webhooks"),
        Reaction(ReplayRequested, sending.replay_page, subscriber="webhooks"),
        Reaction(DeliveryReplayed, sending.replay_one, subscriber="webhooks"),
        Reaction(DeliveryDue, sending.try_delivery, subscriber="webhooks-sender", slow=True),
        Reaction(DeliveryRetried, sending.try_delivery, subscriber="webhooks-sender", slow=True),
    ),
    events=(WebhookDisabled, DeliveryDue, DeliveryTried, ReplayRequested, DeliveryReplayed),
    timers=(DeliveryRetried,),
    scopes={
        "webhooks:read": "read webhooks and their deliveries",
        "webhooks:write": "set webhooks up, test and replay them",
    },
    needs=(WebhookSender,),
)

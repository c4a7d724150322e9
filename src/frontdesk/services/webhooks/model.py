"""Webhooks: where a shop's events are sent, which of them, and until when that is worth while. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.webhooks.commands import ALL_EVENTS, CreateWebhook

MAX_WEBHOOKS = 10  # of one shop
SECRETS_AT_ONCE = 3  # that a try is signed with
ROTATION_OVERLAP = timedelta(hours=24)  # how long an old secret signs along with the new one
GIVEN_UP_AFTER = timedelta(days=5)  # of failures, without a single success


class Status(StrEnum):
    """Whether a webhook is sent to."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


class TooManyWebhooks(Rejected):
    """The shop has as many webhooks as one may have: delete one first."""


class WebhookInactive(Rejected):
    """The webhook is disabled: enable it first."""


class Secret(msgspec.Struct, frozen=True):
    """A key that tries are signed with, for ever or until a moment."""

    text: Annotated[str, SENSITIVE]
    until: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Return whether it still signs."""
        return self.until is None or now < self.until


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint of one shop. `secrets` begin with the newest. `active_since` is when it was last enabled."""

    shop_id: str
    url: str
    events: tuple[str, ...]
    description: str
    secrets: tuple[Secret, ...]
    created_at: datetime
    active_since: datetime
    status: Status = Status.ACTIVE
    disabled_at: datetime | None = None
    reason: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it is sent to."""
        return self.status is Status.ACTIVE

    def good_secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign now, newest first."""
        return [secret.text for secret in self.secrets if secret.is_good(now)]

    def rotated(self, secret: str, now: datetime) -> "Webhook":
        """Sign with a new secret; the one before goes on for a day, so that the receiver can change over."""
        newest, *older = self.secrets
        kept = [Secret(newest.text, now + ROTATION_OVERLAP), *(old for old in older if old.is_good(now))]
        return msgspec.structs.replace(self, secrets=(Secret(secret), *kept[: SECRETS_AT_ONCE - 1]))

    def disabled(self, reason: str, now: datetime) -> "Webhook":
        """Send nothing any more. `reason` is "gone" or "failing"."""
        return msgspec.structs.replace(self, status=Status.DISABLED, disabled_at=now, reason=reason)

    def enabled(self, now: datetime) -> "Webhook":
        """Send again from now on."""
        return msgspec.structs.replace(
            self, status=Status.ACTIVE, active_since=now, disabled_at=None, reason=""
        )

    def as_created(self) -> "Webhook":
        """Return the webhook as its creation left it."""
        return self.enabled(self.created_at)

    def deleted(self) -> "Webhook":
        """Forget where to, and the secrets; what is left explains the log of deliveries."""
        return msgspec.structs.replace(self, status=Status.DELETED, url="", description="", secrets=())


class Line(msgspec.Struct, frozen=True):
    """What one webhook wants to hear."""

    webhook_id: str
    events: tuple[str, ...]
    is_active: bool = True


class Switchboard(msgspec.Struct, frozen=True):
    """All webhooks of one shop: the one thing that is read for every event. A shop without webhooks has none."""

    lines: tuple[Line, ...] = ()

    def listening(self, event: str) -> list[str]:
        """Return the ids of the webhooks that want an event."""
        return [
            line.webhook_id
            for line in self.lines
            if line.is_active and (event in line.events or ALL_EVENTS in line.events)
        ]

    def added(self, id: str, events: tuple[str, ...]) -> "Switchboard":
        """Connect a webhook. Raises TooManyWebhooks."""
        if len(self.lines) >= MAX_WEBHOOKS:
            raise TooManyWebhooks(limit=MAX_WEBHOOKS)
        return Switchboard((*self.lines, Line(id, events)))

    def switched(self, id: str, *, on: bool) -> "Switchboard":
        """Let a webhook hear, or not."""
        return Switchboard(
            tuple(Line(x.webhook_id, x.events, on) if x.webhook_id == id else x for x in self.lines)
        )

    def removed(self, id: str) -> "Switchboard":
        """Take a webhook off."""
        return Switchboard(tuple(line for line in self.lines if line.webhook_id != id))


class Health(msgspec.Struct, frozen=True):
    """How tries of one webhook have ended. Right in whatever order they are told, and however often."""

    last_success: datetime | None = None
    last_failure: datetime | None = None
    failing_since: datetime | None = None

    def after(self, at: datetime, *, delivered: bool) -> "Health":
        """Take in how a try ended."""
        success, failure, since = self.last_success, self.last_failure, self.failing_since
        if delivered:
            success = max(at, success or at)
            if (
                since is not None and since <= success
            ):  # known failures after it keep the streak, at its latest
                since = failure if failure is not None and failure > success else None
        else:
            failure = max(at, failure or at)
            if success is None or at > success:
                since = min(at, since or at)
        return Health(success, failure, since)

    def is_hopeless(self, at: datetime, active_since: datetime) -> bool:
        """Return whether a webhook has failed for days on end, counted from when it was last enabled."""
        if self.failing_since is None:
            return False
        return at - max(self.failing_since, active_since) >= GIVEN_UP_AFTER


WEBHOOKS = Kind("webhook", Webhook, as_created=Webhook.as_created)
SWITCHBOARDS = Kind("webhook_switchboard", Switchboard, often_read=True)  # under the id of the shop
HEALTHS = Kind(
    "webhook_health", Health
)  # under the id of the webhook, whose own record must not change all the time


def new_webhook(
    shop_id: str, wish: CreateWebhook, secret: str, now: datetime, *, fault: str, known: Collection[str]
) -> Webhook:
    """Accept an endpoint. `fault` is what the sender has against its URL. Raises Invalid with every fault at once."""
    faults = [Fault("/url", fault, _ADVICE.get(fault, "Send nothing there."))] if fault else []
    faults += [
        Fault(f"/events/{place}", "unknown_event", "There is no such event.")
        for place, event in enumerate(wish.events)
        if event != ALL_EVENTS and event not in known
    ]
    if faults:
        raise Invalid(tuple(faults))
    return Webhook(
        shop_id=shop_id,
        url=wish.url,
        events=tuple(dict.fromkeys(wish.events)),
        description=wish.description or "",
        secrets=(Secret(secret),),
        created_at=now,
        active_since=now,
    )


_ADVICE = {
    "wrong_format": "Must be a URL with a host, and without user and password.",
    "https_only": "Must begin with https://.",
    "forbidden_address": "Must be an address that everybody can reach.",
}

"""What webhooks tells: everybody when an endpoint is given up, itself when something is to be sent."""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event


class WebhookDisabled(Event, frozen=True, kw_only=True):
    """Nothing is sent to a webhook any more until its owner enables it. `reason`: "gone" or "failing"."""

    NAME: ClassVar[str] = "Webhook Disabled"
    webhook_id: str
    shop_id: str
    reason: str
    disabled_at: datetime


class DeliveryDue(Event, frozen=True, kw_only=True):
    """A delivery is to be tried now. One whose `ticket` is no longer the delivery's own comes too late."""

    NAME: ClassVar[str] = "Delivery Due"
    delivery_id: str
    ticket: int


class DeliveryRetried(DeliveryDue, frozen=True, kw_only=True):
    """The pause after a failed try is over."""

    NAME: ClassVar[str] = "Delivery Retried"


class DeliveryTried(Event, frozen=True, kw_only=True):
    """A delivery was tried. `gone`: its receiver wants nothing more."""

    NAME: ClassVar[str] = "Delivery Tried"
    webhook_id: str
    tried_at: datetime
    delivered: bool
    gone: bool


class ReplayRequested(Event, frozen=True, kw_only=True):
    """Another page of a replay is to be gone through."""

    NAME: ClassVar[str] = "Replay Requested"
    replay_id: str
    page: int


class DeliveryReplayed(Event, frozen=True, kw_only=True):
    """A delivery is to begin again, because a replay came across it."""

    NAME: ClassVar[str] = "Delivery Replayed"
    delivery_id: str

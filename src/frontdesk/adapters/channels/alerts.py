"""Rooms where a desk's own people sit: Slack and Teams, by the webhook of one room. The webhook's URL is its secret.

Sources: Slack, "Sending messages using incoming webhooks" (200 "ok"; 400, 403, 404 and 410 with a word; 429 with
Retry-After). Microsoft, "Create incoming webhooks with Workflows for Microsoft Teams" (an Adaptive Card of at most
28 KB; 202): Teams' own webhooks, of Microsoft 365 connectors, have been retired.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from frontdesk.adapters.channels.http import Answer, Provider
from frontdesk.adapters.channels.settings import Secret
from frontdesk.channels import Failure, Outcome, Outgoing

TEXT = 20_000  # characters: less than either takes, whatever they are
_TOO_MANY, _FAULTS = 429, 500
_TAKEN = range(200, 300)
_WORD = re.compile(rb"[a-z_]{3,40}")  # how Slack says why, and nothing else it may say
_OUR_FAULT = (400, 413)  # the message; anything else is the webhook


class Alerts:
    """One room."""

    def __init__(
        self,
        url: Secret,
        wording: Callable[[Outgoing], dict[str, Any]],
        provider: Provider | None = None,
    ) -> None:
        self._url = url
        self._wording = wording
        self._provider = provider or Provider("alerts")

    async def send(self, message: Outgoing) -> Outcome:
        """Send a message. Raises Conflict while too many are on their way."""
        if len(message.text) > TEXT:
            return Outcome(failure=Failure.CHANNEL, code="too_long")
        body = msgspec.json.encode(self._wording(message))
        answer = await self._provider.post(self._url.value, {"content-type": "application/json"}, body)
        return _outcome(answer, message.id)


def slack(message: Outgoing) -> dict[str, Any]:
    """Return a message for Slack, in which three characters are more than they seem."""
    text = f"{message.subject}\n{message.text}" if message.subject else message.text
    return {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}


def teams(message: Outgoing) -> dict[str, Any]:
    """Return a message for Teams: a card with a headline and a line for each line."""
    headline = [_line(message.subject, weight="Bolder", size="Medium")] if message.subject else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*headline, *(_line(text) for text in message.text.splitlines() if text.strip())],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _line(text: str, **more: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _outcome(answer: Answer, id: str) -> Outcome:
    if answer.status in _TAKEN:
        return Outcome(provider_id=id)  # neither has an id of its own for us
    if answer.lost == "certificate":
        return Outcome(failure=Failure.CONFIGURATION, code=answer.lost)
    if not answer.status or answer.status == _TOO_MANY or answer.status >= _FAULTS:
        code = answer.lost or f"http_{answer.status}"
        return Outcome(failure=Failure.LATER, code=code, retry_after=answer.retry_after)
    word = _WORD.fullmatch(answer.body.strip())
    failure = Failure.CHANNEL if answer.status in _OUR_FAULT else Failure.CONFIGURATION
    return Outcome(failure=failure, code=word[0].decode() if word else f"http_{answer.status}")

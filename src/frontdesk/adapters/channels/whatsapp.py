"""WhatsApp, by the Cloud API of Meta: one POST for each message.

The API knows no idempotency key. Where the answer to a try is lost, the message may be on its way all the same, so the
next try waits a minute: by then a webhook has told, with our own id, if it went out.
"""

from collections.abc import Mapping

import msgspec

from frontdesk.adapters.channels import whatsapp_wording
from frontdesk.adapters.channels.http import Answer, Provider
from frontdesk.adapters.channels.settings import WhatsAppSettings
from frontdesk.adapters.channels.whatsapp_errors import meaning
from frontdesk.channels import Failure, Outcome, Outgoing
from frontdesk.phones import number_in

PAUSE_AFTER_SILENCE = 60  # seconds
_OK = 200


class _Taken(msgspec.Struct, frozen=True):
    id: str


class _Error(msgspec.Struct, frozen=True):
    code: int = -1


class _Document(msgspec.Struct, frozen=True):
    """What the API answers, as far as it matters here."""

    messages: tuple[_Taken, ...] = ()
    error: _Error | None = None


class WhatsApp:
    """Sends from one number of the desk."""

    def __init__(self, settings: WhatsAppSettings, provider: Provider | None = None) -> None:
        self._url = f"{settings.url}/{settings.version}/{settings.phone_id}/messages"
        self._token = settings.token
        self._languages: Mapping[str, str] = settings.languages
        self._provider = provider or Provider("whatsapp")

    async def send(self, message: Outgoing) -> Outcome:
        """Send a message. Raises Conflict while too many are on their way."""
        if not number_in(message.to):
            return Outcome(failure=Failure.ADDRESS, code="not_a_number")
        body = whatsapp_wording.body(message, self._languages)
        if body is None:
            return Outcome(failure=Failure.CHANNEL, code="too_long")
        headers = {
            "authorization": f"Bearer {self._token.value}",
            "content-type": "application/json",
            "accept": "application/json",
        }
        return _outcome(await self._provider.post(self._url, headers, msgspec.json.encode(body)))


def _outcome(answer: Answer) -> Outcome:
    if answer.lost == "unanswered":
        return _silence()
    if answer.lost:
        return Outcome(failure=Failure.LATER, code=answer.lost)
    try:
        found = msgspec.json.decode(answer.body, type=_Document)
    except msgspec.DecodeError:
        found = _Document()
    if answer.status == _OK:
        return Outcome(provider_id=found.messages[0].id) if found.messages else _silence()
    code = found.error.code if found.error else -1
    return Outcome(
        failure=meaning(code, answer.status),
        code=str(code) if code >= 0 else f"http_{answer.status}",
        retry_after=answer.retry_after,
    )


def _silence() -> Outcome:
    return Outcome(failure=Failure.LATER, code="unanswered", retry_after=PAUSE_AFTER_SILENCE)

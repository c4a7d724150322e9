"""The outside parties of a Lambda function: what its handlers ask for, made when one of them first does.

They are made by the name of the port, and each is imported where it is made: to import a port is to import its service.
"""

# ruff: noqa: PLC0415 - see above

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from frontdesk.kernel.callers import DESK

if TYPE_CHECKING:
    from frontdesk.adapters.aws.keys import ParameterKeys
    from frontdesk.adapters.notifier.handing_over import Ask
    from frontdesk.adapters.tokens.tokens import Tokens
    from frontdesk.bootstrap_aws import Stage

IDENTITY = "identity"  # the service that signs people and clients in
LETTERS = "desk:people"  # on whose behalf letters about accounts are sent: nobody is granted to read them
SENDER = "notifications-http"  # the function that takes messages to people over

Make = Callable[["Stage"], Any]


class Providers(Mapping[type, Any]):
    """Outside parties by port, each made when a handler first asks for it."""

    def __init__(self, stage: "Stage", ports: Iterable[type]) -> None:
        self._stage = stage
        self._make = {port: _MAKERS[port.__name__] for port in ports}
        self._made: dict[type, Any] = {}

    def __getitem__(self, port: type) -> Any:
        """Return the one that fulfils a port. Raises KeyError."""
        if port not in self._made:
            self._made[port] = self._make[port](self._stage)
        return self._made[port]

    def __iter__(self) -> Iterator[type]:
        """Yield the ports."""
        return iter(self._make)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._make)


def _keys(stage: "Stage", place: str = "keys") -> "ParameterKeys":
    from frontdesk.adapters.aws.keys import ParameterKeys
    from frontdesk.adapters.aws.parameters import Parameters

    return ParameterKeys(Parameters(stage.client), stage.names.parameter(place), stage.clock)


def _passwords(_: "Stage") -> Any:
    from frontdesk.adapters.passwords.argon2 import Argon2Passwords, here

    return Argon2Passwords(here)


def _seals(stage: "Stage") -> Any:
    from frontdesk.adapters.tokens.seals import KeyedSeals

    # Who signs nobody in must not see what signs tokens: their secret lies elsewhere.
    return KeyedSeals(_keys(stage, "keys" if stage.function.service == IDENTITY else "seals"))


def _messenger(stage: "Stage") -> Any:
    ask = _sender(stage)
    if ask is None:
        return _outbox(stage)
    from frontdesk.adapters.notifier.handing_over import LettersHandedOver

    return LettersHandedOver(ask, LETTERS)


def _notifier(stage: "Stage") -> Any:
    ask = _sender(stage)
    if ask is None:
        from frontdesk.adapters.notifier.written import WrittenDown

        return WrittenDown(_outbox(stage).send)
    from frontdesk.adapters.notifier.handing_over import HandedOver

    return HandedOver(ask)


def _outbox(stage: "Stage") -> Any:
    from frontdesk.adapters.outbox.kept import KeptOutbox

    return KeptOutbox(stage.store(stage.function.service), stage.clock)


def _sender(stage: "Stage") -> "Ask | None":
    """Return what asks the function that sends messages to people, None where none is deployed."""
    if all(function.name != SENDER for function in stage.manifest.deployment.functions):
        return None
    from frontdesk.adapters.aws.functions import LambdaFunction

    function = LambdaFunction(stage.client, stage.names.function(SENDER))

    async def ask(key: str, body: Mapping[str, Any]) -> tuple[int, str]:
        asked = {"operation": "send_message", "subject": DESK.subject, "scopes": ["messages:send"]}
        answer = function.invoke({**asked, "key": key, "body": body})
        return answer["status"], answer["body"].get("code", "")

    return ask


def _channels(stage: "Stage") -> Any:
    from frontdesk.adapters.aws.text_messages import TextMessages
    from frontdesk.adapters.channels.desk import DeskChannels
    from frontdesk.adapters.channels.outbox import LoggedOutbox
    from frontdesk.adapters.channels.renewing import Renewed, RenewedChannels
    from frontdesk.adapters.channels.settings import ChannelSettings, SmsSettings

    def publisher(sms: SmsSettings) -> TextMessages:
        return TextMessages(stage.once(sms.region), sms.sender)

    def made(said: ChannelSettings) -> DeskChannels:
        return DeskChannels(said, publisher=publisher, outbox=LoggedOutbox)

    return RenewedChannels(Renewed(_channel_values(stage), made, stage.clock))


def _ear(stage: "Stage") -> Any:
    from frontdesk.adapters.channels.desk import DeskEar
    from frontdesk.adapters.channels.renewing import Renewed, RenewedEar

    return RenewedEar(Renewed(_channel_values(stage), lambda said: DeskEar(said.whatsapp), stage.clock))


def _channel_values(stage: "Stage") -> Callable[[], Mapping[str, str]]:
    from frontdesk.adapters.aws.parameters import Parameters

    return lambda: Parameters(stage.client).under(stage.names.parameter("channels"))


def _withdrawals(stage: "Stage") -> Any:
    from frontdesk.adapters.tokens.withdrawn import NotedWithdrawals
    from frontdesk.services.identity.acts import KNOWN_FOR, reach_of

    store = stage.store(IDENTITY)
    return NotedWithdrawals(store, stage.clock, lambda name: KNOWN_FOR[reach_of(name)], _send)


def _send(work: Coroutine[Any, Any, Any]) -> None:
    """Run what never suspends."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise RuntimeError("a store of AWS does not suspend")


def _webhook_sender(stage: "Stage") -> Any:
    from frontdesk.adapters.http_sender.sender import HttpSender

    return HttpSender(stage.settings.webhook_networks)


def tokens(stage: "Stage") -> "Tokens":
    """Return the issuer of a stage, making its keys the first time."""
    from frontdesk.adapters.tokens.keys import KeyRing
    from frontdesk.adapters.tokens.tokens import Tokens

    ring = KeyRing(_keys(stage), stage.clock)
    return Tokens(ring, issuer=stage.settings.issuer, clock=stage.clock, chance=stage.chance)


_MAKERS: Mapping[str, Make] = {
    "Passwords": _passwords,
    "Seals": _seals,
    "Messenger": _messenger,
    "SigningKeys": tokens,
    "Withdrawals": _withdrawals,
    "Notifier": _notifier,
    "Channels": _channels,
    "InboundVerifier": _ear,
    "Site": lambda stage: stage.settings,
    "WebhookSender": _webhook_sender,
}

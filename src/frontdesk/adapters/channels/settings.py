"""What an operator says about the channels: names and values, the same on one machine and on AWS.

On one machine they are the environment (FRONTDESK_WHATSAPP_TOKEN, or the file that FRONTDESK_WHATSAPP_TOKEN_FILE
names), on AWS encrypted parameters of the stage (/frontdesk-dev/channels/WHATSAPP_TOKEN). Here is no prefix any more.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from frontdesk.adapters.channels.urls import THIS_MACHINE, is_safe
from frontdesk.phones import is_number

GRAPH = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"  # of 2026-07-29; Meta keeps each for about two years
LANGUAGES: dict[str, str] = {"pt": "pt_BR"}  # Meta has no template in plain Portuguese
_MAILBOX = re.compile(r"[^\s@<>]+@[^\s@<>]+>?$")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class ChannelSettingsError(Exception):
    """What is said about a channel is not enough, or cannot be. The message names settings, and quotes no value."""


class Secret:
    """A value that is shown to nobody by oversight."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        """Say that there is one, and no more."""
        return "Secret(…)"


class WhatsAppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the desk at Meta. `secrets` sign webhooks: two of them while one is being replaced."""

    phone_id: str
    token: Secret
    secrets: tuple[Secret, ...]
    verify: Secret
    version: str = GRAPH_VERSION
    url: str = GRAPH
    languages: Mapping[str, str] = msgspec.field(default_factory=LANGUAGES.copy)


class SmtpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The server that takes mail. `security`: "starttls", "tls" from the first byte, or "none"."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: Secret = Secret("")


class SmsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Text messages by SNS. `sender` is a name of up to 11 letters, where a country allows one, or a number."""

    region: str = ""
    sender: str = ""


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Every channel that is set up. `alerts` are the addresses of webhooks, by channel: "slack", "teams"."""

    whatsapp: WhatsAppSettings | None = None
    email: SmtpSettings | None = None
    sms: SmsSettings | None = None
    alerts: Mapping[str, Secret] = {}


def read(found: Mapping[str, str]) -> ChannelSettings:
    """Return what these values say. Raises ChannelSettingsError."""
    alerts = {
        name: Secret(_url(found, f"{name.upper()}_WEBHOOK"))
        for name in ("slack", "teams")
        if found.get(f"{name.upper()}_WEBHOOK")
    }
    return ChannelSettings(whatsapp=_whatsapp(found), email=_email(found), sms=_sms(found), alerts=alerts)


def _whatsapp(found: Mapping[str, str]) -> WhatsAppSettings | None:
    needs = ("WHATSAPP_PHONE_ID", "WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
    if not _complete(found, needs):
        return None
    phone_id, token, secrets, verify = (found[name].strip() for name in needs)
    if not phone_id.isdigit() or not phone_id.isascii():
        raise ChannelSettingsError(
            "WHATSAPP_PHONE_ID is the number's id at Meta: digits, and not the number."
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ChannelSettingsError("WHATSAPP_TOKEN has characters that no token has.")
    return WhatsAppSettings(
        phone_id=phone_id,
        token=Secret(token),
        secrets=tuple(Secret(secret) for secret in secrets.split()),
        verify=Secret(verify),
        version=found.get("WHATSAPP_VERSION") or GRAPH_VERSION,
        url=_url(found, "WHATSAPP_URL", GRAPH),
        languages=_languages(found.get("WHATSAPP_LANGUAGES", "")),
    )


def _languages(text: str) -> Mapping[str, str]:
    """Read "es=es_MX pt=pt_BR"."""
    pairs = [pair.partition("=") for pair in text.replace(",", " ").split()]
    if not all(ours and theirs for ours, _, theirs in pairs):
        raise ChannelSettingsError('WHATSAPP_LANGUAGES is like "es=es_MX pt=pt_BR".')
    return {**LANGUAGES, **{ours: theirs for ours, _, theirs in pairs}}


def _email(found: Mapping[str, str]) -> SmtpSettings | None:
    if not _complete(found, ("SMTP_HOST", "SMTP_FROM")):
        return None
    host, security = found["SMTP_HOST"], found.get("SMTP_SECURITY") or "starttls"
    if security not in _PORTS:
        raise ChannelSettingsError(f"SMTP_SECURITY is one of {', '.join(_PORTS)}.")
    if not _MAILBOX.search(found["SMTP_FROM"]):
        raise ChannelSettingsError(
            'SMTP_FROM is an address: "citas@example.org", or "Clínica <citas@example.org>".'
        )
    user, password = found.get("SMTP_USER", ""), found.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise ChannelSettingsError("SMTP_USER and SMTP_PASSWORD go together.")
    if not (user + password).isascii():
        raise ChannelSettingsError(
            "SMTP_USER and SMTP_PASSWORD have ASCII characters only: Python sends no others."
        )
    if user and security == "none" and host not in THIS_MACHINE:
        raise ChannelSettingsError("SMTP_SECURITY=none would show the password to the network.")
    return SmtpSettings(
        host=host,
        sender=found["SMTP_FROM"],
        port=_port(found.get("SMTP_PORT", ""), _PORTS[security]),
        security=security,
        user=user,
        password=Secret(password),
    )


def _port(text: str, usual: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ChannelSettingsError("SMTP_PORT is a port.")
    return int(text)


def _sms(found: Mapping[str, str]) -> SmsSettings | None:
    provider, sender = found.get("SMS", ""), found.get("SMS_SENDER", "")
    if not provider:
        return None
    if provider != "sns":
        raise ChannelSettingsError('SMS is "sns", there is no other way yet.')
    if sender and not is_number(sender) and not (sender.isascii() and sender.isalnum() and len(sender) <= 11):  # noqa: PLR2004 - of a name, by SNS
        raise ChannelSettingsError(
            "SMS_SENDER is a number like +525512345678, or up to 11 letters and digits."
        )
    return SmsSettings(region=found.get("SMS_REGION", ""), sender=sender)


def _complete(found: Mapping[str, str], needs: tuple[str, ...]) -> bool:
    """Return whether all of it is there, False for nothing of it. Raises ChannelSettingsError in between."""
    missing = [name for name in needs if not found.get(name, "").strip()]
    if missing and len(missing) < len(needs):
        raise ChannelSettingsError(f"Also needed: {', '.join(missing)}.")
    return not missing


def _url(found: Mapping[str, str], name: str, usual: str = "") -> str:
    url = (found.get(name) or usual).strip().rstrip("/")
    if not is_safe(url) or urlsplit(url).fragment:
        raise ChannelSettingsError(f"{name} is a URL that begins with https://.")
    return url

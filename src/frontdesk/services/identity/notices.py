"""Messages with a link, by which somebody proves that an address is theirs and chooses a password.

Signing up and having forgotten the password are the same: one asks for a link. What the message says depends on
whether there is an account; what the website says does not. Nothing of the link's token is kept: it is the notice's id
and a seal over it (an HMAC of 256 bits, over an id with 80 random ones).
"""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.identity.logins import Seal

LINK_LIVES = timedelta(minutes=30)
ONE_IN = timedelta(minutes=1)  # messages to one address, and no more


class Language(StrEnum):
    """The languages of messages and pages."""

    ENGLISH = "en"
    SPANISH = "es"


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `return_to` is what the person was about to do: the query of an authorization request."""

    address: Annotated[str, SENSITIVE]
    is_known: bool
    language: Language
    asked_at: datetime
    return_to: str = ""
    sent_at: datetime | None = None
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether its link still leads somewhere."""
        return self.used_at is None and now - self.asked_at < LINK_LIVES

    def sent(self, now: datetime) -> "Notice":
        """Be on its way."""
        return msgspec.structs.replace(self, sent_at=now)

    def used(self, now: datetime) -> "Notice":
        """Lead nowhere any more."""
        return msgspec.structs.replace(self, used_at=now)

    def text(self, site: str, token: str) -> tuple[str, str]:
        """Return the subject and the text of the message, for a desk that is reached at `site`."""
        subject, text = _TEXTS[self.language, self.is_known]
        minutes = int(LINK_LIVES.total_seconds()) // 60
        return subject, text.format(link=f"{site}/account/password?token={token}", minutes=minutes)


NOTICES = Kind("notice", Notice)

_OPEN_EN = (
    "Somebody, perhaps you, asked for an account with this address.\n\n"
    "To open it, choose a password here within {minutes} minutes:\n\n{link}\n\n"
    "If it was not you, there is nothing to do: without the link no account comes about.\n"
)
_CHANGE_EN = (
    "Somebody, perhaps you, asked to sign up or for a new password with this address.\n"
    "You have an account. If you know your password, just sign in.\n\n"
    "To choose a new one, use this link within {minutes} minutes:\n\n{link}\n\n"
    "If it was not you, there is nothing to do: your password stays as it is.\n"
)
_OPEN_ES = (
    "Alguien, quizá usted, ha pedido una cuenta con esta dirección.\n\n"
    "Para abrirla, elija una contraseña aquí antes de {minutes} minutos:\n\n{link}\n\n"
    "Si no ha sido usted, no tiene que hacer nada: sin el enlace no se abre ninguna cuenta.\n"
)
_CHANGE_ES = (
    "Alguien, quizá usted, ha querido registrarse o cambiar la contraseña con esta dirección.\n"
    "Usted ya tiene una cuenta. Si recuerda su contraseña, basta con iniciar sesión.\n\n"
    "Para elegir una nueva, use este enlace antes de {minutes} minutos:\n\n{link}\n\n"
    "Si no ha sido usted, no tiene que hacer nada: su contraseña sigue siendo la misma.\n"
)
_TEXTS = {
    (Language.ENGLISH, False): ("Finish signing up", _OPEN_EN),
    (Language.ENGLISH, True): ("Choose a new password", _CHANGE_EN),
    (Language.SPANISH, False): ("Termine de registrarse", _OPEN_ES),
    (Language.SPANISH, True): ("Elija una contraseña nueva", _CHANGE_ES),
}


def link_token(notice_id: str, seal: Seal) -> str:
    """Return the token in a notice's link."""
    return f"{notice_id}.{seal('link', notice_id)}"


def notice_of(token: str, seal: Seal) -> str | None:
    """Return the notice that a link's token is from, None when we never made it."""
    notice_id, _, _ = token.partition(".")
    return notice_id if hmac.compare_digest(link_token(notice_id, seal).encode(), token.encode()) else None

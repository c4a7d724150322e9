"""Links: whoever holds the token of a message may answer it, and nothing else. Pure.

A token has 132 bits that only the desk's key makes of the message's id: a message that is sent again has the same one,
and nobody can guess it. Only its digest is kept, as the id of what it may be used for.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from frontdesk.channels import token_id
from frontdesk.kernel.kinds import Index, Kind

TOKEN_CHARS = 22  # of base 64: six bits each

Seal = Callable[[str, str], str]


class Scope(StrEnum):
    """What a link may be used for. On the link of an offer, to confirm is to accept and to cancel is to decline."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    BOOK = "book"  # another visit, like the one that it is about, at `start`


ABOUT_IT = (Scope.CONFIRM, Scope.CANCEL, Scope.RESCHEDULE)  # what can be said of a visit


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the token of one message is good for. `start` is the time that the message spoke of.

    `offer_id` is the waiting list's offer that the message made, if it made one. `books` is the appointment that is
    made of the time, if it is chosen: the same for all times of one message.
    """

    clinic_id: str
    appointment_id: str
    patient_id: str
    start: datetime
    dies_at: datetime
    language: str
    scopes: tuple[Scope, ...] = ABOUT_IT
    offer_id: str = ""
    books: str = ""

    def lives(self, now: datetime) -> bool:
        """Return whether it leads anywhere still."""
        return now < self.dies_at


LINKS = Kind(
    "answer_link",
    Link,
    indexes=(
        Index("by_patient", lambda link: link.patient_id or None, lambda link: link.dies_at.isoformat()),
    ),
)

LETTERS = {Scope.CONFIRM: "c", Scope.CANCEL: "x", Scope.RESCHEDULE: "r", Scope.BOOK: "b"}
SCOPES = {letter: scope for scope, letter in LETTERS.items()}


def token_of(message_id: str, seal: Seal) -> str:
    """Return the token of the message with this id, always the same one."""
    return seal("answer-link", message_id)[:TOKEN_CHARS]


def link_id(token: str) -> str:
    """Return what is kept of a token: where its link is found. A pressed button is told by the same digest."""
    return token_id(token)


def page_of(site: str, token: str) -> str:
    """Return the address of the page behind a link, for a desk that is reached at `site`."""
    return f"{site}/answers?t={token}"


def payload(scope: Scope, token: str) -> str:
    """Return what a button brings back: `c:TOKEN`, `x:TOKEN`, `r:TOKEN`, `b:TOKEN`."""
    return f"{LETTERS[scope]}:{token}"

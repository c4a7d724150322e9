"""The audit: who did what about whom, and when. Ids only; no address, no secret, no token.

And withdrawals: what verifiers of access tokens load when they start, so that a restart lets nobody back in.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity.admissions import MACHINE_TOKEN_LIVES
from frontdesk.services.identity.events import AdmissionWithdrawn

FOR_EVER = 2**63 - 1  # a generation that no token reaches
LONGEST_TOKEN = timedelta(days=30)  # what `frontdesk token` may give at most


class What(StrEnum):
    """What was done."""

    ACCOUNT_OPENED = "account opened"
    ACCOUNT_CLOSED = "account closed"
    LINK_ASKED_FOR = "link asked for"
    PASSWORD_SET = "password set"  # noqa: S105 - the name of an act
    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGNED_OUT = "signed out"
    LOGIN_REVOKED = "login revoked"
    CODE_REUSED = "code used twice"
    REFRESH_REUSED = "refresh token used twice"
    TOKEN_REVOKED = "token revoked"  # noqa: S105 - as above
    CLIENT_REGISTERED = "client registered"
    CLIENT_REVOKED = "client revoked"
    CLIENT_CAME = "client came"
    CLIENT_FAILED = "client failed to prove itself"
    SECRET_ADDED = "secret added"  # noqa: S105 - as above
    ROLE_GRANTED = "role granted"
    ROLE_TAKEN = "role taken away"
    KEYS_ROTATED = "signing keys rotated"


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was done: by whom, about whom ("" where nobody is known by that name)."""

    what: What
    by: str
    about: str
    at: datetime
    detail: Annotated[str, SENSITIVE] = ""  # may hold a reason, which somebody wrote freely


ACTS = Kind(
    "act",
    Act,
    indexes=(
        Index("all", lambda _: "all", lambda act: sortable(act.at)),
        Index("about", lambda act: act.about or None, lambda act: sortable(act.at)),
    ),
)


class Withdrawal(msgspec.Struct, frozen=True):
    """Access tokens that name this and are of a lower generation are refused."""

    name: str
    generation: int
    at: datetime


class Reach(StrEnum):
    """How long a withdrawal has to be known: as long as the longest token that may name the same."""

    LASTING = "lasting"  # of a subject: whoever runs the desk may have made a token of 30 days for it
    BRIEF = "brief"  # of one login or one token


KNOWN_FOR = {Reach.LASTING: LONGEST_TOKEN, Reach.BRIEF: MACHINE_TOKEN_LIVES}
WITHDRAWALS = Kind(
    "withdrawal",
    Withdrawal,
    indexes=(Index("recent", lambda one: reach_of(one.name), lambda one: sortable(one.at)),),
)


def reach_of(name: str) -> Reach:
    """Return how long it must be known that tokens of this name are refused."""
    return Reach.LASTING if name.startswith(("usr_", "cli_")) else Reach.BRIEF


def act(unit: Unit, what: What, about: str, detail: str = "", *, by: str = "") -> Stored[Act]:
    """Return a line of the audit, to be committed with what it tells. Done by the caller, if by nobody else."""
    return ACTS.new(unit.new_id("aud"), Act(what, by or unit.caller.subject, about, unit.now, detail))


def withdrawal(
    unit: Unit, name: str, generation: int = FOR_EVER
) -> tuple[Stored[Withdrawal], AdmissionWithdrawn]:
    """Return what ends the access tokens of `name`, and the event that tells it."""
    one = WITHDRAWALS.new(unit.new_id("wdr"), Withdrawal(name, generation, unit.now))
    return one, AdmissionWithdrawn(name=name, generation=generation)

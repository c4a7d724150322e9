"""Clients, as OAuth 2 calls the programs that ask for tokens: a partner's system, a device, our own website. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.identity.accounts import changed_grants

LIVE_SECRETS = 2  # at once: the new one is brought out before the old one goes
SECRET_BYTES = 32
# RFC 8252, 7: https anywhere; http on this machine alone; a scheme of one's own, named for a domain (it has a dot).
_REDIRECT = re.compile(
    r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[^\s?#\\]*)?(\?[^\s#\\]*)?"
    r"|http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?(/[^\s?#\\]*)?(\?[^\s#\\]*)?"
    r"|(?!https?:)[a-z][a-z0-9+-]*\.[a-z0-9+.-]*:/[^\s#\\]*",
    re.ASCII,
)


class Secret(msgspec.Struct, frozen=True):
    """What is kept of a secret of 256 random bits. A fast hash is right for it: there is nothing to guess."""

    digest: str
    made_at: datetime


class Registration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One client. With `redirect_uris` people sign in through it; with secrets it signs in as itself.

    `shown` is a fresh secret on its way to the one answer that shows it; it is never stored.
    """

    name: str
    registered_at: datetime
    registered_by: str
    scopes: tuple[str, ...] = ()
    grants: Mapping[str, str] = {}
    redirect_uris: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    generation: int = 1
    revoked_at: datetime | None = None
    shown: str = ""

    @property
    def is_live(self) -> bool:
        """Whether it may ask for anything."""
        return self.revoked_at is None

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret: an app, a page in a browser. It proves itself by PKCE alone."""
        return not self.secrets

    def reach(self) -> tuple[str, ...]:
        """Return every scope that it may have. A role says where, and adds none: a program has the least it needs."""
        return self.scopes

    def knows(self, secret: str) -> bool:
        """Return whether this is one of its secrets."""
        digest = digest_of(secret)
        found = [hmac.compare_digest(digest, kept.digest) for kept in self.secrets]
        return any(found)

    def with_secret(self, secret: str, now: datetime, *, alone: bool) -> "Registration":
        """Take one more secret; the oldest of three goes, or, with `alone`, every other."""
        kept = () if alone else self.secrets[-(LIVE_SECRETS - 1) :]
        return msgspec.structs.replace(self, secrets=(*kept, Secret(digest_of(secret), now)))

    def revoked(self, now: datetime) -> "Registration":
        """Let it ask for nothing more. Revoking again changes nothing."""
        if not self.is_live:
            return self
        return msgspec.structs.replace(self, revoked_at=now, generation=self.generation + 1)

    def granted(self, place: str, role: str | None) -> "Registration":
        """Have this role at a place, or none there. Raises TooManyGrants. Less than before ends present tokens."""
        before = self.grants.get(place)
        generation = self.generation + (before is not None and before != role)
        grants = changed_grants(self.grants, place, role)
        return msgspec.structs.replace(self, grants=grants, generation=generation)


REGISTRATIONS = Kind(
    "registration",
    Registration,
    indexes=(Index("all", lambda _: "all", lambda client: sortable(client.registered_at)),),
    often_read=True,
)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_redirects(uris: Sequence[str]) -> None:
    """Refuse addresses to which a code must not be sent. Raises Invalid, naming every one."""
    advice = "Must be an https address, http on this machine, or a scheme of your own (com.example.app:/...)."
    faults = [
        Fault(f"/redirect_uris/{place}", "unsafe_redirect", advice)
        for place, uri in enumerate(uris)
        if not _REDIRECT.fullmatch(uri)
    ]
    if faults:
        raise Invalid(tuple(faults))

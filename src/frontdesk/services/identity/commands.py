"""What may be asked of identity: over the API as JSON (`Body`), the rest by the pages and endpoints of OAuth 2."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import Body, Email, Note, PersonName, Subject, Title
from frontdesk.services.identity.accounts import MAX_GRANTS
from frontdesk.services.identity.notices import Language
from frontdesk.services.identity.scopes import Place, RoleName, Scope

MAX_SCOPES = 40
MAX_REDIRECT_URIS = 10

# NIST SP 800-63B, 3.1.1.2: long enough, any characters, no rules of composition.
Password = Annotated[str, Meta(min_length=10, max_length=200), SENSITIVE]
Scopes = Annotated[tuple[Scope, ...], Meta(max_length=MAX_SCOPES)]
Grants = Annotated[dict[Place, RoleName], Meta(max_length=MAX_GRANTS)]
Uri = Annotated[str, Meta(min_length=1, max_length=500)]


class OpenAccount(Body, frozen=True):
    """Open an account for somebody. Without a password they are sent a link to choose one."""

    email: Email
    name: PersonName | None = None
    password: Password | None = None
    scopes: Scopes | None = None
    grants: Grants = msgspec.field(default_factory=dict)
    language: Language = Language.ENGLISH


class RegisterClient(Body, frozen=True):
    """Register a client. Without `redirect_uris` it signs in as itself; a `public` one gets no secret."""

    name: Title
    scopes: Scopes = ()
    grants: Grants = msgspec.field(default_factory=dict)
    redirect_uris: Annotated[tuple[Uri, ...], Meta(max_length=MAX_REDIRECT_URIS)] = ()
    public: bool = False


class AddSecret(Body, frozen=True):
    """Make one more secret. Two are good at a time; with `alone` only the new one."""

    alone: bool = False


class SetRole(Body, frozen=True):
    """Give a role at a place."""

    role: RoleName


class Revoke(Body, frozen=True):
    """End something. The reason is for the audit: name nobody in it."""

    reason: Note | None = None


class SendLink(Body, frozen=True):
    """Send somebody a link to choose a new password. With `sign_out` every login of theirs ends as well."""

    language: Language = Language.ENGLISH
    sign_out: bool = True


class SignOut(Body, frozen=True):
    """End every login of an account."""


class RotateKeys(Body, frozen=True):
    """Bring out a new signing key. `at_once`: it signs from now on, and nothing signed before is trusted any more."""

    at_once: bool = False


class ListThem(Body, frozen=True):
    """All, for whoever runs the desk; with `place` those with a role there, for its owner."""

    place: Place | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ListActs(Body, frozen=True):
    """What was done; with `about` only what was done about one subject or client."""

    about: Subject | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class Proof(msgspec.Struct, frozen=True):
    """Who a client says that it is. `secret` is None where none was sent."""

    client_id: str
    secret: str | None


class AskForLink(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for a message with a link to choose a password. The answer is the same for every address."""

    address: str
    language: Language
    return_to: str = ""


class Knock(msgspec.Struct, frozen=True):
    """Announce a try to sign in. It counts before it is looked at, so nobody can try many at once."""

    address: str
    device: str


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Sign a person in at a client, for these scopes."""

    address: str
    password: str
    device: str
    new_device: str
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]


class ChoosePassword(msgspec.Struct, frozen=True):
    """Choose a password, by the token of a link."""

    token: str
    password: str


class AsItself(msgspec.Struct, frozen=True):
    """A client signs in as itself."""

    proof: Proof
    scopes: tuple[str, ...]


class RedeemCode(msgspec.Struct, frozen=True):
    """A client exchanges a code for tokens."""

    proof: Proof
    code: str
    redirect_uri: str
    verifier: str


class Refresh(msgspec.Struct, frozen=True):
    """A client wants fresh tokens."""

    proof: Proof
    refresh_token: str
    scopes: tuple[str, ...]


class RevokeToken(msgspec.Struct, frozen=True):
    """A client gives a token back. Of an access token that verified, `login_id` or `token_id` and its client."""

    proof: Proof
    refresh_token: str = ""
    login_id: str = ""
    token_id: str = ""
    client_id: str = ""

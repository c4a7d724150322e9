"""One request to an OAuth endpoint or page, read strictly; and how identity is asked about it."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import msgspec

from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Malformed, TooLarge, UnsupportedMedia
from frontdesk.kernel.http import Call, Route
from frontdesk.kernel.ports import Store
from frontdesk.services.identity.commands import Proof
from frontdesk.services.identity.ports import Seals
from frontdesk.services.identity.service import SERVICE

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 16 * 1024
FIELDS = 40
ANYBODY = Caller("anybody")  # nobody has been recognised yet


class Visit(msgspec.Struct, frozen=True):
    """One request. `fields` are the form's or the query's, without those that are empty (RFC 6749, 3.1)."""

    fields: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str
    correlation_id: str


class _Nothing(msgspec.Struct):
    """What is asked here is no route, so its answer has no shape for the API's document."""


@dataclass(frozen=True, slots=True)
class Door:
    """What every endpoint needs. `site` is where people reach the desk."""

    bus: Bus
    store: Store
    tokens: Tokens
    failures: Failures
    site: str

    async def ask(self, handle: Callable[..., Awaitable[Any]], *command: object, visit: Visit) -> Any:
        """Have identity handle a command, with re-runs after lost races. Raises FrontdeskError."""
        route = Route("POST", "", handle, _no_view, _Nothing, "", scopes=())
        call = Call(ANYBODY, {}, command, visit.correlation_id)
        return (await self.bus.ask(SERVICE, route, call, self.store)).result

    def seal(self, purpose: str, text: str) -> str:
        """Return a keyed digest. See `ports.Seals`."""
        seals: Seals = self.bus.providers[Seals]
        return seals.seal(purpose, text)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the desk by https."""
        return self.site.startswith("https:")


def _no_view(_: object) -> msgspec.Struct:
    return _Nothing()


def read_fields(text: bytes) -> dict[str, str]:
    """Return the fields of a form or a query. Raises Malformed, also when one is given twice."""
    try:
        decoded = text.decode("ascii")
        pairs = parse_qsl(decoded, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise Malformed("The fields cannot be read.") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("A field is given twice.")
    return {name: value for name, value in found.items() if value}


def check_form(body: bytes, headers: Mapping[str, str]) -> None:
    """Refuse what is no form of a usual size. Raises UnsupportedMedia, TooLarge."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise UnsupportedMedia(f"Send the body as {FORM}.")
    if len(body) > FORM_BYTES:
        raise TooLarge(limit=FORM_BYTES)


def read_cookies(header: str) -> dict[str, str]:
    """Return the cookies of a request, none when they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def read_proof(visit: Visit) -> Proof:
    """Return who a client says that it is (RFC 6749, 2.3.1). Raises Malformed when it says so in two ways."""
    header = visit.headers.get("authorization", "")
    named, secret = visit.fields.get("client_id", ""), visit.fields.get("client_secret")
    if header[:6].lower() != "basic ":
        return Proof(named, secret)
    if secret is not None:
        raise Malformed("Send the client's secret in one place.")
    try:
        text = base64.b64decode(header[6:], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Malformed("The Authorization header cannot be read.") from None
    client_id, separator, given = text.partition(":")
    proof = Proof(unquote_plus(client_id), unquote_plus(given) if separator else None)
    if named not in {"", proof.client_id}:
        raise Malformed("The header and the body name different clients.")
    return proof

"""Authorization requests: which client wants somebody to sign in, and where they are sent afterwards.

Until client and address are known to belong together, nobody is sent anywhere: the browser would be an open redirector
(RFC 9700, 4.11). After that every refusal is the client's to hear.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.html import safety_headers
from frontdesk.entrypoints.oauth.tokens import read_scopes
from frontdesk.entrypoints.oauth.visits import Door, Visit
from frontdesk.services.identity.admissions import Denial, Reason
from frontdesk.services.identity.clients import find_client
from frontdesk.services.identity.logins import is_challenge

STATE_CHARS = 500
SEE_OTHER = 303  # a POST is answered with a place to GET; the password is not sent on (RFC 9700, 4.12)
FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "prompt",
    "ui_locales",
)


class UnknownClientError(Exception):
    """No client of that id has that address."""


class Wish(msgspec.Struct, frozen=True):
    """A client that is known, at an address that is its own. `fields` are the request as it came."""

    client_id: str
    client_name: str
    redirect_uri: str
    issuer: str
    fields: Mapping[str, str]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that are wanted, none for all."""
        return read_scopes(self.fields)

    @property
    def challenge(self) -> str:
        """What the code will have to be redeemed with."""
        return self.fields.get("code_challenge", "")

    def denial(self) -> Denial | None:
        """Return what is wrong with the request, if anything."""
        fields = self.fields
        if fields.get("response_type") != "code":
            return Denial(Reason.UNSUPPORTED_RESPONSE_TYPE, "Only `code` is known.")
        if fields.get("code_challenge_method") != "S256" or not is_challenge(self.challenge):
            return Denial(Reason.INVALID_REQUEST, "A `code_challenge` of the method S256 is needed.")
        if fields.get("response_mode", "query") != "query":
            return Denial(Reason.INVALID_REQUEST, "The only `response_mode` is `query`.")
        if fields.get("prompt") == "none":
            return Denial(Reason.LOGIN_REQUIRED, "Everybody signs in here, each time.")
        return None

    def granted(self, code: str) -> Response:
        """Send the browser back with a code."""
        return self._back({"code": code})

    def refused(self, denial: Denial) -> Response:
        """Send the browser back with an error."""
        return self._back({"error": denial.reason, "error_description": denial.advice})

    def _back(self, answer: Mapping[str, str]) -> Response:
        state = self.fields.get("state")
        more = {**answer, **({"state": state} if state else {}), "iss": self.issuer}  # RFC 9207
        joint = "&" if "?" in self.redirect_uri else "?"
        location = f"{self.redirect_uri}{joint}{urlencode(more)}"
        return Response(SEE_OTHER, b"", {**safety_headers(), "location": location})


async def read_wish(door: Door, visit: Visit) -> Wish:
    """Return what a client wants. Raises UnknownClientError."""
    client_id, redirect_uri = visit.fields.get("client_id", ""), visit.fields.get("redirect_uri", "")
    client = await door.ask(find_client, client_id, visit=visit) if client_id else None
    if client is None or redirect_uri not in client.value.redirect_uris:  # compared as text: RFC 9700, 2.1
        raise UnknownClientError
    fields = {name: visit.fields[name] for name in FIELDS if name in visit.fields}
    if len(fields.get("state", "")) > STATE_CHARS:
        raise UnknownClientError
    return Wish(client_id, client.value.name, redirect_uri, door.tokens.issuer, fields)

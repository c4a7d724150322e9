"""Who is asking: what the JWT authorizer found in the token. It has verified the signature, the issuer and the expiry.

Scopes and grants come from any issuer in one of these ways:

    our own     `scope` ("orders:read orders:write"), `grants` ({"shop:corner": "owner"})
    Cognito     scopes of a resource server named `frontdesk` ("frontdesk/orders:read"); for people a group for each
                grant ("shop:corner:owner"), for machines a scope for each ("frontdesk/grant:shop:corner:staff")
    others      as our own; `scp` is read where there is no `scope`

A scope of somebody else's resource server ("billing/orders:read") is not ours, whatever follows the slash.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Unauthenticated

RESOURCE = "frontdesk/"  # how scopes of our resource server begin
GRANT = "grant:"

Event = Mapping[str, Any]


def caller_of(event: Event) -> Caller:
    """Return who is asking. Raises Unauthenticated where no authorizer let anybody in."""
    claims = claims_of(event)
    subject = claims.get("sub") or claims.get("client_id")
    if not subject:
        raise Unauthenticated
    told = frozenset(_scopes(claims))
    grants = {**_from_texts(_groups(claims)), **_from_texts(_granted(told)), **_grants(claims, event)}
    return Caller(str(subject), told, grants)


def claims_of(event: Event) -> Mapping[str, Any]:
    """Return what the authorizer found in the token, nothing where there was none."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    return (authorizer.get("jwt") or {}).get("claims") or {}


def _scopes(claims: Mapping[str, Any]) -> Iterable[str]:
    for scope in _words(claims.get("scope") or claims.get("scp") or ""):
        if "/" not in scope:
            yield scope
        elif scope.startswith(RESOURCE):
            yield scope.removeprefix(RESOURCE)


def _words(value: object) -> list[str]:
    """Return a list of words, however it was handed over: as a text, a list, or a list as a text ("[a b]")."""
    if isinstance(value, str):
        return value.removeprefix("[").removesuffix("]").replace(",", " ").split()
    return [str(one) for one in value] if isinstance(value, list) else []


def _groups(claims: Mapping[str, Any]) -> list[str]:
    return _words(claims.get("cognito:groups", ""))


def _granted(scopes: Iterable[str]) -> list[str]:
    return [scope.removeprefix(GRANT) for scope in scopes if scope.startswith(GRANT)]


def _from_texts(texts: Iterable[str]) -> dict[str, str]:
    """Return the grants that texts like "shop:corner:owner" give; other texts give none."""
    found = (text.rpartition(":") for text in texts)
    return {place: role for place, _, role in found if ":" in place and role}


def _grants(claims: Mapping[str, Any], event: Event) -> dict[str, str]:
    """Return the claim `grants`.

    The API hands nested claims over as text ("map[shop:corner:owner]") that cannot be taken apart with certainty, so
    they are read in the token itself. It is the one that was verified: the authorizer looks at this header.
    """
    value = claims.get("grants")
    if isinstance(value, str):
        value = _in_token(event)
    try:
        return msgspec.convert(value or {}, dict[str, str])
    except msgspec.ValidationError:
        return {}


def _in_token(event: Event) -> object:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    _, _, token = headers.get("authorization", "").partition(" ")
    try:
        middle = token.split(".")[1]
        payload = msgspec.json.decode(
            urlsafe_b64decode(middle + "=" * (-len(middle) % 4)), type=dict[str, Any]
        )
    except (IndexError, ValueError):  # also of base 64 and of msgspec
        return {}
    return payload.get("grants")

"""What clients and gateways look up: the issuer's description (OpenID Connect Discovery; RFC 8414) and its keys."""

from collections.abc import Iterable

import msgspec

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.visits import Door, Visit


class Discovery:
    """Two documents that anybody may read."""

    def __init__(self, door: Door, scopes: Iterable[str], *, signs_in: bool = True) -> None:
        self._door = door
        described = _issuer(door, sorted(set(scopes))) | (_ways_in(door) if signs_in else {})
        self._description = msgspec.json.encode(described)

    async def description(self, _: Visit) -> Response:
        """Answer with the issuer, and the endpoints and what they can do."""
        return Response(200, self._description)

    async def key_set(self, _: Visit) -> Response:
        """Answer with every key that is trusted, those that do not sign yet included."""
        return Response(200, msgspec.json.encode(self._door.tokens.key_set()))


def _issuer(door: Door, scopes: list[str]) -> dict[str, object]:
    return {
        "issuer": door.tokens.issuer,
        "jwks_uri": f"{door.site}/.well-known/jwks.json",
        "scopes_supported": scopes,
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _ways_in(door: Door) -> dict[str, object]:
    ways_to_prove = ["client_secret_basic", "client_secret_post", "none"]
    return {
        "authorization_endpoint": f"{door.site}/oauth/authorize",
        "token_endpoint": f"{door.site}/oauth/token",
        "revocation_endpoint": f"{door.site}/oauth/revoke",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "token_endpoint_auth_methods_supported": ways_to_prove,
        "revocation_endpoint_auth_methods_supported": ways_to_prove,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["en", "es"],
    }

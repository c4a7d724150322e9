"""What comes of asking for tokens: an admission, from which the issuer writes them, or a denial."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import msgspec

MACHINE_TOKEN_LIVES = timedelta(hours=1)
PERSON_TOKEN_LIVES = timedelta(minutes=10)  # a refresh is cheap, and what is lost with a telephone ends soon


class Reason(StrEnum):
    """Why not, in the words of RFC 6749, 4.1.2.1 and 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    LOGIN_REQUIRED = "login_required"  # OpenID Connect Core, 3.1.2.6


class Denial(msgspec.Struct, frozen=True):
    """No. `advice` is for the developer of the client; `wait_seconds` until it may be tried again."""

    reason: Reason
    advice: str
    wait_seconds: int = 0


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Yes: what the tokens are to say."""

    subject: str
    client_id: str
    scopes: tuple[str, ...]
    grants: Mapping[str, str]
    lives: timedelta
    generation: int
    login_id: str = ""
    refresh_token: str = ""

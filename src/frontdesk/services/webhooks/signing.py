"""Signatures as the Standard Webhooks specification 1.0.0 has them: HMAC-SHA256 over id, moment and body.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime

SECRET_BYTES = 32  # of chance; the specification wants 24 to 64
SECRET_PREFIX = "whsec_"  # noqa: S105 - no secret, but how one is known


def secret_of(chance: bytes) -> str:
    """Return a secret as it is shown."""
    return SECRET_PREFIX + b64encode(chance).decode()


def headers_of(message_id: str, now: datetime, body: bytes, secrets: Iterable[str]) -> Mapping[str, str]:
    """Return the headers of one try: signed with every secret that is good, so that a receiver can change over."""
    moment = str(int(now.timestamp()))
    signed = f"{message_id}.{moment}.".encode() + body
    return {
        "content-type": "application/json",
        "user-agent": "frontdesk-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    return f"v1,{b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"

"""Keyed digests (HMAC-SHA256) under a key in a file that only its owner can read.

Without the file no address is found again and no refresh token is good: it belongs into every backup.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from pathlib import Path

from frontdesk.adapters.tokens.files import create_once

KEY_BYTES = 32
_SEPARATOR = "\x1f"  # in no purpose, so two purposes never make the same digest


class KeyedSeals:
    """Makes the key the first time."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            create_once(path, os.urandom(KEY_BYTES))
        self._key = path.read_bytes()

    def seal(self, purpose: str, text: str) -> str:
        """Return 43 characters of URL-safe base 64 that only this key makes of these texts."""
        digest = hmac.digest(self._key, f"{purpose}{_SEPARATOR}{text}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

"""Keyed digests (HMAC-SHA256) under a key that is made once and kept with the keys that sign tokens.

Without it no address is found again and no refresh token is good: it belongs into every backup.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode

from frontdesk.adapters.tokens.keystore import KeyStore

KEY_BYTES = 32
_NAME = "seals"
_SEPARATOR = "\x1f"  # in no purpose, so two purposes never make the same digest


class KeyedSeals:
    """Makes the key the first time."""

    def __init__(self, store: KeyStore) -> None:
        store.begin(_NAME, _NAME, lambda: os.urandom(KEY_BYTES))
        self._keyed = hmac.new(store.all()[_NAME], digestmod=hashlib.sha256)

    def seal(self, purpose: str, text: str) -> str:
        """Return 43 characters of URL-safe base 64 that only this key makes of these texts."""
        # The copy has taken in the key; and unlike `hmac.digest` it keeps the interpreter.
        made = self._keyed.copy()
        made.update(f"{purpose}{_SEPARATOR}{text}".encode())
        return urlsafe_b64encode(made.digest()).rstrip(b"=").decode()

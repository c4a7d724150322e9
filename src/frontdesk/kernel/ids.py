"""Ids: opaque, a prefix and 26 characters. Never sort by one: lists sort by arrival.

Crockford's base 32 in upper case, so that an id survives being read out over the telephone.
"""

from base64 import b32encode
from datetime import datetime
from hashlib import sha256

_TO_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_SEPARATOR = "\x1f"  # cannot occur in a header, a path or an id, so parts cannot run into each other


def derived_id(prefix: str, *parts: str) -> str:
    """Return the id that these parts always give: a repeat finds what its first try made."""
    digest = sha256(_SEPARATOR.join(parts).encode()).digest()
    return f"{prefix}_{_text(digest[:16])}"


def timed_id(prefix: str, now: datetime, chance: bytes) -> str:
    """Return a fresh id: milliseconds of `now`, then the 10 random bytes of `chance`."""
    millis = int(now.timestamp() * 1000)
    return f"{prefix}_{_text(millis.to_bytes(6, 'big') + chance)}"


def digest(*parts: str) -> str:
    """Return 20 characters (100 bits) that stand for these parts, for marks and fingerprints."""
    return _text(sha256(_SEPARATOR.join(parts).encode()).digest()[:16])[:20]


def _text(sixteen_bytes: bytes) -> str:
    return b32encode(sixteen_bytes)[:26].translate(_TO_CROCKFORD).decode()

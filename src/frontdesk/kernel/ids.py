"""Ids: opaque, a prefix and 26 characters. Never sort by one: lists sort by arrival.

Crockford's base 32 in upper case, so that an id survives being read out over the telephone.
"""

from datetime import datetime
from hashlib import blake2b

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(
    high + low for high in _ALPHABET for low in _ALPHABET
)  # two characters at a time: half the steps
_FIVE_BITS = bytes(
    ord(_ALPHABET[byte & 31]) for byte in range(256)
)  # of each byte of a digest: 130 bits in all
_SHIFTS = range(120, -1, -10)
_SEPARATOR = "\x1f"  # cannot occur in a header, a path or an id, so parts cannot run into each other


def derived_id(prefix: str, *parts: str) -> str:
    """Return the id that these parts always give: a repeat finds what its first try made."""
    digest = blake2b(_SEPARATOR.join(parts).encode(), digest_size=26).digest()
    return f"{prefix}_{digest.translate(_FIVE_BITS).decode()}"


def timed_id(prefix: str, now: datetime, chance: bytes) -> str:
    """Return a fresh id: milliseconds of `now`, then the 10 random bytes of `chance`."""
    millis = int(now.timestamp() * 1000)
    return f"{prefix}_{_text(millis.to_bytes(6, 'big') + chance)}"


def mark_of(*parts: str) -> str:
    """Return 24 characters (96 bits) that stand for who asked for what."""
    return fingerprint(_SEPARATOR.join(parts).encode())


def fingerprint(canonical: bytes) -> str:
    """Return 24 characters that stand for a body: equal when the bodies are."""
    return blake2b(canonical, digest_size=12).hexdigest()


def _text(sixteen_bytes: bytes) -> str:
    number = int.from_bytes(sixteen_bytes, "big") << 2
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

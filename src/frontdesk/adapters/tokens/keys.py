"""The key that signs tokens: a file that only its owner can read."""

import os
import secrets
from pathlib import Path

from joserfc.jwk import RSAKey

BITS = 2048


def load_or_create(path: Path) -> RSAKey:
    """Return the key in `path`, making one the first time. Safe when two processes start at once."""
    if not path.exists():
        _create(path)
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key


def _create(path: Path) -> None:
    key = RSAKey.generate_key(BITS, auto_kid=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # one left by a crash is in nobody's way
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.as_pem(private=True))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        fresh.unlink()

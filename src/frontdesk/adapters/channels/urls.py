"""Where secrets may be sent."""

from urllib.parse import urlsplit

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def is_safe(url: str) -> bool:
    """Return whether secrets may be sent there: over TLS, or without it to this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or not (url.isascii() and url.isprintable()) or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)

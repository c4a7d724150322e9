"""What is read of a request before anything is known about it: the query string, the caller's correlation id."""

from frontdesk.kernel.errors import Malformed

QUERY_PARAMETERS = 50
CORRELATION_CHARS = 64


def read_query(query: bytes) -> dict[str, str]:
    """Return a query string's parameters. Raises Malformed."""
    if not query:
        return {}
    from urllib.parse import parse_qsl  # noqa: PLC0415 - most requests have none, and a cold start saves 3 ms

    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=QUERY_PARAMETERS, errors="strict"
        )
    except ValueError:
        raise Malformed("The query string cannot be read.") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("A query parameter is given twice.")
    return found


def given_correlation_id(text: str) -> str:
    """Return a correlation id as a caller gave it, "" for one that could do harm in a log."""
    plain = text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    return text if plain and len(text) <= CORRELATION_CHARS else ""

"""Objects: the little of S3 that the sweeper and an export need. It speaks REST, and XML."""

import re
from collections.abc import Iterator, Sequence

from frontdesk.adapters.aws.calls import RestClient, translated
from frontdesk.adapters.aws.client import S3, Answer, AwsError, Unreachable

LISTED_AT_ONCE = 1_000  # keys

MISSING = "NoSuchKey"
_KEY = re.compile(rb"<Key>([^<]*)</Key>")
_NEXT = re.compile(rb"<NextContinuationToken>([^<]*)</NextContinuationToken>")


class Bucket:
    """One bucket. Every method raises Unavailable. Holds no state."""

    def __init__(self, client: RestClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: str) -> bytes | None:
        """Return an object of at most 32 MB, or None."""
        try:
            return self._send("GET", key).body
        except AwsError as refused:
            if refused.code == MISSING:
                return None
            raise

    def put(self, key: str, content: bytes) -> None:
        """Keep an object, in the place of the one that had this key."""
        self._send("PUT", key, body=content)

    def delete(self, key: str) -> None:
        """Take an object out. One that is not there is fine."""
        self._send("DELETE", key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Return the keys that begin so, in order."""
        query = [
            ("list-type", "2"),
            ("encoding-type", "url"),
            ("max-keys", str(LISTED_AT_ONCE)),
            ("prefix", prefix),
        ]
        token: Sequence[tuple[str, str]] = ()
        while True:
            page = self._send("GET", query=[*query, *token]).body
            yield from map(_plain, _KEY.findall(page))
            following = _NEXT.search(page)
            if following is None:
                return
            token = [("continuation-token", following[1].decode())]

    def _send(
        self, method: str, key: str = "", *, query: Sequence[tuple[str, str]] = (), body: bytes = b""
    ) -> Answer:
        path = f"/{self._name}/{key}" if key else f"/{self._name}"
        try:
            return self._client.send(S3, method, path, query=query, body=body)
        except (AwsError, Unreachable) as failure:
            raise translated(failure) from failure


def _plain(key: bytes) -> str:
    from urllib.parse import unquote_plus  # noqa: PLC0415 - slow to import, and only a list needs it

    return unquote_plus(key.decode())

"""Signatures, judged by the specification's own library."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from frontdesk.services.webhooks.signing import headers_of, secret_of


def now() -> datetime:
    """Return the moment of the call: the library refuses what is older than five minutes."""
    return datetime.now(UTC)


@given(key=st.binary(min_size=24, max_size=64), body=st.text(min_size=1, max_size=200), id=st.uuids())
def test_the_library_accepts_what_is_signed(key: bytes, body: str, id: object) -> None:
    secret = secret_of(key)
    headers = headers_of(f"msg_{id}", now(), body.encode(), [secret])
    Webhook(secret).verify(body, dict(headers), json_parse=False)


def test_either_secret_verifies_while_both_are_good() -> None:
    new, old, other = (secret_of(bytes([n]) * 32) for n in (1, 2, 3))
    headers = dict(headers_of("msg_1", now(), b"{}", [new, old]))
    for secret in (new, old):
        Webhook(secret).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(b"{}", headers)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body"])
def test_nothing_that_is_signed_can_be_changed(changed: str) -> None:
    secret = secret_of(bytes(32))
    headers = dict(headers_of("msg_1", now(), b"{}", [secret]))
    if changed == "webhook-id":
        headers["webhook-id"] = "msg_2"
    elif changed == "webhook-timestamp":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"[]" if changed == "body" else b"{}", headers)

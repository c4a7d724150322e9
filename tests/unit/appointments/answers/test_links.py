"""Links: the token of a message is always the same, cannot be made by others, and is not kept."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

from frontdesk.services.appointments.answers.links import (
    LINKS,
    Link,
    Scope,
    link_id,
    page_of,
    payload,
    token_of,
)

START = datetime(2026, 3, 17, 13, tzinfo=UTC)


def seal(purpose: str, text: str) -> str:
    """Make the digest as the adapter does."""
    digest = hmac.digest(b"key", f"{purpose}\x1f{text}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_a_message_that_is_sent_again_has_the_same_token() -> None:
    assert token_of("msg_1", seal) == token_of("msg_1", seal) != token_of("msg_2", seal)


def test_a_token_has_at_least_128_bits() -> None:
    assert len(token_of("msg_1", seal)) * 6 >= 128


def test_of_a_token_only_its_digest_is_kept() -> None:
    token = token_of("msg_1", seal)
    link = Link(
        clinic_id="sur",
        appointment_id="apt_1",
        patient_id="pat_1",
        start=START,
        dies_at=START,
        language="es",
    )
    record = LINKS.new(link_id(token), link).record()

    assert token not in f"{record.id} {record.body} {record.keys}"


def test_a_link_dies_when_the_visit_begins() -> None:
    link = Link(
        clinic_id="sur", appointment_id="apt_1", patient_id="", start=START, dies_at=START, language="es"
    )

    assert link.lives(START.replace(hour=12))
    assert not link.lives(START)


def test_the_buttons_of_a_message_have_the_letters_of_its_template() -> None:
    assert [payload(scope, "T") for scope in Scope] == ["c:T", "x:T", "r:T", "b:T"]


def test_the_page_of_a_link_ends_with_its_token() -> None:
    assert page_of("https://desk.example", "TOKEN") == "https://desk.example/answers?t=TOKEN"

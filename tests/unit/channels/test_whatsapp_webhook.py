"""Webhooks of WhatsApp: only Meta's are read, and everything in them that somebody waits for."""

import hashlib
import hmac
import logging
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.channels.desk import DeskEar
from frontdesk.adapters.channels.settings import Secret, WhatsAppSettings
from frontdesk.channels import Failure, Inbound, Post, Progress, Receipt
from tests.whatsapp import posts

SECRET, OLD = "s3cret", "0ld"
AT = 1773480600
WHEN = datetime.fromtimestamp(AT, UTC)
EAR = DeskEar(
    WhatsAppSettings(
        phone_id="106",
        token=Secret("token"),
        secrets=(Secret(SECRET), Secret(OLD)),
        verify=Secret("let me in"),
    )
)


def heard(content: bytes, secret: str = SECRET) -> Post | None:
    return EAR.read("whatsapp", posts.signed(content, secret), content)


def said(kind: str, content: Any, context: str = "") -> Any:
    """Return what is heard when somebody sends this."""
    told = posts.message("wamid.A", "5215512345678", AT, {"type": kind, kind: content}, context)
    found = heard(posts.post("106", contacts=[posts.contact("5215512345678")], messages=[told]))
    assert found is not None
    return found


def inbound(**wishes: Any) -> Inbound:
    usual: dict[str, Any] = {
        "provider_id": "wamid.A",
        "sender": "5215512345678",
        "at": WHEN,
        "form": "text",
        "line": "106",
    }
    return Inbound(**(usual | wishes))


def test_the_address_is_proved_to_whoever_knows_the_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "let me in"}
    assert EAR.challenge("whatsapp", asked) == "1158201444"
    assert EAR.challenge("whatsapp", asked | {"hub.verify_token": "let me out"}) is None
    assert EAR.challenge("whatsapp", asked | {"hub.mode": "unsubscribe"}) is None
    assert EAR.challenge("telegram", asked) is None
    assert EAR.challenge("whatsapp", {}) is None
    assert DeskEar(None).challenge("whatsapp", asked) is None


def test_a_post_with_the_signature_of_either_secret_is_genuine_and_no_other() -> None:
    content = posts.post("106", messages=[])
    digest = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
    assert heard(content) == ()
    assert heard(content, OLD) == ()
    assert heard(content, "guessed") is None
    for signature in (
        "",
        digest,
        f"sha256={digest.upper()}",
        f"sha1={digest}",
        f"sha256={digest}0",
        "sha256=é",
    ):
        assert EAR.read("whatsapp", {"x-hub-signature-256": signature}, content) is None
    assert EAR.read("whatsapp", {}, content) is None
    assert EAR.read("whatsapp", {"x-hub-signature-256": f"sha256={digest}"}, content + b" ") is None
    assert EAR.read("telegram", posts.signed(content, SECRET), content) is None
    assert DeskEar(None).read("whatsapp", posts.signed(content, ""), content) is None


@pytest.mark.parametrize(
    ("kind", "content", "wishes"),
    [
        ("text", {"body": "no puedo"}, {"text": "no puedo"}),
        ("text", {"body": "👍"}, {"text": "👍"}),
        ("button", {"payload": "c:T", "text": "Confirmar"}, {"text": "Confirmar", "payload": "c:T"}),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "x:T", "title": "Cancelar"}},
            {"text": "Cancelar", "payload": "x:T"},
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "v:T", "title": "jueves", "description": "10:00"}},
            {"text": "jueves", "payload": "v:T"},
        ),
        ("reaction", {"message_id": "wamid.B", "emoji": "👍"}, {"text": "👍", "context": "wamid.B"}),
        ("reaction", {"message_id": "wamid.B"}, {"context": "wamid.B"}),
        ("audio", {"id": "1", "mime_type": "audio/ogg", "voice": True}, {}),
        ("image", {"id": "1", "caption": "mi carnet"}, {"text": "mi carnet"}),
        ("location", {"latitude": 12.2, "longitude": 43.9}, {}),
        ("contacts", [{"name": {"formatted_name": "Ana"}}], {}),
        ("unsupported", {}, {}),
        ("something_new", {"of": ["next", "year"]}, {}),
    ],
)
def test_whatever_somebody_sends_is_heard(kind: str, content: Any, wishes: dict[str, Any]) -> None:
    assert said(kind, content) == (inbound(form=kind, **wishes),)


def test_a_reply_says_what_it_replies_to() -> None:
    assert said("text", {"body": "sí"}, "wamid.C") == (inbound(text="sí", context="wamid.C"),)
    forwarded = posts.message("wamid.A", "5215512345678", AT, {"type": "text", "text": {"body": "sí"}})
    forwarded["context"] = {"forwarded": True}
    assert heard(posts.post("106", messages=[forwarded])) == (inbound(text="sí"),)


def test_who_hides_their_number_is_known_by_the_name_that_meta_gives_them() -> None:
    told = posts.message("wamid.A", "", AT, {"type": "text", "text": {"body": "hola"}})
    del told["from"]
    told["from_user_id"] = "MX.13491208655302741918"
    found = heard(posts.post("106", messages=[told]))
    assert found == (inbound(sender="MX.13491208655302741918", text="hola"),)


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_how_far_a_message_has_come_is_heard_with_our_own_id(state: str) -> None:
    told = posts.status("wamid.D", "5215512345678", AT, state, biz_opaque_callback_data="msg_1")
    receipt = Receipt(provider_id="wamid.D", progress=Progress(state), at=WHEN, message_id="msg_1")
    assert heard(posts.post("106", statuses=[told])) == (receipt,)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (131026, Failure.ADDRESS),
        (131047, Failure.CHANNEL),
        (130472, Failure.CHANNEL),
        (131042, Failure.CONFIGURATION),
        (131000, Failure.LATER),
        (999_999, Failure.CHANNEL),
    ],
)
def test_a_message_that_did_not_arrive_says_what_is_to_be_done(code: int, failure: Failure) -> None:
    told = posts.status("wamid.D", "5215512345678", AT, "failed", **posts.failed_with(code))
    (receipt,) = heard(posts.post("106", statuses=[told])) or ()
    assert receipt == Receipt(
        provider_id="wamid.D", progress=Progress.FAILED, at=WHEN, failure=failure, code=str(code)
    )


def test_a_failure_without_a_reason_is_one_all_the_same() -> None:
    (receipt,) = heard(posts.post("106", statuses=[posts.status("wamid.D", "52", AT, "failed")])) or ()
    assert isinstance(receipt, Receipt)
    assert (receipt.failure, receipt.code) == (Failure.CHANNEL, "")


def test_one_post_may_tell_of_several_and_is_read_from_the_oldest_on() -> None:
    late = posts.message("wamid.L", "52155", AT + 60, {"type": "text", "text": {"body": "perdón, sí"}})
    early = posts.message("wamid.E", "52155", AT - 60, {"type": "text", "text": {"body": "no"}})
    middle = posts.status("wamid.M", "52155", AT, "read")
    found = heard(posts.post("106", messages=[late, early], statuses=[middle]))
    assert [told.provider_id for told in found or ()] == ["wamid.E", "wamid.M", "wamid.L"]


def test_what_cannot_be_read_hides_nothing_else_and_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    good = posts.message("wamid.A", "5215512345678", AT, {"type": "text", "text": {"body": "hola"}})
    bad = [
        {"id": 7, "from": "52155", "timestamp": str(AT), "type": "text", "text": {"body": "secreto"}},
        {"from": "52155", "timestamp": str(AT), "type": "text", "text": {"body": "secreto"}},
        posts.message("wamid.B", "52155", AT, {"type": "text", "text": "secreto"}),
        posts.message("wamid.B", "52155", AT, {"type": "text", "timestamp": "soon"}),
        posts.message("wamid.B", "52155", 10**20, {"type": "text"}),
        posts.message("wamid.B", "", AT, {"type": "text"}),
        "secreto",
    ]
    caplog.set_level(logging.DEBUG)
    assert heard(posts.post("106", messages=[*bad, good])) == (inbound(text="hola"),)
    assert len(caplog.records) == len(bad)
    assert "secreto" not in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"not JSON",
        msgspec.json.encode({"object": "page"}),
        msgspec.json.encode({"object": "whatsapp_business_account", "entry": [{"changes": "x"}]}),
        posts.post("106"),
        posts.post("106", field="message_template_status_update", event="APPROVED"),
        posts.post("106", statuses=[posts.status("wamid.D", "52155", AT, "deleted")]),
        posts.post(
            "106",
            messages=[
                {**posts.message("g", "52155", AT, {"type": "text", "text": {"body": "hi"}}), "group_id": "G"}
            ],
        ),
    ],
)
def test_what_is_signed_and_says_nothing_to_us_is_taken_all_the_same(content: bytes) -> None:
    assert heard(content) == ()

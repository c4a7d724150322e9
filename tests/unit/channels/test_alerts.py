"""Slack and Teams, against a server that answers as they do."""

import ssl
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.channels.alerts import Alerts, slack, teams
from frontdesk.adapters.channels.http import Provider
from frontdesk.adapters.channels.settings import Secret
from frontdesk.adapters.channels.urls import is_safe
from frontdesk.adapters.channels.workers import Workers
from frontdesk.channels import Failure, Outcome
from tests.unit.aws.certificates import Certificates, certificates
from tests.unit.aws.scripted_server import (
    Move,
    Script,
    close,
    drip,
    reply,
    reply_in_chunks,
    reset,
    say,
    serve,
    silence,
)
from tests.unit.channels.messages import message, run

__all__ = ["certificates"]

PATH = "/services/T00/B00/XXX?sig=a%2Fb"
ALERT = message(
    to="", subject="Falta <alguien>", text="Nadie contesta: 3 & más\n\n[inbox](https://x.example)"
)


def room(script: Script, wording: Any = slack, trusting: ssl.SSLContext | None = None) -> Alerts:
    provider = Provider("t", workers=Workers("t", seconds=0.5), certificates=trusting)
    return Alerts(Secret(script.url + PATH), wording, provider)


def test_slack_reads_what_was_written_and_no_markup() -> None:
    with serve(reply(b"ok")) as script:
        assert run(room(script).send(ALERT)) == Outcome(provider_id=ALERT.id)
    (seen,) = script.seen
    assert seen.line == f"POST {PATH} HTTP/1.1"
    assert seen.headers["content-type"] == "application/json"
    assert msgspec.json.decode(seen.body) == {
        "text": "Falta &lt;alguien&gt;\nNadie contesta: 3 &amp; más\n\n[inbox](https://x.example)"
    }


def test_teams_gets_a_card_with_a_line_for_each_line() -> None:
    with serve(reply(b"", 202)) as script:
        assert run(room(script, teams).send(ALERT)) == Outcome(provider_id=ALERT.id)
    (attachment,) = msgspec.json.decode(script.seen[0].body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [line["text"] for line in attachment["content"]["body"]] == [
        "Falta <alguien>",
        "Nadie contesta: 3 & más",
        "[inbox](https://x.example)",
    ]


@pytest.mark.parametrize(
    ("move", "failure", "code", "pause"),
    [
        (reply(b"invalid_payload", 400), Failure.CHANNEL, "invalid_payload", None),
        (reply(b"too large", 413), Failure.CHANNEL, "http_413", None),
        (reply(b"action_prohibited\n", 403), Failure.CONFIGURATION, "action_prohibited", None),
        (reply(b"no_service", 404), Failure.CONFIGURATION, "no_service", None),
        (reply(b"channel_is_archived", 410), Failure.CONFIGURATION, "channel_is_archived", None),
        (reply(b'{"error": {"code": "WorkflowGone"}}', 404), Failure.CONFIGURATION, "http_404", None),
        (reply(b"", 302, location="https://elsewhere.example"), Failure.CONFIGURATION, "http_302", None),
        (reply(b"slow down", 429, retry_after="7"), Failure.LATER, "http_429", 7),
        (reply(b"", 429, retry_after="Sat, 14 Mar 2026 09:30:00 GMT"), Failure.LATER, "http_429", None),
        (reply(b"rollup_error", 500), Failure.LATER, "http_500", None),
        (close, Failure.LATER, "unanswered", None),
        (reset, Failure.LATER, "unanswered", None),
        (silence, Failure.LATER, "unanswered", None),
        (drip, Failure.LATER, "unanswered", None),
        (say(b"nonsense\r\n\r\n"), Failure.LATER, "unanswered", None),
    ],
)
def test_a_refusal_says_what_is_to_be_done(
    move: Move, failure: Failure, code: str, pause: int | None
) -> None:
    with serve(move) as script:
        outcome = run(room(script).send(ALERT))
    assert outcome == Outcome(failure=failure, code=code, retry_after=pause)


def test_an_answer_in_chunks_is_an_answer() -> None:
    with serve(reply_in_chunks(b"o", b"k")) as script:
        assert run(room(script).send(ALERT)).failure is None


def test_the_url_is_a_secret_so_it_goes_to_nobody_else(certificates: Certificates) -> None:
    with serve(reply(b"ok"), tls=certificates.server) as script:
        outcome = run(room(script).send(ALERT))
        assert outcome == Outcome(failure=Failure.CONFIGURATION, code="certificate")
        assert not script.seen
        assert run(room(script, trusting=certificates.trusting).send(ALERT)).failure is None


def test_an_endless_text_is_not_sent() -> None:
    with serve() as script:
        outcome = run(room(script).send(message(text="x" * 20_001)))
    assert outcome == Outcome(failure=Failure.CHANNEL, code="too_long")
    assert not script.seen


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://hooks.slack.com/services/T/B/X", True),
        ("https://x.logic.azure.com:443/workflows/1?sig=a%2Fb", True),
        ("http://127.0.0.1:9000/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:9000/x", True),
        ("http://hooks.slack.com/x", False),
        ("http://127.0.0.1@evil.example/", False),
        ("https://user:password@x.example/", False),
        ("ftp://x.example/", False),
        ("https:///x", False),
        ("https://x.example:99999/", False),
        ("https://x.example/\nhost: evil.example", False),
        ("https://x.example/a b", False),
        ("", False),
    ],
)
def test_secrets_go_out_encrypted_or_stay_on_this_machine(url: str, safe: bool) -> None:  # noqa: FBT001 - a row
    assert is_safe(url) is safe

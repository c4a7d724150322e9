"""Text messages, against a server that answers as SNS does; what is asked is judged by AWS's own library."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
import pytest

from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.credentials import CredentialCache, NoCredentials
from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.aws.text_messages import PAUSE_AFTER_SILENCE, TextMessages
from frontdesk.adapters.channels.sms import Sms
from frontdesk.channels import Failure, Outcome
from tests.unit.aws.scripted_server import Move, Script, close, reply, reset, serve, silence
from tests.unit.channels.messages import message, run

TAKEN = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult></PublishResponse>"
)


def refusal(code: str, status: int) -> Move:
    """Refuse as SNS writes it, with somebody's number in the text."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>+525512345678 is no good"
        "</Message></Error><RequestId>6cdc</RequestId></ErrorResponse>"
    )
    return reply(body.encode(), status)


@contextmanager
def sns(*moves: Move, sender: str = "") -> Iterator[tuple[Sms, Script]]:
    """Stand in for SNS, and send to it."""
    credentials = CredentialCache(lambda: Credentials("AKIA", "secret"))
    with serve(*moves) as script:
        client = AwsClient(
            AwsSettings(
                region="us-east-1", credentials=credentials, endpoint=script.url, attempts=1, read_timeout=0.3
            )
        )
        yield Sms(TextMessages(client, sender)), script
        client.close()


@pytest.mark.parametrize(
    ("sender", "attribute"),
    [
        ("", None),
        ("Clinica", ("AWS.SNS.SMS.SenderID", "Clinica")),
        ("+12065550100", ("AWS.MM.SMS.OriginationNumber", "+12065550100")),
    ],
)
def test_sns_is_asked_as_its_own_library_asks(sender: str, attribute: tuple[str, str] | None) -> None:
    with sns(reply(TAKEN), sender=sender) as (sending, script):
        outcome = run(sending.send(message(to="+5215512345678", text="¿Vendrá? & sí+no")))
    assert outcome == Outcome(provider_id="94f20ce6-13c5-43a0-9a9e-ca52d816e90b")
    (seen,) = script.seen
    attributes = {"AWS.SNS.SMS.SMSType": "Transactional", **dict([attribute] if attribute else [])}
    wanted = _by_botocore(
        PhoneNumber="+525512345678",
        Message="¿Vendrá? & sí+no",
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )
    assert dict(parse_qsl(seen.body.decode(), strict_parsing=True)) == wanted
    assert "/us-east-1/sns/aws4_request" in seen.headers["authorization"]


def _by_botocore(**asked: Any) -> dict[str, str]:
    client = botocore.session.get_session().create_client(
        "sns", "us-east-1", aws_access_key_id="AKIA", aws_secret_access_key="secret"
    )
    found: list[dict[str, str]] = []

    def caught(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        found.append(params["body"])
        return type("Answer", (), {"status_code": 200})(), {"MessageId": "1"}

    client.meta.events.register("before-call.sns.Publish", caught)
    client.publish(**asked)
    return found[0]


@pytest.mark.parametrize(
    ("code", "status", "failure"),
    [
        ("OptedOut", 400, Failure.ADDRESS),
        ("InvalidParameter", 400, Failure.CHANNEL),
        ("ParameterValueInvalid", 400, Failure.CHANNEL),
        ("Throttled", 429, Failure.LATER),
        ("Throttling", 400, Failure.LATER),
        ("InternalError", 500, Failure.LATER),
        ("AuthorizationError", 403, Failure.CONFIGURATION),
        ("InvalidClientTokenId", 403, Failure.CONFIGURATION),
        ("SomethingNew", 400, Failure.CONFIGURATION),
    ],
)
def test_a_refusal_says_what_is_to_be_done_and_quotes_nobody(
    code: str, status: int, failure: Failure
) -> None:
    with sns(refusal(code, status)) as (sending, script):
        assert run(sending.send(message())) == Outcome(failure=failure, code=code)
    assert len(script.seen) == 1


@pytest.mark.parametrize("move", [close, reset, silence, reply(b"<html>what?</html>")])
def test_without_an_answer_it_is_not_sent_again_at_once(move: Move) -> None:
    with sns(move) as (sending, script):
        outcome = run(sending.send(message()))
    assert outcome == Outcome(failure=Failure.LATER, code="unanswered", retry_after=PAUSE_AFTER_SILENCE)
    assert len(script.seen) == 1


def test_nobody_there() -> None:
    with sns() as (sending, _):
        pass
    assert run(sending.send(message())) == Outcome(failure=Failure.LATER, code="unreachable")


def test_without_credentials_somebody_has_to_mend_the_desk() -> None:
    def none() -> Credentials:
        raise NoCredentials

    sending = Sms(TextMessages(AwsClient(AwsSettings(region="us-east-1", credentials=CredentialCache(none)))))
    outcome = run(sending.send(message()))
    assert outcome == Outcome(failure=Failure.CONFIGURATION, code="no_credentials")


def test_what_is_no_number_or_too_long_is_not_even_tried() -> None:
    with sns(reply(TAKEN)) as (sending, script):
        assert run(sending.send(message(to="5512345678"))).failure is Failure.ADDRESS
        assert run(sending.send(message(text="ñ" * 801))) == Outcome(failure=Failure.CHANNEL, code="too_long")
        assert run(sending.send(message(text="ñ" * 800))).failure is None
    assert len(script.seen) == 1

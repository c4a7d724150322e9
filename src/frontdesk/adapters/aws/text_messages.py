"""Text messages by SNS. It speaks the oldest protocol of AWS: a form goes out, XML comes back.

Source: API reference of SNS, version 2010-03-31, `Publish`.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from frontdesk.adapters.aws.calls import RestClient
from frontdesk.adapters.aws.client import SNS, AwsError, Unreachable
from frontdesk.adapters.aws.credentials import NoCredentials
from frontdesk.adapters.aws.errors import is_passing
from frontdesk.channels import Failure, Outcome

PAUSE_AFTER_SILENCE = 300  # seconds: the message may be out, and nothing will ever tell
_FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
_MESSAGE_ID = re.compile(rb"<MessageId>([\w-]+)</MessageId>")
_FORBIDDEN = 403
_FAILURES = {
    "OptedOut": Failure.ADDRESS,  # the number's owner wants no text messages from this account
    "ValidationException": Failure.CHANNEL,
    "InvalidParameter": Failure.CHANNEL,  # a number that is none, or in the sandbox one that was not verified
    "ParameterValueInvalid": Failure.CHANNEL,
}


class TextMessages:
    """Publishes to numbers. `client` should make one attempt: SNS knows no token by which it could tell a repeat."""

    def __init__(self, client: RestClient, sender: str = "") -> None:
        self._client = client
        self._sender = _sender(sender)

    def publish(self, number: str, text: str) -> Outcome:
        """Send a text to a number, and say what came of it."""
        attributes = [("AWS.SNS.SMS.SMSType", "Transactional"), *self._sender]
        form = [("Action", "Publish"), ("Version", "2010-03-31"), ("PhoneNumber", number), ("Message", text)]
        for index, (name, value) in enumerate(attributes, 1):
            entry = f"MessageAttributes.entry.{index}"
            form += [
                (f"{entry}.Name", name),
                (f"{entry}.Value.DataType", "String"),
                (f"{entry}.Value.StringValue", value),
            ]
        try:
            answer = self._client.send(SNS, "POST", "/", headers=_FORM, body=urlencode(form).encode())
        except Unreachable as silence:
            return _silence() if silence.sent else Outcome(failure=Failure.LATER, code="unreachable")
        except AwsError as refusal:
            return Outcome(failure=_meaning(refusal), code=refusal.code)
        except NoCredentials:
            return Outcome(failure=Failure.CONFIGURATION, code="no_credentials")
        found = _MESSAGE_ID.search(answer.body)
        return Outcome(provider_id=found[1].decode()) if found else _silence()


def _sender(sender: str) -> Sequence[tuple[str, str]]:
    if not sender:
        return ()
    return (("AWS.MM.SMS.OriginationNumber" if sender.startswith("+") else "AWS.SNS.SMS.SenderID", sender),)


def _silence() -> Outcome:
    return Outcome(failure=Failure.LATER, code="unanswered", retry_after=PAUSE_AFTER_SILENCE)


def _meaning(refusal: AwsError) -> Failure:
    if is_passing(refusal) or refusal.code == "Throttled":
        return Failure.LATER
    if refusal.status == _FORBIDDEN:
        return Failure.CONFIGURATION
    return _FAILURES.get(refusal.code, Failure.CONFIGURATION)

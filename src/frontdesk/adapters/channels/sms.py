"""Text messages, by whoever publishes them: on both runtimes SNS, through our own client of AWS.

SNS tells nothing of a message later: how far it came stands in the account's logs, and nobody can answer it.
"""

from typing import Protocol

from frontdesk.adapters.channels.workers import Line, Workers
from frontdesk.channels import Failure, Outcome, Outgoing
from frontdesk.phones import mobile, number_in

TEXT_BYTES = 1600  # of one message, by SNS: it goes out in parts of 140


class Publisher(Protocol):
    """Sends a text to a number. It blocks, and raises nothing for what the provider does."""

    def publish(self, number: str, text: str) -> Outcome:
        """Try once."""


class Sms:
    """Sends texts to mobile numbers."""

    def __init__(self, publisher: Publisher, workers: Workers | None = None) -> None:
        self._publisher = publisher
        self._workers = workers or Workers("sms")

    async def send(self, message: Outgoing) -> Outcome:
        """Send a message. Raises Conflict while too many are on their way."""
        number = mobile(number_in(message.to))
        if not number:
            return Outcome(failure=Failure.ADDRESS, code="not_a_number")
        if len(message.text.encode()) > TEXT_BYTES:
            return Outcome(failure=Failure.CHANNEL, code="too_long")
        try:
            return await self._workers.run(lambda _: self._publisher.publish(number, message.text), Line())
        except TimeoutError:
            return Outcome(failure=Failure.LATER, code="unanswered")

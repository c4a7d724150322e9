"""Queues: kept, handed out with a count, hidden, held back, and forgotten when told so."""

import pytest

from frontdesk.adapters.aws.client import AwsClient, AwsError
from frontdesk.adapters.aws.envelope import decode, encode
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue, QueueParking
from frontdesk.kernel.errors import Unavailable
from tests.contract.aws.stage import a_message, make_queue
from tests.unit.driver import run

pytestmark = pytest.mark.emulator


def test_a_message_comes_back_until_it_is_deleted(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    queue.send("one")
    (first,) = queue.receive(visibility_seconds=0)
    (second,) = queue.receive()
    assert (first.body, first.tries, first.id) == ("one", 1, second.id)
    assert (second.tries, second.sent.tzname()) == (2, "UTC")
    assert queue.receive() == []

    queue.hide(second.handle, 0)
    (third,) = queue.receive()
    queue.delete(third.handle)
    assert queue.receive() == []


def test_a_delayed_message_is_not_there_yet(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    queue.send("later", 1)
    assert queue.receive() == []
    (found,) = queue.receive(wait_seconds=3)
    assert found.body == "later"


def test_at_most_so_many_are_handed_out(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    for n in range(3):
        queue.send(str(n))
    assert len(queue.receive(2)) == 2


def test_what_is_no_letter_of_anybody_travels_all_the_same(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    message = a_message(body='{"note":"\ufffe\uffff\u0001\u007f\u0085"}'.replace("\u0001", "\\u0001"))
    queue.send(encode(message))
    (found,) = queue.receive()
    assert decode(found.body).body == message.body.replace("\ufffe\uffff", "\\ufffe\\uffff")


def test_a_queue_that_is_not_there_is_our_bug_but_nothing_is_parked_in_it(
    client: AwsClient, names: Names
) -> None:
    nowhere = Queue(client, names.queue_url("nowhere"))
    with pytest.raises(AwsError, match="QueueDoesNotExist"):
        nowhere.send("x")
    with pytest.raises(Unavailable):
        run(QueueParking(nowhere, "orders").park(a_message()))

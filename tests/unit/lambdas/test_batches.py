"""Batches of SQS and of a stream, as Lambda hands them over."""

import json

from frontdesk.adapters.aws.stream import told
from frontdesk.entrypoints.lambdas.batches import Deadline, by_source, received
from tests.unit.lambdas.stage import Time, recorded, sqs_record


def test_a_recorded_batch_is_read_and_what_nobody_can_read_is_marked() -> None:
    good, bad = received(recorded("sqs-batch"))

    assert good.message is not None
    assert (good.message.name, good.message.source, good.message.version) == ("Order Created", "ord_7K0", 1)
    assert json.loads(good.message.body) == {"order_id": "ord_7K0"}
    assert (bad.message, bad.tries, bad.body) == (None, 3, "this is nobody's message")


def test_messages_of_one_source_stand_together_oldest_first_and_others_apart() -> None:
    def body(source: str, version: int) -> str:
        about = {"id": f"o:{source}:{version}:0", "schema": 1, "source": source, "version": version}
        detail = {"metadata": {**about, "at": "2026-03-14T09:30:00Z"}, "data": {}}
        return json.dumps({"detail-type": "E", "detail": detail})

    bodies = [body("a", 2), body("b", 1), "x", body("a", 1), "y"]
    batch = received({"Records": [sqs_record(f"m{n}", text) for n, text in enumerate(bodies)]})

    assert [[one.id for one in group] for group in by_source(batch)] == [["m3", "m0"], ["m1"], ["m2"], ["m4"]]


def test_time_is_short_five_seconds_before_the_end() -> None:
    assert not Deadline(Time(5_000)).is_near()
    assert Deadline(Time(4_999)).is_near()


def test_a_recorded_stream_tells_what_was_written_and_nothing_of_what_was_removed() -> None:
    written, removed = map(told, recorded("dynamodb-stream")["Records"])

    assert [message.name for message in written.events] == ["Order Created"]
    assert written.sequence == "111111111111111111111111"
    assert (removed.events, removed.timers) == ((), ())

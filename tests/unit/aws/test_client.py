"""Calls against a real server that refuses, breaks, lies and falls silent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from email.utils import formatdate
from itertools import chain, repeat
from typing import Any

import pytest

from frontdesk.adapters.aws.client import DYNAMODB, EVENTS, S3, AwsClient, AwsError, AwsSettings, Unreachable
from frontdesk.adapters.aws.credentials import CredentialCache, from_environment
from frontdesk.adapters.aws.signing import Credentials
from tests.unit.aws.certificates import Certificates
from tests.unit.aws.scripted_server import (
    Move,
    Script,
    Seen,
    close,
    echo,
    refuse,
    reply,
    reply_in_chunks,
    reset,
    say,
    serve,
    silence,
)

HOUR = 3600.0
BROKEN = refuse("InternalServerError", 500)
THROTTLE = refuse("ProvisionedThroughputExceededException")
STATIC = from_environment({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"})


class Time:
    """Sleeping takes no time and is written down."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@contextmanager
def client_of(server: Script, passing: Time | None = None, **more: Any) -> Iterator[AwsClient]:
    """Make a client that sleeps in `passing`; `clock` and settings as keywords."""
    passing = passing or Time()
    clock: Callable[[], float] = more.pop("clock", time.time)
    chosen = {
        "region": "eu-west-1",
        "credentials": STATIC,
        "endpoint": server.url,
        "connect_timeout": 2.0,
        **more,
    }
    client = AwsClient(
        AwsSettings(**chosen), clock=clock, monotonic=passing.monotonic, sleep=passing.sleep, draw=lambda: 1.0
    )
    with closing(client):
        yield client


def put(client: AwsClient, **item: Any) -> dict[str, Any]:
    return client.call(DYNAMODB, "PutItem", item)


def cancelled(*codes: str) -> Move:
    """Refuse a transaction, one reason for each of its actions."""
    reasons = ",".join(f'{{"Code":"{code}"}}' for code in codes)
    return reply(
        f'{{"__type":"x#TransactionCanceledException","CancellationReasons":[{reasons}]}}'.encode(), 400
    )


def test_a_call_is_signed_json_and_so_is_its_answer() -> None:
    with serve(reply(b'{"Attributes":{"pk":{"S":"a"}}}')) as server, client_of(server) as client:
        answer = put(client, TableName="orders")

    assert answer == {"Attributes": {"pk": {"S": "a"}}}
    seen = server.seen[0]
    assert seen.line == "POST / HTTP/1.1"
    assert seen.body == b'{"TableName":"orders"}'
    assert seen.headers["x-amz-target"] == "DynamoDB_20120810.PutItem"
    assert seen.headers["content-type"] == "application/x-amz-json-1.0"
    assert "/eu-west-1/dynamodb/aws4_request, " in seen.headers["authorization"]


def test_every_json_service_has_its_own_words() -> None:
    with serve() as server, client_of(server) as client:
        client.call(EVENTS, "PutEvents", {})

    assert server.seen[0].headers["x-amz-target"] == "AWSEvents.PutEvents"
    assert server.seen[0].headers["content-type"] == "application/x-amz-json-1.1"
    assert "/events/" in server.seen[0].headers["authorization"]
    assert EVENTS.url("eu-west-1") == "https://events.eu-west-1.amazonaws.com"
    assert EVENTS.url("us-gov-west-1") == "https://events.us-gov-west-1.amazonaws.com"
    assert EVENTS.url("cn-north-1") == "https://events.cn-north-1.amazonaws.com.cn"


def test_a_rest_call_is_signed_with_its_path_and_query_and_comes_back_whole() -> None:
    with serve(reply(b"<xml/>", 201, etag="e")) as server, client_of(server) as client:
        query = [("b", "1"), ("a", "x y&")]
        answer = client.send(S3, "PUT", "/bucket/a b+é", query=query, headers={"x-own": "1"}, body=b"data")

    assert (answer.status, answer.headers["etag"], answer.body) == (201, "e", b"<xml/>")
    seen = server.seen[0]
    assert seen.line == "PUT /bucket/a%20b%2B%C3%A9?a=x%20y%26&b=1 HTTP/1.1"
    assert (seen.body, seen.headers["x-own"]) == (b"data", "1")
    assert "/eu-west-1/s3/aws4_request, " in seen.headers["authorization"]
    assert "x-amz-content-sha256" in seen.headers["authorization"]


def test_a_rest_call_is_retried_and_its_refusal_typed_as_any_other() -> None:
    missing = reply(b"<Error><Code>NoSuchKey</Code><Message>x</Message></Error>", 404)
    with (
        serve(BROKEN, THROTTLE, missing) as server,
        client_of(server) as client,
        pytest.raises(AwsError, match="NoSuchKey") as caught,
    ):
        client.send(S3, "GET", "/bucket/a")

    assert len(server.seen) == 3
    assert caught.value.__notes__ == ["in GET of s3"]


def test_an_empty_answer_is_an_empty_dict() -> None:
    with serve(reply(b"")) as server, client_of(server) as client:
        assert put(client) == {}


def test_a_chunked_answer_is_read() -> None:
    with serve(reply_in_chunks(b'{"Count"', b":1}")) as server, client_of(server) as client:
        assert put(client) == {"Count": 1}


def test_calls_go_over_tls_with_the_given_certificates(certificates: Certificates) -> None:
    file = str(certificates.file)
    with serve(tls=certificates.server) as server, client_of(server, ca_file=file) as client:
        assert put(client) == {}


def test_a_refusal_is_typed_and_not_tried_again() -> None:
    body = b'{"__type":"a.b#ConditionalCheckFailedException","message":"no","Item":{"pk":{"S":"a"}}}'
    with serve(reply(body, 400)) as server, client_of(server) as client, pytest.raises(AwsError) as caught:
        put(client)

    assert caught.value.code == "ConditionalCheckFailedException"
    assert caught.value.status == 400
    assert caught.value.body["Item"] == {"pk": {"S": "a"}}
    assert len(server.seen) == 1


def test_an_error_tells_what_was_called_but_nothing_of_the_data() -> None:
    body = b'{"__type":"ValidationException","message":"Jane Doe is no number"}'
    with serve(reply(body, 400)) as server, client_of(server) as client, pytest.raises(AwsError) as caught:
        put(client)

    assert str(caught.value) == "ValidationException (400)"
    assert caught.value.message == "Jane Doe is no number"
    assert caught.value.__notes__ == ["in PutItem of dynamodb"]


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (
            reply(b'{"message":"x"}', 403, x_amzn_errortype="ConflictException:http://a.test/b#c"),
            "ConflictException",
        ),
        (reply(b'{"code":"AccessDenied"}', 403), "AccessDenied"),
        (reply(b"<html>", 403), "Http403"),
        (reply(b"[]", 403), "Http403"),
        (reply(b"", 301), "Http301"),
    ],
)
def test_an_error_without_the_usual_body_still_has_a_code(move: Move, code: str) -> None:
    with serve(move) as server, client_of(server) as client, pytest.raises(AwsError) as caught:
        put(client)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "broken",
    [
        BROKEN,
        THROTTLE,
        reply(b"busy", 503),
        reply(b"{}", 429),
        cancelled("None", "ThrottlingError"),
        refuse("TransactionInProgressException"),
        reply(b'{"a":1}', x_amz_crc32="1"),
        reply(b"<html>"),
        say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
        close,
        reset,
        silence,
    ],
)
def test_what_may_pass_is_tried_again(broken: Move) -> None:
    passing = Time()
    with (
        serve(broken, broken, reply(b'{"a":1}')) as server,
        client_of(server, passing, read_timeout=0.1) as client,
    ):
        assert put(client) == {"a": 1}

    assert len(server.seen) == 3
    assert passing.slept == [0.05, 0.1]


@pytest.mark.parametrize(
    "move",
    [
        cancelled("None", "ConditionalCheckFailed"),
        cancelled("ThrottlingError", "ConditionalCheckFailed"),
        cancelled("TransactionConflict", "None"),
        cancelled(),
        refuse("TransactionConflictException"),
        refuse("AccessDeniedException"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(move: Move) -> None:
    with serve(move) as server, client_of(server) as client, pytest.raises(AwsError):
        put(client)

    assert len(server.seen) == 1


def test_the_last_failure_is_raised_when_the_attempts_are_used_up() -> None:
    passing = Time()
    with (
        serve(BROKEN, BROKEN, then=THROTTLE) as server,
        client_of(server, passing) as client,
        pytest.raises(AwsError, match="ProvisionedThroughputExceeded"),
    ):
        put(client)

    assert len(server.seen) == 4
    assert passing.slept == [0.05, 0.1, 0.2]


def test_pauses_are_drawn_at_random_and_bounded() -> None:
    passing, draws = Time(), chain([0.5] * 3, repeat(1.0))
    with serve(then=THROTTLE) as server:
        settings = AwsSettings(
            region="eu-west-1", credentials=STATIC, endpoint=server.url, attempts=10, deadline=60.0
        )
        client = AwsClient(
            settings, monotonic=passing.monotonic, sleep=passing.sleep, draw=lambda: next(draws)
        )
        with closing(client), pytest.raises(AwsError):
            put(client)

    assert passing.slept == [0.025, 0.05, 0.1, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]


def test_no_retry_begins_after_the_deadline() -> None:
    passing = Time()
    with (
        serve(then=THROTTLE) as server,
        client_of(server, passing, deadline=0.12) as client,
        pytest.raises(AwsError),
    ):
        put(client)

    assert passing.slept == [0.05]


def test_the_deadline_also_ends_a_wait_for_an_answer() -> None:
    started = time.monotonic()
    with serve(then=silence) as server:
        settings = AwsSettings(region="eu-west-1", credentials=STATIC, endpoint=server.url, deadline=0.1)
        with closing(AwsClient(settings)) as client, pytest.raises(Unreachable) as caught:
            put(client)

    assert caught.value.sent
    assert time.monotonic() - started < 1


def test_a_connection_opens_while_something_else_is_done() -> None:
    with serve() as server, client_of(server) as client:
        with client.opening(DYNAMODB):
            pass
        server.wait_for(connections=1)
        put(client)

    assert (server.connections, len(server.seen)) == (1, 1)


@pytest.mark.parametrize("ca_file", [None, "/there/is/none.pem"])
def test_where_none_opens_the_call_says_why(ca_file: str | None) -> None:
    with serve() as server:
        nobody = server.url.replace("http:", "https:")  # it speaks no TLS
    with client_of(server, endpoint=nobody, ca_file=ca_file) as client:
        with client.opening(DYNAMODB):
            pass
        with pytest.raises(OSError if ca_file else Unreachable):
            put(client)


def test_what_fails_beside_an_opening_fails() -> None:
    with serve() as server, client_of(server) as client, pytest.raises(LookupError), client.opening(DYNAMODB):
        raise LookupError


def test_a_refused_connection_is_tried_again_and_nothing_was_sent() -> None:
    passing = Time()
    with serve() as server:
        pass
    with client_of(server, passing) as client, pytest.raises(Unreachable) as caught:
        put(client)

    assert not caught.value.sent
    assert caught.value.__notes__ == ["in PutItem of dynamodb"]
    assert len(passing.slept) == 3


@pytest.mark.parametrize("broken", [close, BROKEN])
def test_once_the_outcome_is_unknown_it_stays_unknown(broken: Move) -> None:
    with ExitStack() as running:
        server = running.enter_context(serve(broken))
        settings = AwsSettings(region="eu-west-1", credentials=STATIC, endpoint=server.url)
        client = running.enter_context(closing(AwsClient(settings, sleep=lambda _: running.close())))
        with pytest.raises(Unreachable) as caught:
            put(client)

    assert len(server.seen) == 1
    assert caught.value.sent


def test_a_throttled_write_was_not_made() -> None:
    with ExitStack() as running:
        server = running.enter_context(serve(THROTTLE))
        settings = AwsSettings(region="eu-west-1", credentials=STATIC, endpoint=server.url)
        client = running.enter_context(closing(AwsClient(settings, sleep=lambda _: running.close())))
        with pytest.raises(Unreachable) as caught:
            put(client)

    assert not caught.value.sent


def test_a_dead_service_is_not_buried_under_retries() -> None:
    with serve(then=BROKEN) as server, client_of(server) as client:
        for _ in range(300):
            with pytest.raises(AwsError):
                put(client)

        assert len(server.seen) == 300 + 100


def test_successes_earn_retries_back() -> None:
    with serve(*[BROKEN] * 400, *[reply()] * 20, then=BROKEN) as server, client_of(server) as client:
        for _ in range(300):
            with pytest.raises(AwsError):
                put(client)
        for _ in range(20):
            put(client)
        for _ in range(10):
            with pytest.raises(AwsError):
                put(client)

        assert len(server.seen) == 300 + 100 + 20 + 10 + 2


def refuse_other_times(peer: socket.socket, seen: Seen) -> bool:
    """Refuse a request that is dated more than five minutes off, as every service of AWS does."""
    theirs = time.mktime(time.strptime(seen.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")) - time.timezone
    wrong = abs(theirs - time.time()) > 300
    move = refuse("InvalidSignatureException", Date=formatdate(usegmt=True)) if wrong else reply()
    return move(peer, seen)


@pytest.mark.parametrize("hours", [-11, 11])
def test_a_clock_that_is_hours_off_is_corrected_once(hours: int) -> None:
    with (
        serve(then=refuse_other_times) as server,
        client_of(server, attempts=1, clock=lambda: time.time() + hours * HOUR) as client,
    ):
        put(client)
        put(client)

    assert len(server.seen) == 3


def test_threads_that_find_the_clock_wrong_together_correct_it_once() -> None:
    together = threading.Barrier(8)

    def refuse_all_at_once(peer: socket.socket, seen: Seen) -> bool:
        together.wait(5.0)
        return refuse_other_times(peer, seen)

    with (
        serve(*[refuse_all_at_once] * 8, then=refuse_other_times) as server,
        client_of(server, attempts=1, clock=lambda: time.time() - 11 * HOUR) as client,
    ):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: put(client), range(8)))
        put(client)

    assert len(server.seen) == 8 + 8 + 1


@pytest.mark.parametrize("date", [lambda: "", lambda: "yesterday", lambda: formatdate(usegmt=True)])
def test_a_signature_that_is_wrong_for_another_reason_is_raised(date: Callable[[], str]) -> None:
    headers = {"Date": date()} if date() else {}
    with (
        serve(then=refuse("InvalidSignatureException", 400, **headers)) as server,
        client_of(server) as client,
        pytest.raises(AwsError, match="InvalidSignature"),
    ):
        put(client)

    assert len(server.seen) == 1


def rolling_keys() -> CredentialCache:
    """Hand out other credentials each time they are loaded: key1, key2, ..."""
    loaded = iter(range(1, 1000))
    return CredentialCache(lambda: Credentials(f"key{next(loaded)}", "s", "t"))


def test_expired_credentials_are_renewed_once() -> None:
    with (
        serve(refuse("ExpiredTokenException")) as server,
        client_of(server, attempts=1, credentials=rolling_keys()) as client,
    ):
        put(client)
        put(client)

    signers = [seen.headers["authorization"].partition("=")[2][:4] for seen in server.seen]
    assert signers == ["key1", "key2", "key2"]


def test_credentials_that_stay_expired_are_an_error() -> None:
    with serve(then=refuse("ExpiredTokenException")) as server:
        with (
            client_of(server, credentials=rolling_keys()) as client,
            pytest.raises(AwsError, match="ExpiredToken"),
        ):
            put(client)

        assert len(server.seen) == 2
        with client_of(server) as client, pytest.raises(AwsError, match="ExpiredToken"):
            put(client)
        assert len(server.seen) == 3


def test_a_credentials_endpoint_that_hiccups_is_asked_again() -> None:
    hiccups = iter([True, False])

    def load() -> Credentials:
        if next(hiccups):
            raise Unreachable("no answer from the credentials endpoint", sent=False)
        return Credentials("AKIA", "s")

    with serve() as server, client_of(server, credentials=CredentialCache(load)) as client:
        assert put(client) == {}


def test_thirty_threads_share_a_client() -> None:
    with serve(then=echo) as server, client_of(server) as client:

        def call_often(thread: int) -> bool:
            return all(put(client, thread=thread, n=n) == {"thread": thread, "n": n} for n in range(20))

        with ThreadPoolExecutor(30) as threads:
            assert all(threads.map(call_often, range(30)))

    assert len(server.seen) == 600
    assert server.connections <= 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"deadline": 0.0},
        {"read_timeout": -1.0},
        {"connect_timeout": 0.0},
        {"endpoint": "localhost"},
    ],
)
def test_settings_that_could_never_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"above zero|endpoint"):
        AwsSettings(region="eu-west-1", credentials=STATIC, **wrong)

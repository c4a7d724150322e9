"""Where credentials come from, against a container endpoint on a real socket."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from frontdesk.adapters.aws import credentials as module
from frontdesk.adapters.aws.credentials import CredentialCache, NoCredentials, from_environment
from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.aws.transport import Unreachable
from tests.unit.aws.scripted_server import Move, Script, close, reply, serve

NOW = 1_800_000_000.0
HOUR = 3600.0


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def hand_out(key: str, expires: float | None = None) -> Move:
    """Answer as the endpoint of ECS and SnapStart does."""
    until = "" if expires is None else f',"Expiration":"{datetime.fromtimestamp(expires, UTC).isoformat()}"'
    return reply(f'{{"AccessKeyId":"{key}","SecretAccessKey":"s","Token":"t"{until}}}'.encode())


def from_endpoint(server: Script, clock: Callable[[], float] = time.time, **more: str) -> CredentialCache:
    return from_environment({"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/role", **more}, clock=clock)


def test_keys_in_the_environment_are_taken() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}

    assert from_environment(environ).get() == Credentials("AKIA", "s", "t")


def test_a_session_token_is_optional() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": ""}

    assert from_environment(environ).get().token is None


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "AKIA"}, {"AWS_SECRET_ACCESS_KEY": "s"}])
def test_an_environment_without_credentials_is_a_clear_error(environ: dict[str, str]) -> None:
    with pytest.raises(NoCredentials, match="AWS_ACCESS_KEY_ID"):
        from_environment(environ).get()


def test_the_container_endpoint_is_asked_with_its_token() -> None:
    with serve(hand_out("AKIA")) as server:
        found = from_endpoint(server, AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in").get()

    assert found == Credentials("AKIA", "s", "t", None)
    assert server.seen[0].line == "GET /role HTTP/1.1"
    assert server.seen[0].headers["authorization"] == "let me in"


def test_the_token_file_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    with serve(then=hand_out("AKIA", NOW + HOUR)) as server:
        clock = Clock()
        cache = from_endpoint(server, clock, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(file))
        for token in ("first\n", "second\n"):
            file.write_text(token, encoding="utf-8")
            cache.get()
            clock.now += HOUR

    assert [seen.headers["authorization"] for seen in server.seen] == ["first", "second"]


def test_a_token_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with serve() as server, pytest.raises(NoCredentials, match="TOKEN_FILE"):
        from_endpoint(server, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "none")).get()

    assert server.seen == []


def test_a_relative_uri_is_served_by_the_task_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(hand_out("AKIA")) as server:
        monkeypatch.setattr(module, "TASK_ENDPOINT", server.url)
        from_environment({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?y=z"}).get()

    assert server.seen[0].line == "GET /v2/x?y=z HTTP/1.1"


@pytest.mark.parametrize(
    "url", ["http://example.test/role", "https://localhost/role", "ftp://localhost", "x"]
)
def test_credentials_are_taken_from_this_machine_only(url: str) -> None:
    with pytest.raises(NoCredentials, match="container URI"):
        from_environment({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}).get()


@pytest.mark.parametrize(
    "body", [b"{}", b"<html>", b'{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}']
)
def test_an_answer_that_holds_no_credentials_is_a_clear_error(body: bytes) -> None:
    with serve(reply(body)) as server, pytest.raises(NoCredentials, match="did not answer with credentials"):
        from_endpoint(server).get()


@pytest.mark.parametrize("broken", [close, reply(b"{}", 500)])
def test_an_endpoint_that_fails_is_unreachable_and_nothing_was_sent_to_aws(broken: Move) -> None:
    with serve(broken) as server, pytest.raises(Unreachable) as caught:
        from_endpoint(server).get()

    assert not caught.value.sent


def test_credentials_are_renewed_five_minutes_before_they_expire() -> None:
    clock = Clock()
    with serve(hand_out("first", NOW + HOUR), hand_out("second", NOW + 2 * HOUR)) as server:
        cache = from_endpoint(server, clock)
        cache.get()
        clock.now = NOW + HOUR - 301
        assert cache.get().access_key == "first"
        clock.now = NOW + HOUR - 299
        assert cache.get().access_key == "second"

    assert len(server.seen) == 2


@pytest.mark.parametrize("broken", [close, reply(b"{}")])
def test_while_the_endpoint_is_down_valid_credentials_stay_in_use_and_it_is_left_in_peace(
    broken: Move,
) -> None:
    clock = Clock()
    with serve(hand_out("first", NOW + HOUR), broken, broken, hand_out("second", NOW + 2 * HOUR)) as server:
        cache = from_endpoint(server, clock)
        cache.get()
        clock.now = NOW + HOUR - 60
        assert [cache.get().access_key for _ in range(5)] == ["first"] * 5
        assert len(server.seen) == 2
        clock.now += 11
        assert cache.get().access_key == "first"
        assert len(server.seen) == 3
        clock.now += 11
        assert cache.get().access_key == "second"


def test_expired_credentials_are_never_used() -> None:
    clock = Clock()
    with serve(hand_out("first", NOW + HOUR), then=close) as server:
        cache = from_endpoint(server, clock)
        cache.get()
        clock.now = NOW + HOUR
        with pytest.raises(Unreachable):
            cache.get()


def test_many_threads_load_once() -> None:
    loaded = []

    def load() -> Credentials:
        time.sleep(0.02)
        loaded.append(1)
        return Credentials("AKIA", "s")

    cache = CredentialCache(load)
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: cache.get(), range(20)))

    assert len(loaded) == 1
    assert found == [Credentials("AKIA", "s")] * 20


def test_while_one_thread_renews_the_others_go_on() -> None:
    clock, renewing, finish = Clock(), threading.Event(), threading.Event()
    old, new = Credentials("old", "s", None, NOW + HOUR), Credentials("new", "s", None, NOW + 2 * HOUR)

    def load() -> Credentials:
        if clock.now == NOW:
            return old
        renewing.set()
        assert finish.wait(5)
        return new

    cache = CredentialCache(load, clock=clock)
    cache.get()
    clock.now = NOW + HOUR - 60
    with ThreadPoolExecutor(1) as threads:
        renewed = threads.submit(cache.get)
        assert renewing.wait(5)
        meanwhile = cache.get()
        finish.set()

    assert meanwhile == old
    assert renewed.result() == new


def test_refused_credentials_are_renewed_once_for_all_threads() -> None:
    with serve(hand_out("first"), hand_out("second"), hand_out("third")) as server:
        cache = from_endpoint(server)
        refused = cache.get()
        with ThreadPoolExecutor(10) as threads:
            renewed = set(threads.map(lambda _: cache.renew(refused).access_key, range(10)))

    assert renewed == {"second"}
    assert len(server.seen) == 2


def test_keys_of_the_environment_cannot_be_renewed() -> None:
    cache = from_environment({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"})

    assert cache.renew(cache.get()) == cache.get()

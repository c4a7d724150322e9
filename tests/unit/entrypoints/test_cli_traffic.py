"""The load: due when it says, counted from then, bounded, and honest about what became of it."""

import asyncio
import random
from itertools import pairwise
from typing import Any

import httpx
import msgspec
import pytest

from frontdesk.entrypoints.cli import traffic_report, traffic_sender
from frontdesk.entrypoints.cli.connection import Api
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.traffic_orders import Buyer, Offer, offers_of
from frontdesk.entrypoints.cli.traffic_plan import MAX_REQUESTS, Plan, Spike, spike_of
from frontdesk.entrypoints.cli.traffic_report import Ends, Latency, ends, latency, summary
from frontdesk.entrypoints.cli.traffic_sender import Sender, Tally
from frontdesk.kernel.errors import Unavailable


def test_requests_are_due_evenly() -> None:
    assert list(Plan(4, 1).moments()) == [0, 0.25, 0.5, 0.75]


def test_a_spike_multiplies_the_rate_for_a_while() -> None:
    plan = Plan(10, 4, (Spike(1, 5, 2),))
    moments = list(plan.moments())

    assert [sum(start <= moment < start + 1 for moment in moments) for start in range(4)] == [10, 50, 50, 10]
    assert len(moments) == plan.requests == 120
    assert all(one < other for one, other in pairwise(moments))


def test_spikes_that_overlap_multiply_and_one_beyond_the_end_counts_for_nothing() -> None:
    plan = Plan(1, 3, (Spike(0, 2, 3), Spike(1, 3, 1), Spike(9, 100, 1)))

    assert [plan.rate_at(second) for second in (0, 1, 2)] == [2, 6, 2]
    assert plan.requests == len(list(plan.moments())) == 10


def test_a_slow_rate_still_sends_what_it_says() -> None:
    assert list(Plan(0.5, 10).moments()) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(0, 1),
        Plan(-1, 1),
        Plan(float("nan"), 1),
        Plan(float("inf"), 1),
        Plan(1, 0),
        Plan(1, 3_601),
        Plan(1, float("nan")),
        Plan(50_001, 1),
        Plan(1_000, 10, (Spike(5, 51, 1),)),
        Plan(MAX_REQUESTS / 100 + 1, 100),
    ],
)
def test_a_load_without_bounds_is_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match=r"must be above 0|are the most"):
        plan.check()


def test_a_load_at_its_bounds_is_taken() -> None:
    Plan(MAX_REQUESTS / 100, 100).check()
    Plan(1_000, 3, (Spike(1, 50, 1),)).check()


def test_a_spike_is_written_with_colons() -> None:
    assert spike_of("10:2.5:3") == Spike(10, 2.5, 3)
    for text in ("", "1:2", "1:2:3:4", "-1:2:3", "a:b:c", "1:2:3\n"):
        with pytest.raises(ValueError, match="AT:FACTOR:SECONDS"):
            spike_of(text)


def test_latencies_are_told_by_nearest_rank() -> None:
    assert latency([float(n) for n in range(100, 0, -1)]) == Latency(50, 95, 99, 100)
    assert latency([7.0]) == Latency(7, 7, 7, 7)
    assert latency([]) is None


OFFERS = [Offer("pretzel", 1), Offer("cola", 24)]


def buyer(seed: int = 1) -> Buyer:
    """Return a buyer of at most three lines."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return Buyer("traffic-1", "token", "http://127.0.0.1:8000/", "corner", "web", OFFERS, 3, chance)


def test_the_same_seed_orders_the_same_and_every_request_has_a_key_of_its_own() -> None:
    one, other = buyer(), buyer()
    requests = [one.request(n) for n in range(50)]

    assert requests == [other.request(n) for n in range(50)]
    assert requests != [buyer(2).request(n) for n in range(50)]
    assert all(f"Idempotency-Key: traffic-1-{n}\r\n".encode() in text for n, text in enumerate(requests))


def test_an_order_wants_known_products_once_each_and_enough_of_them() -> None:
    maker = buyer()
    for n in range(50):
        head, _, body = maker.request(n).partition(b"\r\n\r\n")
        lines = msgspec.json.decode(body)["lines"]

        assert f"Content-Length: {len(body)}\r\n".encode() in head + b"\r\n"
        assert 1 <= len({line["sku"] for line in lines}) == len(lines) <= 2
        assert all(line["quantity"] >= 24 for line in lines if line["sku"] == "cola")


def test_wholesale_orders_what_has_wholesale_terms_and_enough_of_it() -> None:
    products: list[dict[str, Any]] = [
        {"sku": "cola", "wholesale": {"minimum_quantity": 24}},
        {"sku": "coffee", "wholesale": None},
    ]

    assert offers_of(products, "wholesale") == [Offer("cola", 24)]
    assert offers_of(products, "web") == [Offer("cola", 1), Offer("coffee", 1)]
    with pytest.raises(CommandError, match="sells nothing"):
        offers_of(products[1:], "wholesale")


class SlowDesk:
    """Answers each request after a while; or not at all."""

    def __init__(
        self, seconds: float = 0.0, answer: bytes = b'{"order_id":"ord_1"}', status: int = 201
    ) -> None:
        self.seconds = seconds
        self.connections = 0
        self._answer = (
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer
            if status
            else b""
        )

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(self.seconds)
                if not self._answer:
                    break
                writer.write(self._answer)
        except asyncio.IncompleteReadError:
            pass
        writer.close()


class OneAnswer:
    """Gives one answer on each connection, and then hangs up."""

    def __init__(self, header: bytes) -> None:
        self.connections = 0
        self._header = header

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 X\r\n" + self._header + b'Content-Length: 20\r\n\r\n{"order_id":"ord_1"}')
        await writer.drain()
        writer.close()


def load(desk: SlowDesk | OneAnswer, plan: Plan, connections: int) -> Tally:
    """Send a load to a desk."""

    async def story() -> Tally:
        async with await asyncio.start_server(desk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            sender = Sender(f"http://127.0.0.1:{port}", lambda _: b"GET / HTTP/1.1\r\n\r\n", connections)
            await sender.send(plan.moments())
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
        return sender.tally

    return asyncio.run(story())


def test_a_slow_desk_does_not_slow_the_load_down_and_waiting_counts() -> None:
    tally = load(SlowDesk(seconds=0.05), Plan(100, 0.1), connections=1)

    assert tally.statuses == {201: 10}
    assert min(tally.accepted_ms) >= 50
    assert max(tally.accepted_ms) >= 10 * 50 - 90


def test_connections_are_kept_and_no_more_are_opened_than_allowed() -> None:
    desk = SlowDesk()
    tally = load(desk, Plan(500, 0.2), connections=3)

    assert (len(tally.ids), desk.connections) == (100, 3)


@pytest.mark.parametrize("header", [b"", b"Connection: close\r\n"], ids=["unsaid", "said"])
def test_a_server_that_hangs_up_after_an_answer_costs_no_request(header: bytes) -> None:
    desk = OneAnswer(header)
    tally = load(desk, Plan(50, 0.2), connections=1)

    assert (len(tally.ids), tally.unanswered, desk.connections) == (10, 0, 10)


def test_a_desk_that_hangs_up_is_counted_and_the_load_goes_on() -> None:
    tally = load(SlowDesk(status=0), Plan(100, 0.1), connections=2)

    assert (tally.unanswered, tally.done) == (10, 10)


def test_a_desk_that_answers_too_slowly_ends_the_load_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic_sender, "LEFT_SECONDS", 0.1)
    monkeypatch.setattr(traffic_sender, "ANSWER_SECONDS", 0.2)
    tally = load(SlowDesk(seconds=0.5), Plan(1_000, 0.1), connections=2)

    assert (tally.unanswered, tally.done) == (100, 100)


def test_a_desk_that_is_not_there_is_counted() -> None:
    sender = Sender("http://127.0.0.1:1", lambda _: b"", 2)
    asyncio.run(sender.send(Plan(100, 0.05).moments()))

    assert sender.tally.unanswered == 5


@pytest.mark.parametrize(
    ("status", "body", "code", "unsure"),
    [
        (503, {"code": "unavailable", "detail": Unavailable.title}, "unavailable", 0),
        (503, {"code": "unavailable", "detail": "The outcome is unknown."}, "unavailable", 1),
        (500, {"code": "internal"}, "internal", 1),
        (422, {"code": "invalid", "detail": "x"}, "invalid", 0),
        (502, None, "unreadable", 1),
    ],
)
def test_refusals_are_counted_by_code_and_only_failures_leave_doubt(
    status: int, body: object, code: str, unsure: int
) -> None:
    tally = Tally()
    tally.answered(status, b"<html>" if body is None else msgspec.json.encode(body), 3.0)

    assert (tally.refusals, tally.unsure, tally.refused_ms) == ({code: 1}, unsure, [3.0])


class Books:
    """The orders of a desk, as its API tells them. One that is not there when listed may turn up by its id."""

    def __init__(self, orders: dict[str, list[str]]) -> None:
        self._orders = orders  # the statuses that an order is seen in, one after the other

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        if request.url.path == "/orders":
            return httpx.Response(200, json={"items": [self._order(id) for id in list(self._orders)]})
        id = request.url.path.rpartition("/")[2]
        if id not in self._orders:
            return httpx.Response(404, json={"code": "not_found"})
        return httpx.Response(200, json=self._order(id))

    def _order(self, id: str) -> dict[str, Any]:
        seen = self._orders[id]
        return {"order_id": id, "status": seen.pop(0) if len(seen) > 1 else seen[0]}


def looked_up(orders: dict[str, list[str]], tally: Tally, monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Look up what a load left."""
    monkeypatch.setattr(traffic_report, "STEP_SECONDS", 0.001)
    client = httpx.Client(transport=httpx.MockTransport(Books(orders)), base_url="http://desk")
    api = Api(client, lambda: "token", ("corner",))
    return ends(api, tally, "corner", "traffic-1", patience=0.05, advance=lambda _count, _text="": None)


def test_a_clean_load_lost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked_up(
        {"a": ["PROCESSED"], "b": ["NEW", "NEW", "REJECTED"]}, Tally(ids=["a", "b"]), monkeypatch
    )

    assert (found.lost, found.doubled, found.unfinished) == (0, 0, 0)
    assert found.statuses == {"PROCESSED": 1, "REJECTED": 1}


def test_what_is_not_there_is_lost_and_what_stays_new_is_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked_up({"a": ["NEW"]}, Tally(ids=["a", "b"]), monkeypatch)

    assert (found.lost, found.unfinished) == (1, 1)


def test_an_order_that_nobody_was_told_of_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = {"a": ["PROCESSED"], "b": ["PROCESSED"]}

    assert looked_up(orders, Tally(ids=["a"]), monkeypatch).doubled == 1
    assert looked_up(orders, Tally(ids=["a"], unanswered=1), monkeypatch).doubled == 0
    assert looked_up(orders, Tally(ids=["a"], unsure=1), monkeypatch).doubled == 0


def test_one_order_for_two_keys_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked_up({"a": ["PROCESSED"]}, Tally(ids=["a", "a"]), monkeypatch).doubled == 1


GOOD = Ends(0, 0, 0, {"PROCESSED": 1}, 0.1)


@pytest.mark.parametrize(
    ("status", "found", "clean"),
    [
        (201, GOOD, True),
        (503, GOOD, True),
        (500, GOOD, False),
        (201, msgspec.structs.replace(GOOD, lost=1), False),
        (201, msgspec.structs.replace(GOOD, doubled=1), False),
        (201, msgspec.structs.replace(GOOD, unfinished=1), False),
    ],
)
def test_a_load_is_clean_when_nothing_is_lost_and_the_desk_failed_at_nothing(
    status: int, found: Ends, *, clean: bool
) -> None:
    tally = Tally()
    tally.answered(status, b'{"order_id":"a","code":"x"}', 1.0)

    assert summary(tally, 1.0, found).is_clean is clean


def test_a_request_without_an_answer_is_no_clean_load() -> None:
    assert not summary(Tally(unanswered=1), 1.0, GOOD).is_clean

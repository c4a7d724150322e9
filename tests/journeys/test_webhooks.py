"""Partners are told over HTTP what has happened, however their receivers behave and whatever becomes of the desk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.orders import order
from tests.journeys.receivers import Receivers, wait_until
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

SCOPES = "webhooks:read webhooks:write orders:write orders:read"
GRANTS = ["shop:corner-snacks=owner"]
HOOKS = "/shops/corner-snacks/webhooks"


class Partner:
    """The owner of the snack shop, and the receivers they have set up."""

    def __init__(self, desk: RunningDesk, receivers: Receivers) -> None:
        self.desk = desk
        self.receivers = receivers
        self.http = desk.client(desk.token(SCOPES, "olga", GRANTS))

    def connect(self, path: str, *events: str) -> dict[str, Any]:
        """Set up a webhook and return it, with its secret."""
        answer = self.http.post(HOOKS, json={"url": self.receivers.url + path, "events": list(events)})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def order(self) -> str:
        """Place an order and return its id."""
        answer = self.http.post("/orders", json=order())
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["order_id"]
        return id

    def deliveries(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a webhook's log, newest first."""
        items: list[dict[str, Any]] = self.http.get(f"{HOOKS}/{webhook['webhook_id']}/deliveries").json()[
            "items"
        ]
        return items

    def wait_for(self, webhook: dict[str, Any], status: str, count: int = 1) -> None:
        """Wait until so many deliveries have come to a status."""
        wait_until(lambda: sum(x["status"] == status for x in self.deliveries(webhook)) >= count)

    def show(self, webhook: dict[str, Any]) -> dict[str, Any]:
        """Return a webhook as it is now."""
        shown: dict[str, Any] = self.http.get(f"{HOOKS}/{webhook['webhook_id']}").json()
        return shown


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    monkeypatch.setenv("FRONTDESK_WEBHOOK_NETWORKS", "127.0.0.0/8")
    receivers = Receivers()
    desk = RunningDesk(tmp_path, "--demo").start()
    desk.wait_until_quiet()
    found = Partner(desk, receivers)
    yield found
    found.http.close()
    receivers.close()
    desk.stop()


def test_the_story_of_an_order_reaches_a_sound_receiver_signed_with_its_secret(partner: Partner) -> None:
    webhook = partner.connect("/sound", "order.created", "order.processed")
    id = partner.order()
    received = partner.receivers.wait_for("/sound", 2)
    told = [request.verified(webhook["secret"]) for request in received]
    assert {fact["type"] for fact in told} == {"order.created", "order.processed"}
    assert {fact["data"]["order_id"] for fact in told} == {id}
    assert b"Ana" not in b"".join(request.body for request in received), "nobody's name is told"
    partner.wait_for(webhook, "delivered", 2)
    assert partner.show(webhook)["last_success_at"] is not None


def test_receivers_fail_as_they_do_and_none_of_them_delays_the_others(partner: Partner) -> None:
    names = ("/sound", "/broken-once", "/busy", "/hanging", "/moved", "/gone")
    hooks = {name: partner.connect(name, "order.created") for name in names}
    for _ in range(6):
        partner.order()
    partner.wait_for(hooks["/sound"], "delivered", 6)
    partner.wait_for(hooks["/broken-once"], "delivered", 6)
    partner.wait_for(hooks["/busy"], "delivered", 6)
    partner.wait_for(hooks["/moved"], "failed", 6)
    wait_until(lambda: partner.show(hooks["/gone"])["status"] == "disabled")
    assert "/trap" not in partner.receivers.received
    assert len(partner.receivers.received["/moved"]) == 6
    assert 1 <= len(partner.receivers.received["/gone"]) <= 6
    assert 1 <= len(partner.receivers.received["/hanging"]) <= 4, "it has its share, and no more"
    (late,) = (x for x in partner.deliveries(hooks["/broken-once"]) if len(x["attempts"]) > 1)
    assert [attempt["status"] for attempt in late["attempts"]] == [500, 204]
    (busy,) = (x for x in partner.deliveries(hooks["/busy"]) if len(x["attempts"]) > 1)
    assert [attempt["status"] for attempt in busy["attempts"]] == [429, 204]
    tries = [x for x in partner.receivers.received["/busy"] if x.headers["webhook-id"] == busy["message_id"]]
    assert tries[1].at - tries[0].at >= 6, "it was left alone for as long as it asked"
    for name in names:
        for request in partner.receivers.received[name]:
            request.verified(hooks[name]["secret"])


def test_what_waits_for_another_try_survives_a_crash(partner: Partner) -> None:
    webhook = partner.connect("/broken-once", "order.created")
    partner.order()
    wait_until(lambda: any(x["attempts"] for x in partner.deliveries(webhook)))
    partner.desk.kill()
    partner.desk.start()
    first, second = partner.receivers.wait_for("/broken-once", 2)[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_a_desk_that_is_killed_while_it_sends_sends_again(partner: Partner) -> None:
    partner.connect("/hanging", "order.created")
    partner.order()
    partner.receivers.wait_for("/hanging", 1)
    partner.desk.kill()
    partner.desk.start()
    first, second = partner.receivers.wait_for("/hanging", 2)[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_a_stop_does_not_wait_for_a_receiver_that_hangs(partner: Partner) -> None:
    partner.connect("/hanging", "order.created")
    partner.order()
    partner.receivers.wait_for("/hanging", 1)
    assert partner.desk.stop() == 0


def test_tests_replays_and_rotation_work_over_http(partner: Partner) -> None:
    webhook = partner.connect("/sound", "order.created")
    one = f"{HOOKS}/{webhook['webhook_id']}"
    assert partner.http.post(f"{one}/test").status_code == 202
    assert partner.receivers.wait_for("/sound", 1)[0].verified(webhook["secret"])["type"] == "webhook.test"
    partner.wait_for(webhook, "delivered")
    rotated = partner.http.post(f"{one}/rotate").json()
    (delivery,) = partner.deliveries(webhook)
    assert partner.http.post(f"{one}/deliveries/{delivery['delivery_id']}/replay").status_code == 202
    again = partner.receivers.wait_for("/sound", 2)[1]
    for secret in (webhook["secret"], rotated["secret"]):
        again.verified(secret)
    partner.wait_for(webhook, "delivered")
    replay = partner.http.post(f"{one}/replay", json={"since": "2020-01-01T00:00:00Z", "which": "all"})
    shown = str(httpx.URL(str(replay.request.url)).join(replay.headers["Location"]))
    wait_until(lambda: partner.http.get(shown).json()["done"])
    partner.receivers.wait_for("/sound", 3)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "http://[::1]/"]
)
def test_nothing_inside_can_be_named(partner: Partner, url: str) -> None:
    answer = partner.http.post(HOOKS, json={"url": url, "events": ["*"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/url"

"""A desk that speaks WhatsApp to a stand-in of Meta, with somebody on the other end, and e-mail beside it."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx
import pytest

from tests.journeys.running import RunningDesk
from tests.unit.channels.mail_server import MailServer, mail_server
from tests.whatsapp import failing
from tests.whatsapp.cloud import WhatsAppCloud, whatsapp_cloud

pytestmark = pytest.mark.embedded  # what a desk is told of its channels is its environment here

T = TypeVar("T")
PLACE = "clinic:sur"
SCOPES = "messages:send messages:read inbox:write consents:write"
VALUES = {"patient": "Ana", "doctor": "Dra. Vega", "day": "jueves", "time": "10:00", "clinic": "Clínica Sur"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[WhatsAppCloud]:
    with whatsapp_cloud() as found:
        yield found


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, cloud: WhatsAppCloud, mail: MailServer
) -> Iterator[RunningDesk]:
    secret = tmp_path_factory.mktemp("secrets") / "token"
    secret.write_text(cloud.settings()["WHATSAPP_TOKEN"] + "\n")
    said = {**cloud.settings(), **mail.settings(), "WHATSAPP_TOKEN_FILE": str(secret)}
    del said["WHATSAPP_TOKEN"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in said.items():
            patch.setenv(f"FRONTDESK_{name}", value)
        folder = tmp_path_factory.mktemp("clinic")
        with RunningDesk(folder, "--services", "appointments,notifications") as found:
            cloud.subscribe(f"{found.url}/webhooks/whatsapp")
            yield found


@pytest.fixture
def owner(desk: RunningDesk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(SCOPES, "eva", [f"{PLACE}=owner"])) as client:
        yield client


def send(owner: httpx.Client, about: str, **wishes: Any) -> str:
    """Have the desk send a message, and return its id."""
    body: dict[str, Any] = {
        "place": PLACE,
        "person": "pat_ana",
        "about": about,
        "template": "appointment-confirm",
        "language": "es-MX",
        "values": VALUES,
        "addresses": {"whatsapp": "+525512345678"},
        "channels": ["whatsapp", "email"],
        "buttons": [
            {"intent": "confirm", "payload": f"c:{about}"},
            {"intent": "cancel", "payload": f"x:{about}"},
        ],
    }
    answer = owner.post("/messages", json=body | wishes)
    assert answer.status_code == 202, answer.text
    id: str = answer.json()["message_id"]
    return id


def soon(look: Callable[[], T], wanted: Callable[[T], bool], seconds: float = 15.0) -> T:
    """Return what is seen as soon as it is wanted."""
    deadline = time.monotonic() + seconds
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return seen


def state_of(owner: httpx.Client, id: str) -> Callable[[], str]:
    return lambda: str(owner.get(f"/messages/{id}").json()["state"])


def test_a_message_goes_out_as_a_template_and_its_way_is_followed(
    owner: httpx.Client, cloud: WhatsAppCloud
) -> None:
    id = send(owner, "apt_followed")
    sent = cloud.wait(lambda sent: sent.ours == id)
    assert sent.to == "5215512345678"
    assert sent.parameters == ("Ana", "Dra. Vega", "jueves", "10:00", "Clínica Sur")
    assert sent.buttons == {"0": "c:apt_followed", "1": "x:apt_followed"}
    for state in ("delivered", "read", "sent"):  # the last one comes late, and changes nothing
        assert cloud.report(sent, state) == 200
    assert soon(state_of(owner, id), "read".__eq__) == "read"


def test_what_has_no_whatsapp_gets_a_letter(
    owner: httpx.Client, cloud: WhatsAppCloud, mail: MailServer
) -> None:
    addresses = {"whatsapp": "+525500000001", "email": "ana@example.org"}
    id = send(owner, "apt_letter", addresses=addresses, buttons=[])
    cloud.report(cloud.wait(lambda sent: sent.ours == id), "failed", 131026)
    letters = soon(lambda: [letter for letter in mail.letters if letter["To"] == "ana@example.org"], bool)
    assert "Dra. Vega" in letters[0].get_content()
    assert letters[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_when_meta_is_down_for_a_moment_the_message_arrives_once(
    owner: httpx.Client, cloud: WhatsAppCloud
) -> None:
    cloud.fail(failing.break_down(503))
    id = send(owner, "apt_later")
    cloud.wait(lambda sent: sent.ours == id, seconds=20)
    assert soon(state_of(owner, id), "sent".__eq__) == "sent"
    assert len([sent for sent in cloud.sent if sent.ours == id]) == 1


def test_when_the_answer_is_lost_the_webhook_tells_and_nothing_goes_out_twice(
    owner: httpx.Client, cloud: WhatsAppCloud
) -> None:
    cloud.fail(failing.take_and_cut)
    id = send(owner, "apt_lost")
    sent = cloud.wait(lambda sent: sent.ours == id)
    assert cloud.report(sent, "delivered") == 200
    assert soon(state_of(owner, id), "delivered".__eq__) == "delivered"
    assert len([sent for sent in cloud.sent if sent.ours == id]) == 1


def test_what_nobody_understands_is_in_the_inbox_once(owner: httpx.Client, cloud: WhatsAppCloud) -> None:
    id = send(owner, "apt_inbox")
    sent = cloud.wait(lambda sent: sent.ours == id)
    person = cloud.person("+525512345678")
    assert person.write("¿tienen estacionamiento?", to=sent) == 200
    assert person.speak() == 200

    def waiting() -> list[str]:
        return sorted(item["form"] for item in owner.get("/inbox", params={"place": PLACE}).json()["items"])

    assert soon(waiting, lambda found: found[1:] != []) == ["audio", "text"]


def test_stop_is_the_last_word(owner: httpx.Client, cloud: WhatsAppCloud) -> None:
    addresses = {"whatsapp": "+5491123456789"}
    id = send(owner, "apt_stop", addresses=addresses)
    sent = cloud.wait(lambda sent: sent.ours == id)
    assert cloud.person("+541123456789").write("BAJA", to=sent) == 200
    cloud.wait(lambda sent: sent.to == "5491123456789", n=2)  # that it was understood
    after = send(owner, "apt_after", addresses=addresses)
    assert soon(state_of(owner, after), "skipped".__eq__) == "skipped"


def test_who_is_not_meta_is_not_heard(desk: RunningDesk, cloud: WhatsAppCloud) -> None:
    forged = cloud.post(b'{"entry": []}', secret="guessed", tries=1)
    assert forged == 401
    with desk.client() as anybody:
        asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "guessed"}
        assert anybody.get("/webhooks/whatsapp", params=asked).status_code == 404


def test_the_log_says_nothing_of_anybody(desk: RunningDesk) -> None:
    desk.wait_until_quiet()
    said = desk.log.read_text()
    for private in ("5512345678", "ana@example.org", "Ana", "estacionamiento", "Dra. Vega", "EAAJB", "c:apt"):
        assert private not in said

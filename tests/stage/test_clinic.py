"""A clinic alone on a stage of its own, where IAM decides: it keeps its promises, and goes again without a trace.

Its patients are written to, and time that is given up is offered. Nobody signs in: `frontdesk token` makes the tokens.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from frontdesk.manifest.deployment import KEYS
from frontdesk.services.appointments import demo
from tests.stage.deployed import DeployedDesk, deployed, run
from tests.stage.granted import cases, unneeded
from tests.stage.teller import Teller

pytestmark = [pytest.mark.stage, pytest.mark.timeout(900), pytest.mark.xdist_group("clinic")]

SERVICES = ("appointments", "notifications")
PLACE = f"clinic:{demo.DEMO_CLINIC_ID}"
SCOPES = (
    "clinics:read clinics:write appointments:read appointments:write waiting-list:write waiting-list:read "
    "messages:read messages:send"
)
SECRET, VERIFY = "app-secret", "verify-me"
SECONDS = 60.0
T = TypeVar("T")


@pytest.fixture(scope="module")
def desk() -> Iterator[DeployedDesk]:
    with deployed("terraform", services=SERVICES) as made:
        yield made


@pytest.fixture
def owner(desk: DeployedDesk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(SCOPES, "usr_owner", [f"{PLACE}=owner"])) as client:
        yield client


def seen(look: Callable[[], T | None]) -> T:
    """Return what is there in the end."""
    deadline = time.monotonic() + SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.3)
    return found


def post(owner: httpx.Client, path: str, body: Any, key: str = "") -> Any:
    """Send a command as it is written in Python."""
    headers = {"Idempotency-Key": key} if key else {}
    answer = owner.post(path, json=msgspec.to_builtins(body), headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def messages(owner: httpx.Client, template: str) -> list[dict[str, Any]]:
    """Return the messages of a template that a provider has taken."""
    found = owner.get("/messages", params={"place": PLACE}).json()["items"]
    return [one for one in found if one["template"] == template and one["state"] == "sent"]


def test_it_keeps_its_promises(desk: DeployedDesk) -> None:
    done = desk.command("verify", "--json")

    told = {one["name"]: one["outcome"] for one in json.loads(done.stdout)["chapters"]}
    assert done.returncode == 0, done.stdout
    assert {name for name, outcome in told.items() if outcome != "passed"} == {
        "a client gets a token",
        "the client is let in no more",
    }


def test_a_visit_is_booked_and_its_patient_written_to(owner: httpx.Client) -> None:
    owner.put(
        f"/clinics/{demo.DEMO_CLINIC_ID}", json=msgspec.to_builtins(demo.DEMO_CLINIC)
    ).raise_for_status()
    for name, doctor in demo.DEMO_DOCTORS.items():
        made = post(owner, f"/clinics/{demo.DEMO_CLINIC_ID}/doctors", doctor, key=name)
        hours = msgspec.to_builtins(demo.DEMO_HOURS[name])
        owner.put(f"/doctors/{made['doctor_id']}/hours", json=hours).raise_for_status()
    day = demo.demo_day(datetime.now(UTC).astimezone(ZoneInfo(demo.DEMO_CLINIC.time_zone)).date())
    visits = list(demo.demo_visits(day))

    booked = [post(owner, "/appointments", visit, key=f"visit-{n}") for n, visit in enumerate(visits)]

    again = post(owner, "/appointments", visits[0], key="visit-0")
    assert again["appointment_id"] == booked[0]["appointment_id"]
    refused = owner.post("/appointments", json=msgspec.to_builtins(visits[0]))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    told = seen(lambda: messages(owner, "appointment-booked") or None)
    assert {one["legs"][0]["channel"] for one in told} == {"whatsapp"}


def test_a_time_that_is_given_up_is_offered_to_who_waits(owner: httpx.Client) -> None:
    for number, entry in enumerate(demo.demo_waiting()):
        post(owner, "/waiting-list", entry, key=f"waiting-{number}")
    found = owner.get("/appointments", params={"clinic_id": demo.DEMO_CLINIC_ID, "state": "pending"}).json()
    visit = next(one for one in found["items"] if one["doctor_name"].endswith("Vega"))

    post(owner, f"/appointments/{visit['appointment_id']}/cancel", {"reason": "pat"})

    assert seen(lambda: messages(owner, "appointment-offer") or None)


def test_whatsapp_comes_in_without_a_token_and_only_with_its_signature(desk: DeployedDesk) -> None:
    values = {"PHONE_ID": "1", "TOKEN": "t", "APP_SECRET": SECRET, "VERIFY_TOKEN": VERIFY}
    for name, value in values.items():
        place = f"/{desk.stage.prefix}/channels/WHATSAPP_{name}"
        desk.aws("ssm").put_parameter(Name=place, Value=value, Type="SecureString")
    post_ = {"object": "whatsapp_business_account", "entry": [], "said": "sí 👍 \\u00ed"}
    body = json.dumps(post_, ensure_ascii=False, indent=1).encode()  # what is signed are these very bytes
    signed = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}

    with desk.client() as meta:
        json_type = {"content-type": "application/json"}
        answers = [
            meta.post(
                "/webhooks/whatsapp", content=body, headers={**json_type, "x-hub-signature-256": signature}
            )
            for signature in (signed, f"sha256={'0' * 64}")
        ]
        challenge = meta.get("/webhooks/whatsapp", params=asked)
        page = meta.get("/answers", params={"t": "unknown", "fbclid": "x"})
        closed = meta.get("/messages", params={"place": PLACE})

    assert [answer.status_code for answer in answers] == [200, 401]
    assert (challenge.status_code, challenge.text) == (200, "1158201444")
    assert page.headers["content-type"].startswith("text/html")
    assert closed.status_code == 401


def test_nothing_was_given_up(desk: DeployedDesk) -> None:
    desk.wait_until_settled()

    letters = desk.command("dead-letters", "list", "--json")

    assert json.loads(letters.stdout) == [], letters.stderr


def test_who_tells_how_tokens_are_verified_may_do_what_that_takes_and_nothing_else(
    desk: DeployedDesk,
) -> None:
    functions = desk.manifest.deployment.functions
    (keys,) = (function for function in functions if function.name == KEYS)

    assert len(cases(keys)) == 2
    assert unneeded(Teller(desk), keys, cases(keys)) == []


def test_all_of_it_goes_again(desk: DeployedDesk) -> None:
    gone = run("destroy", "--stage", desk.stage.name, "--yes", cwd=desk.folder, environment=desk.environment)

    assert gone.returncode == 0, gone.stderr
    left = {
        "tables": desk.aws("dynamodb").list_tables()["TableNames"],
        "functions": desk.aws("lambda").list_functions()["Functions"],
        "queues": desk.aws("sqs").list_queues().get("QueueUrls", []),
        "roles": [role["RoleName"] for role in desk.aws("iam").list_roles()["Roles"]],
        "apis": desk.aws("apigatewayv2").get_apis()["Items"],
        "logs": desk.aws("logs").describe_log_groups()["logGroups"],
        "alarms": desk.aws("cloudwatch").describe_alarms()["MetricAlarms"],
        "parameters": desk.aws("ssm").describe_parameters()["Parameters"],
    }
    prefix = desk.stage.prefix
    assert {what: found for what, found in left.items() if prefix in str(found)} == {}

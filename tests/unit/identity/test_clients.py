"""Clients sign in as themselves: with one of two secrets, for no more than they may."""

from datetime import timedelta

import pytest

from frontdesk.services.identity.admissions import Admission, Denial, Reason
from frontdesk.services.identity.clients import admit_client
from frontdesk.services.identity.commands import AsItself, Proof
from frontdesk.services.identity.guesses import FREE_TRIES
from frontdesk.services.identity.registrations import REGISTRATIONS, Registration
from tests.unit.driver import content, faults
from tests.unit.identity.house import OPERATOR, OWNER, STRANGER, House


@pytest.fixture
def house() -> House:
    return House()


def admit(house: House, client_id: str, secret: str | None, *scopes: str) -> Admission | Denial:
    outcome: Admission | Denial = house.ask(admit_client, AsItself(Proof(client_id, secret), scopes))
    return outcome


def reason(outcome: Admission | Denial) -> Reason:
    assert isinstance(outcome, Denial), outcome
    return outcome.reason


def test_a_client_gets_what_it_may_have_and_no_more(house: House) -> None:
    client = house.register(grants={"shop:snacks": "owner"})
    admission = admit(house, client["client_id"], client["client_secret"])
    assert isinstance(admission, Admission)
    assert (admission.subject, admission.client_id) == (client["client_id"], client["client_id"])
    assert admission.scopes == ("orders:read", "orders:write")
    assert admission.grants == {"shop:snacks": "owner"}
    assert (admission.lives, admission.refresh_token) == (timedelta(hours=1), "")


def test_a_client_may_ask_for_less_and_not_for_more(house: House) -> None:
    client = house.register()
    proof = client["client_id"], client["client_secret"]
    less = admit(house, *proof, "orders:read")
    assert isinstance(less, Admission)
    assert less.scopes == ("orders:read",)
    assert reason(admit(house, *proof, "orders:read", "operate")) is Reason.INVALID_SCOPE
    assert reason(admit(house, *proof, "nonsense")) is Reason.INVALID_SCOPE


def test_the_operator_sees_every_client_newest_first(house: House) -> None:
    first = house.register()["client_id"]
    house.desk.clock.advance(timedelta(seconds=1))
    second = house.register()["client_id"]

    found = content(house.desk.send(OPERATOR, "GET /clients"))["items"]
    assert [client["client_id"] for client in found] == [second, first]


def test_a_secret_is_shown_once_and_never_kept(house: House) -> None:
    client = house.register()
    secret = client["client_secret"]
    assert len(secret) > 43
    kept = [record.body for record in house.desk.store.records.values()]
    assert not any(secret in body for body in kept)
    shown = content(house.desk.send(OPERATOR, f"GET /clients/{client['client_id']}"))
    assert "client_secret" not in shown
    assert len(shown["secrets"]) == 1


def test_a_repeated_registration_finds_the_client_and_shows_no_secret(house: House) -> None:
    body = {"name": "Till", "scopes": ["orders:read"]}
    first = house.desk.send(OPERATOR, "POST /clients", body, idempotency_key="k")
    again = house.desk.send(OPERATOR, "POST /clients", body, idempotency_key="k")
    assert first.headers["location"] == again.headers["location"] == f"/clients/{content(first)['client_id']}"
    assert again.headers["idempotency-replayed"] == "true"
    assert "client_secret" in content(first)
    assert "client_secret" not in content(again)


def test_two_secrets_are_good_at_a_time(house: House) -> None:
    client = house.register()
    id, secrets = client["client_id"], [client["client_secret"]]
    for _ in range(2):
        house.later(minutes=1)
        made = content(house.desk.send(OPERATOR, f"POST /clients/{id}/secrets", {}))
        secrets.append(made["client_secret"])
    assert reason(admit(house, id, secrets[0])) is Reason.INVALID_CLIENT
    assert isinstance(admit(house, id, secrets[1]), Admission)
    assert isinstance(admit(house, id, secrets[2]), Admission)
    alone = content(house.desk.send(OPERATOR, f"POST /clients/{id}/secrets", {"alone": True}))
    assert reason(admit(house, id, secrets[2])) is Reason.INVALID_CLIENT
    assert isinstance(admit(house, id, alone["client_secret"]), Admission)


@pytest.mark.parametrize("secret", [None, "", "wrong", "fds_" + "A" * 43, "é"])
def test_a_client_without_its_secret_is_nobody(house: House, secret: str | None) -> None:
    client = house.register()
    assert reason(admit(house, client["client_id"], secret)) is Reason.INVALID_CLIENT
    assert reason(admit(house, "cli_unknown", secret)) is Reason.INVALID_CLIENT


def test_wrong_secrets_have_to_wait_and_a_right_one_never(house: House) -> None:
    client = house.register()
    id = client["client_id"]
    denials = [admit(house, id, "wrong") for _ in range(FREE_TRIES + 3)]
    assert [d.wait_seconds > 0 for d in denials if isinstance(d, Denial)] == [False] * FREE_TRIES + [True] * 3
    assert house.audit(id).count("client failed to prove itself") == FREE_TRIES
    assert isinstance(admit(house, id, client["client_secret"]), Admission)


def test_a_public_client_cannot_sign_in_as_itself(house: House) -> None:
    assert reason(admit(house, house.website(), None)) is Reason.UNAUTHORIZED_CLIENT


def test_a_public_client_that_shows_a_secret_is_not_believed(house: House) -> None:
    assert reason(admit(house, house.website(), "x")) is Reason.INVALID_CLIENT


def test_a_revoked_client_is_nobody_and_its_tokens_end(house: House) -> None:
    client = house.register()
    id = client["client_id"]
    for _ in range(2):
        answer = house.desk.send(OPERATOR, f"POST /clients/{id}/revoke", {"reason": "contract ended"})
        assert answer.status == 200
        assert "revoked_at" in content(answer)
    assert reason(admit(house, id, client["client_secret"])) is Reason.INVALID_CLIENT
    house.deliver()
    assert house.verifier.withdrawn[id] == 2**63 - 1
    assert house.audit(id).count("client revoked") == 1


def test_a_visit_is_noted_once_an_hour(house: House) -> None:
    client = house.register()
    for minutes in (0, 10, 50):
        house.later(minutes=minutes)
        admit(house, client["client_id"], client["client_secret"])
    assert house.audit(client["client_id"]).count("client came") == 2


def test_an_owner_registers_clients_for_their_own_shop_with_no_more_than_they_have(house: House) -> None:
    made = house.register(OWNER, grants={"shop:snacks": "staff"})
    assert made["registered_by"] == "usr_owner"
    body = {"name": "Till", "scopes": ["operate", "books:read"], "grants": {"shop:other": "staff"}}
    told = faults(house.desk.send(OWNER, "POST /clients", body))
    assert told == {"/grants": "not_yours", "/scopes": "beyond_yours"}
    assert faults(house.desk.send(OWNER, "POST /clients", {"name": "Till"})) == {"/grants": "missing"}


def test_only_the_operator_lets_people_sign_in_through_a_client(house: House) -> None:
    body = {"name": "Lure", "grants": {"shop:snacks": "staff"}, "redirect_uris": ["https://evil.example/"]}
    assert faults(house.desk.send(OWNER, "POST /clients", body)) == {"/redirect_uris": "operator_only"}


@pytest.mark.parametrize(
    "uri",
    [
        "http://shop.example/back",
        "https://shop.example/back#fragment",
        "https://user@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example;script-src/",
        "https://*.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://127.0.0.1.evil.example/",
        "https://shop.example/ back",
        "https:evil",
        "/back",
        "",
    ],
)
def test_a_code_is_never_sent_to_a_place_like_this(house: House, uri: str) -> None:
    body = {"name": "Web", "public": True, "redirect_uris": ["https://shop.example/back", uri]}
    assert list(faults(house.desk.send(OPERATOR, "POST /clients", body))) == ["/redirect_uris/1"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://shop.example/back?from=desk",
        "https://shop.example:8443",
        "http://127.0.0.1:5000/back",
        "http://[::1]/back",
        "http://localhost/back",
        "com.example.app:/back",
    ],
)
def test_a_code_may_be_sent_to_a_place_like_this(house: House, uri: str) -> None:
    assert house.register(public=True, redirect_uris=[uri])["redirect_uris"] == [uri]


def test_a_public_client_needs_a_place_to_send_people_back_to_and_gets_no_secret(house: House) -> None:
    refused = house.desk.send(OPERATOR, "POST /clients", {"name": "App", "public": True})
    assert faults(refused) == {"/redirect_uris": "missing"}
    website = house.website()
    assert "client_secret" not in content(house.desk.send(OPERATOR, f"GET /clients/{website}"))
    assert house.desk.send(OPERATOR, f"POST /clients/{website}/secrets", {}).status == 422


@pytest.mark.parametrize("line", ["GET /clients/{}", "POST /clients/{}/secrets", "POST /clients/{}/revoke"])
def test_somebody_elses_client_is_not_there(house: House, line: str) -> None:
    id = house.register(OWNER, grants={"shop:snacks": "staff"})["client_id"]
    body: object = {} if line.startswith("POST") else None
    assert house.desk.send(STRANGER, line.format(id), body).status == 404
    assert house.desk.send(OWNER, line.format(id), body).status == 200
    house.desk.send(OPERATOR, f"PUT /clients/{id}/grants/shop:other", {"role": "staff"})
    assert house.desk.send(OWNER, line.format(id), body).status == 404  # it works for two owners now


def test_a_client_record_never_carries_the_secret_on_its_way(house: House) -> None:
    house.register()
    (stored,) = [r for r in house.desk.store.records.values() if r.kind == REGISTRATIONS.name]
    assert isinstance(REGISTRATIONS.load(stored).value, Registration)
    assert "shown" not in stored.body

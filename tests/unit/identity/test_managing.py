"""Who may say who may: the operator everywhere, owners at their own shops, nobody else anywhere."""

import random

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.identity.admissions import Admission
from frontdesk.services.identity.withdrawing import load_withdrawals
from tests.unit.driver import content, faults
from tests.unit.identity.house import ANA, OPERATOR, OWNER, STRANGER, House

LIMIT = {"limit": "2"}


@pytest.fixture
def house() -> House:
    return House()


def test_an_owner_gives_and_takes_roles_at_their_own_shop(house: House) -> None:
    ana, web = house.open_account(), house.website(scopes=["orders:read", "stock:write"])
    path = f"/users/{ana}/grants/shop:snacks"
    house.later(seconds=1)
    assert content(house.desk.send(OWNER, f"PUT {path}", {"role": "staff"}))["grants"] == {
        "shop:snacks": "staff"
    }
    house.later(seconds=1)
    admission = house.admitted(web)
    house.later(seconds=1)
    assert (admission.scopes, admission.grants) == (("orders:read", "stock:write"), {"shop:snacks": "staff"})
    assert house.desk.send(OWNER, f"DELETE {path}").status == 200
    later = house.refresh(web, admission.refresh_token)
    assert isinstance(later, Admission)
    assert later.grants == {}
    assert later.scopes == ("orders:read",)
    house.deliver()
    assert admission.generation < house.verifier.withdrawn[ana] <= later.generation
    assert house.audit(ana)[-3:] == ["role granted", "signed in", "role taken away"]


@pytest.mark.parametrize("caller", [STRANGER, Caller("usr_ana", OWNER.scopes)])
@pytest.mark.parametrize("line", ["PUT /{}/grants/shop:snacks", "DELETE /{}/grants/shop:snacks"])
def test_nobody_else_gives_or_takes_them(house: House, line: str, caller: Caller) -> None:
    ana = house.open_account(grants={"shop:snacks": "staff"})
    till = house.register(grants={"shop:snacks": "staff"})["client_id"]
    body = {"role": "owner"} if line.startswith("PUT") else None
    for id in (f"users/{ana}", f"clients/{till}"):
        assert house.desk.send(caller, line.format(id), body).status == 404
        assert content(house.desk.send(OPERATOR, f"GET /{id}"))["grants"] == {"shop:snacks": "staff"}


def test_a_role_at_somewhere_else_or_of_another_name_is_refused(house: House) -> None:
    ana = house.open_account()
    assert house.desk.send(OWNER, f"PUT /users/{ana}/grants/desk", {"role": "staff"}).status == 404
    refused = house.desk.send(OWNER, f"PUT /users/{ana}/grants/shop:snacks", {"role": "king"})
    assert faults(refused) == {"/role": "unknown_value"}
    body = {"email": "x@example.com", "grants": {"desk": "owner"}}
    assert house.desk.send(OPERATOR, "POST /users", body).status == 422


def test_giving_the_same_role_again_changes_nothing(house: House) -> None:
    ana = house.open_account()
    for _ in range(2):
        answer = house.desk.send(OWNER, f"PUT /users/{ana}/grants/shop:snacks", {"role": "staff"})
        assert answer.headers["etag"] == '"2"'
    assert house.audit(ana).count("role granted") == 1


def test_a_client_can_be_given_a_role_and_lose_it(house: House) -> None:
    till = house.register(OWNER, grants={"shop:snacks": "owner"})["client_id"]
    path = f"/clients/{till}/grants/shop:snacks"
    assert content(house.desk.send(OWNER, f"PUT {path}", {"role": "staff"}))["grants"] == {
        "shop:snacks": "staff"
    }
    assert "grants" not in content(house.desk.send(OWNER, f"DELETE {path}"))
    house.deliver()
    assert house.verifier.withdrawn[till] == 3


def test_an_owner_sees_roles_at_their_shops_and_no_address(house: House) -> None:
    ana = house.open_account(grants={"shop:snacks": "staff", "shop:other": "owner"})
    seen = content(house.desk.send(OWNER, f"GET /users/{ana}"))
    assert seen["grants"] == {"shop:snacks": "staff"}
    assert not {"email", "name", "scopes"} & seen.keys()
    herself = Caller(ana, frozenset({"users:read"}))
    assert content(house.desk.send(herself, f"GET /users/{ana}"))["email"] == ANA
    ben = house.open_account("ben@example.com")
    assert house.desk.send(OWNER, f"GET /users/{ben}").status == 404
    assert house.desk.send(herself, f"GET /users/{ben}").status == 404


def test_an_owner_lists_who_works_at_their_shop(house: House) -> None:
    staff = []
    for n in range(5):
        staff.append(house.open_account(f"p{n}@example.com", grants={"shop:snacks": "staff"}))
        house.later(seconds=1)
    house.open_account("else@example.com", grants={"shop:other": "staff"})
    house.register(grants={"shop:snacks": "staff"})
    house.desk.send(OWNER, f"DELETE /users/{staff[0]}/grants/shop:snacks")
    found: list[str] = []
    query = {"place": "shop:snacks", **LIMIT}
    while True:
        page = content(house.desk.send(OWNER, "GET /users", query=query))
        found += [user["user_id"] for user in page["items"]]
        if not page["cursor"]:
            break
        query["cursor"] = page["cursor"]
    assert found == staff[:0:-1]
    assert house.desk.send(STRANGER, "GET /users", query={"place": "shop:snacks"}).status == 404
    assert house.desk.send(OWNER, "GET /users").status == 403
    (client,) = content(house.desk.send(OWNER, "GET /clients", query={"place": "shop:snacks"}))["items"]
    assert client["grants"] == {"shop:snacks": "staff"}


def test_only_the_operator_opens_and_closes_accounts_and_sees_the_audit(house: House) -> None:
    ana = house.open_account()
    for line, body in (
        ("POST /users", {"email": "x@example.com"}),
        (f"POST /users/{ana}/revoke", {}),
        (f"POST /users/{ana}/reset-password", {}),
        ("GET /audit", None),
        ("GET /keys", None),
        ("POST /keys/rotate", {}),
    ):
        answer = house.desk.send(OWNER, line, body)
        assert (answer.status, content(answer)["needs"]) == (403, ["operate"])
    assert house.desk.send(OWNER, f"POST /users/{ana}/sign-out", {}).status == 404


def test_an_address_has_one_account(house: House) -> None:
    house.open_account()
    taken = house.desk.send(OPERATOR, "POST /users", {"email": "ANA@example.com"})
    assert (taken.status, content(taken)["code"]) == (409, "address_taken")
    assert "ana" not in taken.body.decode().lower()


def test_a_repeated_opening_is_answered_as_the_first(house: House) -> None:
    body = {"email": ANA}
    answers = [house.desk.send(OPERATOR, "POST /users", body, idempotency_key="k") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    house.deliver()
    assert house.mailbox.count == 1


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"email": "no address"}, "/email"),
        ({"email": ANA, "password": "short"}, "/password"),
        ({"email": ANA, "password": "x" * 201}, "/password"),
        ({"email": ANA, "password": "aaaaaaaaaaaa"}, "/password"),
        ({"email": ANA, "scopes": ["Orders Read"]}, "/scopes/0"),
        ({"email": ANA, "language": "de"}, "/language"),
    ],
)
def test_an_account_with_something_wrong_is_refused(house: House, body: object, fault: str) -> None:
    assert list(faults(house.desk.send(OPERATOR, "POST /users", body))) == [fault]


def test_keys_are_rotated_and_who_did_so_is_kept(house: House) -> None:
    answer = content(house.desk.send(OPERATOR, "POST /keys/rotate", {"at_once": True}))
    assert answer == content(house.desk.send(OPERATOR, "GET /keys"))
    assert answer["items"] == [{"kid": "k1", "signs_from": "2026-03-14T12:00:00Z"}]
    assert house.keys.rotated == [True]
    (act,) = content(house.desk.send(OPERATOR, "GET /audit"))["items"]
    assert (act["by"], act["what"], act["detail"]) == ("operator", "signing keys rotated", "at once")


def test_the_audit_is_read_in_pages_and_about_one_subject(house: House) -> None:
    ana, ben = house.open_account(), house.open_account("ben@example.com")
    for _ in range(3):
        house.later(seconds=1)
        house.desk.send(OPERATOR, f"POST /users/{ben}/sign-out", {})
    first = content(house.desk.send(OPERATOR, "GET /audit", query=LIMIT))
    second = content(house.desk.send(OPERATOR, "GET /audit", query={**LIMIT, "cursor": first["cursor"]}))
    assert [act["what"] for act in first["items"]] == ["signed out", "signed out"]
    assert second["items"][0]["what"] == "signed out"
    assert house.audit(ana) == ["account opened"]
    assert faults(house.desk.send(OPERATOR, "GET /audit", query={"cursor": "x"})) == {"/cursor": "bad_cursor"}


def test_a_verifier_that_starts_learns_what_it_missed(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    house.refresh(web, admission.refresh_token)
    house.redeem(web, house.seals_code(admission.login_id))
    house.desk.send(OPERATOR, f"POST /users/{ana}/revoke", {})
    assert house.verifier.withdrawn == {}  # nothing was delivered
    assert house.ask(load_withdrawals) == 2
    assert house.verifier.withdrawn.keys() == {ana, admission.login_id}
    house.verifier.withdrawn.clear()
    house.later(hours=2)
    house.ask(load_withdrawals)
    assert house.verifier.withdrawn.keys() == {ana}
    house.verifier.withdrawn.clear()
    house.later(days=31)
    assert house.ask(load_withdrawals) == 0


def test_withdrawals_come_to_the_same_in_any_order(house: House) -> None:
    ana = house.open_account()
    for _ in range(5):
        house.later(seconds=1)
        house.desk.send(OPERATOR, f"POST /users/{ana}/sign-out", {})
    told = [*house.desk.store.log, *house.desk.store.log]
    random.Random(3).shuffle(told)  # noqa: S311 - an order, not a secret
    for message in told:
        house.desk.deliver(message)
    assert house.verifier.withdrawn == {ana: 6}


def test_nobody_has_roles_at_more_places_than_one_can_have(house: House) -> None:
    grants = {f"shop:s{n}": "staff" for n in range(50)}
    ana = house.open_account(grants=grants)
    refused = house.desk.send(OWNER, f"PUT /users/{ana}/grants/shop:snacks", {"role": "staff"})
    assert (refused.status, content(refused)["code"]) == (409, "too_many_grants")
    many = {"email": "x@example.com", "grants": grants | {"shop:one-more": "staff"}}
    assert house.desk.send(OPERATOR, "POST /users", many).status in {413, 422}

"""People sign in: codes and refresh tokens are good once, for one client, for a while."""

import pytest

from frontdesk.services.identity.admissions import Admission, Denial, Reason
from frontdesk.services.identity.commands import Proof, RevokeToken
from frontdesk.services.identity.signing_in import revoke_token
from tests.unit.driver import content
from tests.unit.identity.house import ANA, BACK, OPERATOR, PASSWORD, House


@pytest.fixture
def house() -> House:
    return House()


def is_refused(outcome: object, reason: Reason = Reason.INVALID_GRANT) -> bool:
    return isinstance(outcome, Denial) and outcome.reason is reason


def test_a_customer_gets_in_with_what_both_they_and_the_client_may(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    assert (admission.subject, admission.client_id) == (ana, web)
    assert admission.scopes == ("orders:read", "orders:write")
    assert admission.grants == {}
    assert admission.lives.total_seconds() == 600
    assert admission.generation == 1


def test_roles_bring_scopes_and_reach_the_token(house: House) -> None:
    house.open_account(grants={"shop:snacks": "owner"})
    web = house.website(scopes=["users:write", "orders:read", "operate"])
    admission = house.admitted(web)
    assert admission.scopes == ("orders:read", "users:write")
    assert admission.grants == {"shop:snacks": "owner"}


def test_who_asks_for_less_gets_less_and_who_may_nothing_gets_nothing(house: House) -> None:
    house.open_account()
    web = house.website()
    assert house.admitted(web, scopes=("orders:read", "operate")).scopes == ("orders:read",)
    assert is_refused(house.sign_in(web, scopes=("operate",)), Reason.INVALID_SCOPE)


def test_an_address_is_the_same_in_capitals(house: House) -> None:
    house.open_account("Ana@Example.com")
    house.admitted(house.website(), address="ANA@example.COM ")


@pytest.mark.parametrize(
    "changes", [{"password": "wrong horse battery"}, {"address": "ben@example.com"}, {"password": ""}]
)
def test_a_wrong_password_and_an_unknown_address_are_the_same(house: House, changes: dict[str, str]) -> None:
    house.open_account()
    web = house.website()
    outcome = house.sign_in(web, **changes)
    assert outcome == house.sign_in(web, password="another wrong one")
    assert house.passwords.asked == 2  # a hash was compared either way


def test_a_person_without_a_password_cannot_sign_in(house: House) -> None:
    house.open_account(password=None)
    assert is_refused(house.sign_in(house.website(), password=""))


def test_a_code_is_good_once_and_reuse_ends_what_came_of_it(house: House) -> None:
    house.open_account()
    web = house.website()
    code = house.sign_in(web)
    admission = house.redeem(web, code)
    assert isinstance(admission, Admission)
    assert is_refused(house.redeem(web, code))
    house.deliver()
    assert admission.login_id in house.verifier.withdrawn
    assert is_refused(house.refresh(web, admission.refresh_token))
    assert "code used twice" in house.audit(admission.subject)


def test_a_code_lives_a_minute(house: House) -> None:
    house.open_account()
    web = house.website()
    code = house.sign_in(web)
    house.later(seconds=59, microseconds=999_999)
    assert isinstance(house.redeem(web, code), Admission)
    code = house.sign_in(web)
    house.later(seconds=60)
    assert is_refused(house.redeem(web, code))


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": "https://evil.example/"},
        {"verifier": "w" * 43},
        {"verifier": "v" * 42},
        {"verifier": "v" * 129},
        {"verifier": ""},
    ],
)
def test_a_code_is_bound_to_its_redirect_and_challenge(house: House, changes: dict[str, str]) -> None:
    house.open_account()
    web = house.website()
    code = house.sign_in(web)
    assert is_refused(house.redeem(web, code, **changes))
    assert isinstance(house.redeem(web, code), Admission)


def test_a_code_is_bound_to_its_client(house: House) -> None:
    house.open_account()
    web, other = house.website(), house.website()
    assert is_refused(house.redeem(other, house.sign_in(web)))


@pytest.mark.parametrize("code", ["", ".", "lgn_0", "lgn_0.x", "é.é", "x" * 10_000])
def test_a_code_that_we_never_made_is_refused(house: House, code: str) -> None:
    assert is_refused(house.redeem(house.website(), code))


def test_refreshing_gives_a_new_refresh_token_each_time(house: House) -> None:
    house.open_account()
    web = house.website()
    first = house.admitted(web)
    second = house.refresh(web, first.refresh_token)
    assert isinstance(second, Admission)
    assert second.refresh_token != first.refresh_token
    assert second.scopes == first.scopes
    third = house.refresh(web, second.refresh_token, "orders:read")
    assert isinstance(third, Admission)
    assert third.scopes == ("orders:read",)
    assert is_refused(house.refresh(web, third.refresh_token, "operate"), Reason.INVALID_SCOPE)


def test_a_refresh_token_that_comes_again_late_ends_the_login(house: House) -> None:
    house.open_account()
    web = house.website()
    stolen = house.admitted(web)
    newest = house.refresh(web, stolen.refresh_token)
    assert isinstance(newest, Admission)
    house.later(seconds=10)
    assert is_refused(house.refresh(web, stolen.refresh_token))
    assert is_refused(house.refresh(web, newest.refresh_token))
    house.deliver()
    assert stolen.login_id in house.verifier.withdrawn
    assert house.audit(stolen.subject)[-1] == "refresh token used twice"


def test_a_refresh_token_two_turns_old_ends_the_login_at_any_moment(house: House) -> None:
    house.open_account()
    web = house.website()
    first = house.admitted(web)
    second = house.refresh(web, first.refresh_token)
    assert isinstance(second, Admission)
    third = house.refresh(web, second.refresh_token)
    assert isinstance(third, Admission)
    assert is_refused(house.refresh(web, first.refresh_token))
    assert is_refused(house.refresh(web, third.refresh_token))


def test_a_client_that_never_heard_the_answer_may_ask_again(house: House) -> None:
    house.open_account()
    web = house.website()
    first = house.admitted(web)
    heard = house.refresh(web, first.refresh_token)
    house.later(seconds=9)
    again = house.refresh(web, first.refresh_token)
    assert isinstance(heard, Admission)
    assert isinstance(again, Admission)
    assert again.refresh_token == heard.refresh_token


def test_a_forged_refresh_token_does_not_end_anybodys_login(house: House) -> None:
    house.open_account()
    web = house.website()
    admission = house.admitted(web)
    for forged in (f"{admission.login_id}.0.{'A' * 43}", f"{admission.login_id}.x.y", admission.login_id, ""):
        assert is_refused(house.refresh(web, forged))
    assert isinstance(house.refresh(web, admission.refresh_token), Admission)


def test_a_refresh_token_is_its_clients_alone(house: House) -> None:
    house.open_account()
    web, other = house.website(), house.website()
    admission = house.admitted(web)
    assert is_refused(house.refresh(other, admission.refresh_token))
    assert isinstance(house.refresh(web, admission.refresh_token), Admission)


def test_a_login_ends_when_nobody_uses_it_and_in_any_case_after_a_while(house: House) -> None:
    house.open_account()
    web = house.website()
    idle = house.admitted(web)
    house.later(days=30)
    assert is_refused(house.refresh(web, idle.refresh_token))
    busy: Admission | Denial = house.admitted(web)
    for _ in range(4):
        assert isinstance(busy, Admission)
        house.later(days=20)
        busy = house.refresh(web, busy.refresh_token)
    assert isinstance(busy, Admission)
    house.later(days=10)
    assert is_refused(house.refresh(web, busy.refresh_token))


def test_no_code_and_no_refresh_token_is_kept(house: House) -> None:
    house.open_account()
    web = house.website()
    code = house.sign_in(web)
    admission = house.redeem(web, code)
    assert isinstance(admission, Admission)
    kept = "".join(record.body for record in house.desk.store.records.values())
    for secret in (code, admission.refresh_token):
        assert secret.rpartition(".")[2] not in kept


def test_a_password_is_hashed_again_when_the_parameters_change(house: House) -> None:
    ana = house.open_account()
    web = house.website()
    house.passwords.mark = "two"
    house.sign_in(web)
    record = house.desk.store.records["account", ana]
    assert f"two:{PASSWORD}" in record.body
    house.admitted(web)


def test_a_closed_account_is_out_at_once_and_for_good(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    assert house.desk.send(OPERATOR, f"POST /users/{ana}/revoke", {"reason": "left"}).status == 200
    house.deliver()
    assert house.verifier.withdrawn[ana] == 2**63 - 1
    assert is_refused(house.refresh(web, admission.refresh_token))
    assert is_refused(house.sign_in(web))
    taken = house.desk.send(OPERATOR, "POST /users", {"email": ANA})
    assert content(taken)["code"] == "address_taken"


def test_signing_out_ends_every_login_and_lets_its_person_in_again(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    house.later(seconds=1)
    house.desk.send(OPERATOR, f"POST /users/{ana}/sign-out", {})
    assert is_refused(house.refresh(web, admission.refresh_token))
    house.later(seconds=1)
    again = house.admitted(web)
    house.deliver()
    assert admission.generation < house.verifier.withdrawn[ana] <= again.generation


def test_a_revoked_client_cannot_refresh(house: House) -> None:
    house.open_account()
    web = house.website()
    admission = house.admitted(web)
    house.desk.send(OPERATOR, f"POST /clients/{web}/revoke", {})
    assert is_refused(house.refresh(web, admission.refresh_token), Reason.INVALID_CLIENT)
    assert is_refused(house.sign_in(web))


def test_giving_a_refresh_token_back_ends_its_login(house: House) -> None:
    house.open_account()
    web, other = house.website(), house.website()
    admission = house.admitted(web)
    for client in (other, web, web):
        command = RevokeToken(Proof(client, None), refresh_token=admission.refresh_token)
        assert house.ask(revoke_token, command) is None
        house.deliver()
        assert (admission.login_id in house.verifier.withdrawn) == (client == web)
    assert is_refused(house.refresh(web, admission.refresh_token))
    assert house.audit(admission.subject).count("login revoked") == 1


def test_an_access_token_without_a_login_is_taken_back_alone(house: House) -> None:
    client = house.register()
    proof = Proof(client["client_id"], client["client_secret"])
    house.ask(revoke_token, RevokeToken(proof, token_id="jti-1", client_id="cli_other"))
    house.ask(revoke_token, RevokeToken(proof, token_id="jti-2", client_id=client["client_id"]))
    house.deliver()
    assert list(house.verifier.withdrawn) == ["jti-2"]


def test_what_is_kept_and_told_says_who_nobody_is(house: House) -> None:
    ana, web = house.open_account(name="Ana Pérez"), house.website()
    house.admitted(web)
    house.link()
    told = "".join(message.body + message.id for message in house.desk.store.log)
    keys = "".join([*house.desk.store.claims, *house.desk.store.counters])
    ids = "".join(id + str(record.keys) for (_, id), record in house.desk.store.records.items())
    for text in (told, keys, ids):
        assert "ana@" not in text.lower()
        assert "pérez" not in text.lower()
    assert ana in ids

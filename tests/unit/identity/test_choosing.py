"""Signing up and a forgotten password: a link proves the address, once, for half an hour, and tells nobody anything."""

import random

import pytest

from frontdesk.kernel.errors import Invalid
from frontdesk.services.identity.admissions import Denial
from frontdesk.services.identity.choosing import ask_for_link, open_notice
from frontdesk.services.identity.commands import AskForLink
from frontdesk.services.identity.events import NoticeWanted
from frontdesk.services.identity.notices import Language
from tests.unit.driver import content
from tests.unit.identity.house import ANA, OPERATOR, PASSWORD, House


@pytest.fixture
def house() -> House:
    return House()


def accounts(house: House) -> list[str]:
    """Return the addresses with an account, newest first."""
    return [user["email"] for user in content(house.desk.send(OPERATOR, "GET /users"))["items"]]


def test_somebody_signs_up_and_gets_in(house: House) -> None:
    token = house.link("Ana@Example.com")
    assert accounts(house) == []
    assert not isinstance(house.choose(token), Denial)
    assert accounts(house) == [ANA]
    assert house.admitted(house.website()).scopes == ("orders:read", "orders:write")


def test_the_answer_is_the_same_for_every_address_and_only_the_message_differs(house: House) -> None:
    house.open_account()
    for address in (ANA, "ben@example.com"):
        assert house.ask(ask_for_link, AskForLink(address=address, language=Language.ENGLISH)) is None
    house.deliver()
    subjects = {to: subject for to, subject, _ in house.mailbox.sent.values()}
    assert subjects == {ANA: "Choose a new password", "ben@example.com": "Finish signing up"}


def test_messages_speak_spanish_to_who_reads_spanish(house: House) -> None:
    house.link(language=Language.SPANISH)
    ((_, subject, text),) = house.mailbox.sent.values()
    assert subject == "Termine de registrarse"
    assert "https://desk.example/account/password?token=" in text
    assert "30 minutos" in text


def test_a_link_is_good_once(house: House) -> None:
    token = house.link()
    house.choose(token)
    assert isinstance(house.choose(token, "some other password"), Denial)
    house.admitted(house.website())


def test_a_link_to_change_a_password_is_good_once_as_well(house: House) -> None:
    house.open_account()
    token = house.link()
    house.choose(token, "another good password")
    assert isinstance(house.choose(token, "a third good password"), Denial)


def test_a_link_is_good_for_half_an_hour(house: House) -> None:
    token = house.link()
    house.later(minutes=29, seconds=59)
    assert house.ask(open_notice, token) is not None
    house.later(seconds=1)
    assert house.ask(open_notice, token) is None
    assert isinstance(house.choose(token), Denial)
    assert accounts(house) == []


def test_looking_at_a_link_does_not_use_it_up(house: House) -> None:
    token = house.link()
    for _ in range(3):
        assert house.ask(open_notice, token) is not None
    assert not isinstance(house.choose(token), Denial)


@pytest.mark.parametrize("token", ["", ".", "ntc_0", "ntc_0.x", "é.é"])
def test_a_link_that_we_never_sent_leads_nowhere(house: House, token: str) -> None:
    assert isinstance(house.choose(token), Denial)


def test_the_link_of_another_notice_does_not_fit(house: House) -> None:
    one, other = house.link(), house.link("ben@example.com")
    mixed = f"{one.partition('.')[0]}.{other.partition('.')[2]}"
    assert isinstance(house.choose(mixed), Denial)


def test_no_token_of_a_link_is_kept_or_told(house: House) -> None:
    secret = house.link().partition(".")[2]
    kept = "".join(record.body for record in house.desk.store.records.values())
    assert secret not in kept + "".join(message.body for message in house.desk.store.log)


def test_a_new_password_ends_every_login_and_access_token(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    house.later(seconds=1)
    house.choose(house.link(), "another good password")
    house.deliver()
    assert isinstance(house.refresh(web, admission.refresh_token), Denial)
    assert house.verifier.withdrawn[ana] > admission.generation
    assert isinstance(house.sign_in(web), Denial)
    house.later(seconds=1)
    house.admitted(web, password="another good password")


def test_one_address_gets_one_message_a_minute(house: House) -> None:
    for _ in range(3):
        house.link()
    assert house.mailbox.count == 1
    house.link("ben@example.com")
    assert house.mailbox.count == 2
    house.later(minutes=1)
    house.link()
    assert house.mailbox.count == 3


def test_two_links_make_one_account(house: House) -> None:
    first = house.link()
    house.later(minutes=1)
    second = house.link()
    house.choose(first)
    house.choose(second, "another good password")
    assert accounts(house) == [ANA]
    house.later(seconds=1)
    house.admitted(house.website(), password="another good password")


def test_nobody_signs_up_with_somebody_elses_password(house: House) -> None:
    """Nothing chosen before the link counts, so whoever asked first for the victim's address has gained nothing."""
    house.link()
    house.later(minutes=5)
    house.choose(house.link())
    assert isinstance(house.sign_in(house.website(), "what the attacker wished"), Denial)


def test_a_link_does_not_let_a_closed_account_back_in(house: House) -> None:
    ana = house.open_account()
    token = house.link()
    house.desk.send(OPERATOR, f"POST /users/{ana}/revoke", {})
    assert isinstance(house.choose(token), Denial)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abababababab", ANA, ANA.upper(), "ana"])
def test_what_is_guessed_first_is_no_password(house: House, password: str) -> None:
    token = house.link()
    with pytest.raises(Invalid) as refused:
        house.choose(token, password)
    assert [fault.code for fault in refused.value.faults] == ["too_easy"]
    assert not isinstance(house.choose(token), Denial)


def test_messages_are_sent_once_in_any_order_and_however_often_they_are_told(house: House) -> None:
    for n in range(8):
        house.ask(ask_for_link, AskForLink(address=f"p{n}@example.com", language=Language.ENGLISH))
    told = [*house.desk.store.log, *house.desk.store.log]
    random.Random(7).shuffle(told)  # noqa: S311 - an order, not a secret
    for message in told:
        house.desk.deliver(message)
    assert house.mailbox.count == len(house.mailbox.sent) == 8


def test_a_message_that_was_sent_is_not_sent_again_by_whoever_asks(house: House) -> None:
    house.link()
    (told,) = house.desk.heard(NoticeWanted)
    for n in range(3):
        house.desk.deliver(house.desk.tell(told, f"again-{n}"))
    assert house.mailbox.count == 1


def test_a_message_that_comes_too_late_is_not_sent(house: House) -> None:
    house.ask(ask_for_link, AskForLink(address=ANA, language=Language.ENGLISH))
    house.later(minutes=30)
    house.deliver()
    assert house.mailbox.count == 0


def test_the_way_back_is_kept_with_the_link(house: House) -> None:
    house.ask(ask_for_link, AskForLink(address=ANA, language=Language.ENGLISH, return_to="client_id=cli_1"))
    house.deliver()
    ((_, _, text),) = house.mailbox.sent.values()
    notice = house.choose(text.partition("?token=")[2].split()[0])
    assert notice.value.return_to == "client_id=cli_1"


def test_the_operator_has_a_link_sent_and_ends_logins(house: House) -> None:
    ana, web = house.open_account(), house.website()
    admission = house.admitted(web)
    house.later(seconds=1)
    kept = house.desk.send(OPERATOR, f"POST /users/{ana}/reset-password", {"sign_out": False})
    assert kept.status == 200
    assert not isinstance(house.refresh(web, admission.refresh_token), Denial)
    house.desk.send(OPERATOR, f"POST /users/{ana}/reset-password", {"language": "es"})
    house.deliver()
    assert [subject for _, subject, _ in house.mailbox.sent.values()][-1] == "Elija una contraseña nueva"
    assert isinstance(house.refresh(web, admission.refresh_token), Denial)
    assert not isinstance(house.sign_in(web, PASSWORD), Denial)  # until another one is chosen

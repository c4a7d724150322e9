"""People come in with a usual OAuth 2 library and a browser, over HTTP; and those who must not, do not."""

from collections.abc import Iterator

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped] # has its types in another package
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # as above

from tests.journeys.browser import Browser, Form, answer_in, files_in
from tests.journeys.oauth import (
    BACK,
    VERIFIER,
    a_till,
    becomes,
    close_clients,
    command,
    machine,
    operator,
    person,
    reads_orders,
    way_in,
)
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded  # its messages to people are read from the data folder

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path_factory.mktemp("identity"), "--demo").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def website(desk: RunningDesk) -> str:
    """Register the website and return its client id."""
    made = command(
        desk,
        "clients",
        "create",
        "Website",
        "--scope",
        "orders:read orders:write",
        "--redirect-uri",
        BACK,
        "--public",
    )
    return str(made["client_id"])


@pytest.fixture
def browser(desk: RunningDesk) -> Iterator[Browser]:
    found = Browser(desk.url, files_in(desk.data / "outbox"))
    yield found
    found.http.close()


def sign_in(browser: Browser, where: str, address: str, password: str = PASSWORD) -> httpx.Response:
    return browser.send(browser.http.get(where), address=address, password=password)


def signed_in(desk: RunningDesk, website: str, browser: Browser, address: str) -> OAuth2Client:
    """Sign up, sign in and return the client with its tokens."""
    browser.sign_up(address, PASSWORD)
    back = sign_in(browser, way_in(desk, website), address)
    client = person(desk, website)
    client.fetch_token(authorization_response=back.headers["location"], code_verifier=VERIFIER, state="s-1")
    return client


def test_a_person_signs_up_signs_in_and_comes_back_with_a_token(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    page = browser.http.get(way_in(desk, website))
    link = page.text.partition('href="/account/link')[2].partition('"')[0].replace("&amp;", "&")
    last = browser.sign_up("carla@example.com", PASSWORD, f"/account/link{link}")
    go_on = last.text.partition('href="/oauth/authorize')[2].partition('"')[0].replace("&amp;", "&")
    back = sign_in(browser, f"/oauth/authorize{go_on}", "Carla@Example.com")
    assert back.status_code == 303
    answer = answer_in(back.headers["location"])
    assert (answer["state"], back.headers["location"].partition("?")[0]) == ("s-1", BACK)
    client = person(desk, website)
    token = client.fetch_token(
        authorization_response=back.headers["location"], code_verifier=VERIFIER, state="s-1"
    )
    assert (token["expires_in"], token["scope"]) == (600, "orders:read orders:write")
    assert reads_orders(desk, token["access_token"]) == 200
    older = token["refresh_token"]
    newer = client.refresh_token(f"{desk.url}/oauth/token")
    assert newer["refresh_token"] != older
    assert reads_orders(desk, newer["access_token"]) == 200


def test_a_code_or_a_refresh_token_used_again_ends_the_login(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    client = signed_in(desk, website, browser, "dora@example.com")
    first = client.token
    second = client.refresh_token(f"{desk.url}/oauth/token")
    third = client.refresh_token(f"{desk.url}/oauth/token")
    assert reads_orders(desk, third["access_token"]) == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{desk.url}/oauth/token", refresh_token=first["refresh_token"])
    for token in (second, third):
        assert becomes(401, desk, token["access_token"])
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{desk.url}/oauth/token", refresh_token=third["refresh_token"])

    back = sign_in(browser, way_in(desk, website), "dora@example.com").headers["location"]
    token = client.fetch_token(authorization_response=back, code_verifier=VERIFIER, state="s-1")
    with pytest.raises(OAuthError, match="invalid_grant"):
        person(desk, website).fetch_token(authorization_response=back, code_verifier=VERIFIER, state="s-1")
    assert becomes(401, desk, token["access_token"])


def test_a_password_is_reset_by_message_and_ends_what_went_before(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    token = signed_in(desk, website, browser, "eva@example.com").token
    user = next(u for u in command(desk, "users", "list") if u["email"] == "eva@example.com")
    already = browser.mailbox()
    command(desk, "users", "reset-password", user["user_id"], "--language", "es")
    text = browser.next_message(already)
    assert "contraseña" in text
    assert becomes(401, desk, token["access_token"])
    page = browser.http.get(browser.link_in(text), headers={"accept-language": "es-MX,en;q=0.5"})
    assert Form(page.text).language == "es"
    done = browser.send(page, password="another good password")
    assert done.status_code == 200
    assert browser.send(page, password="a third good password").status_code == 410
    assert sign_in(browser, way_in(desk, website), "eva@example.com").status_code == 403
    back = sign_in(browser, way_in(desk, website), "eva@example.com", "another good password")
    assert back.status_code == 303


def test_giving_a_token_back_ends_it(desk: RunningDesk, website: str, browser: Browser) -> None:
    client = signed_in(desk, website, browser, "fay@example.com")
    token = dict(client.token)
    url = f"{desk.url}/oauth/revoke"
    assert client.revoke_token(url, token["refresh_token"], "refresh_token").status_code == 200
    assert becomes(401, desk, token["access_token"])
    till = machine(desk, a_till(desk))
    mine = till.fetch_token(grant_type="client_credentials")["access_token"]
    others = machine(desk, a_till(desk)).fetch_token(grant_type="client_credentials")["access_token"]
    for given in (mine, others, "nonsense"):
        assert till.revoke_token(url, given, "access_token").status_code == 200
    assert becomes(401, desk, mine)
    assert reads_orders(desk, others) == 200


def test_who_guesses_waits_and_the_person_gets_in_from_their_own_browser(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    signed_in(desk, website, browser, "gina@example.com")
    stranger = Browser(desk.url, files_in(desk.data / "outbox"))
    answers = [sign_in(stranger, way_in(desk, website), "gina@example.com", f"guess {n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert sign_in(stranger, way_in(desk, website), "gina@example.com").status_code == 429
    assert sign_in(browser, way_in(desk, website), "gina@example.com").status_code == 303
    unknown = [sign_in(stranger, way_in(desk, website), "who@example.com", f"guess {n}") for n in range(6)]
    assert [answer.status_code for answer in unknown] == [403] * 5 + [429]
    stranger.http.close()


def test_a_role_that_is_taken_away_is_gone_from_the_token_at_once(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    made = command(
        desk,
        "users",
        "create",
        "hana@example.com",
        "--password",
        "--grant",
        "shop:corner-snacks=staff",
        stdin=f"{PASSWORD}\n",
    )
    back = sign_in(browser, way_in(desk, website), "hana@example.com").headers["location"]
    client = person(desk, website)
    client.fetch_token(authorization_response=back, code_verifier=VERIFIER, state="s-1")
    shops_orders = f"{desk.url}/orders?shop_id=corner-snacks"
    assert client.get(shops_orders).status_code == 200
    command(desk, "users", "grant", made["user_id"], "shop:corner-snacks=")
    desk.wait_until_quiet()
    assert client.get(shops_orders).status_code == 401
    client.refresh_token(f"{desk.url}/oauth/token")
    assert client.get(shops_orders).status_code == 404


def test_a_place_that_is_not_the_clients_is_never_led_to(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    for uri in (
        f"{BACK}/",
        f"{BACK}?x",
        "https://evil.example/",
        "//evil.example",
        "https://shop.example",
        "",
    ):
        for answer in (
            browser.http.get(way_in(desk, website, redirect_uri=uri)),
            browser.http.get(way_in(desk, website, redirect_uri=uri, response_type="token")),
            browser.http.get(way_in(desk, "cli_unknown", redirect_uri=uri)),
        ):
            assert answer.status_code == 400
            assert "location" not in answer.headers
            assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_downgrade_is_refused_before_anybody_types_a_password(
    desk: RunningDesk, website: str, browser: Browser, changes: dict[str, str], error: str
) -> None:
    answer = browser.http.get(way_in(desk, website, **changes))
    assert answer.status_code == 303
    told = answer_in(answer.headers["location"])
    assert (told["error"], told["state"]) == (error, "s-1")
    assert answer.headers["location"].startswith(f"{BACK}?")


def test_a_code_without_its_verifier_or_at_another_client_is_worthless(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    browser.sign_up("ida@example.com", PASSWORD)
    body = {"name": "Other", "scopes": ["orders:read"], "redirect_uris": [BACK], "public": True}
    other = operator(desk, "POST", "/clients", body)["client_id"]
    code = answer_in(sign_in(browser, way_in(desk, website), "ida@example.com").headers["location"])["code"]
    good = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": website,
        "code_verifier": VERIFIER,
    }
    for changes in ({"client_id": other}, {"code_verifier": "w" * 64}, {"redirect_uri": f"{BACK}/"}):
        answer = httpx.post(f"{desk.url}/oauth/token", data=good | changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    missing = {name: value for name, value in good.items() if name != "code_verifier"}
    assert httpx.post(f"{desk.url}/oauth/token", data=missing).json()["error"] == "invalid_request"
    assert httpx.post(f"{desk.url}/oauth/token", data=good).status_code == 200


def test_a_form_from_elsewhere_is_not_taken(desk: RunningDesk, website: str, browser: Browser) -> None:
    browser.sign_up("jo@example.com", PASSWORD)
    page = browser.http.get(way_in(desk, website))
    typed = {"address": "jo@example.com", "password": PASSWORD}
    stranger = Browser(desk.url, files_in(desk.data / "outbox"))
    assert stranger.send(page, **typed).status_code == 403  # no cookie
    stranger.http.get(way_in(desk, website))
    assert stranger.send(page, **typed).status_code == 403  # another browser's token
    form = Form(page.text)
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert browser.http.post(form.action, data=form.fields | typed, headers=elsewhere).status_code == 403
    assert browser.send(page, **typed).status_code == 303
    for path in ("/account/link", "/account/password"):
        assert stranger.http.post(path, data=typed | {"token": "x"}).status_code == 403
    stranger.http.close()


def test_pages_are_shut_in_and_can_be_read_out(desk: RunningDesk, website: str, browser: Browser) -> None:
    pages = {
        "en": browser.http.get(way_in(desk, website)),
        "es": browser.http.get("/account/link", headers={"accept-language": "fr, es;q=0.8"}),
    }
    for language, page in pages.items():
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        form = Form(page.text)
        assert form.language == language
        assert {"address"} <= form.labelled <= form.fields.keys()
        assert "<script" not in page.text
    cookie = pages["en"].headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "form-action 'self' https://shop.example;" in pages["en"].headers["content-security-policy"]
    nasty = way_in(desk, website, state='"><script>alert(1)</script>', ui_locales='"><b>')
    assert "<script" not in browser.http.get(nasty).text
    assert "<b>" not in browser.http.get(nasty).text


def test_nothing_personal_and_no_secret_is_in_the_log(
    desk: RunningDesk, website: str, browser: Browser
) -> None:
    token = signed_in(desk, website, browser, "kim@example.com").token
    sign_in(browser, way_in(desk, website), "kim@example.com", "a wrong password")
    log = desk.log.read_text()
    for secret in ("kim@", PASSWORD, "a wrong password", token["refresh_token"], token["access_token"]):
        assert secret not in log


def test_a_throttled_address_still_lets_a_known_browser_in(
    website: str, desk: RunningDesk, browser: Browser
) -> None:
    signed_in(desk, website, browser, "lea@example.com")
    for _ in range(60):
        httpx.post(f"{desk.url}/oauth/token", data={"grant_type": "client_credentials", "client_id": "cli_x"})
    stranger = Browser(desk.url, files_in(desk.data / "outbox"))
    assert sign_in(stranger, way_in(desk, website), "lea@example.com").status_code == 429
    stranger.http.cookies.set("desk-device", f"{'A' * 22}.{'A' * 43}")
    assert sign_in(stranger, way_in(desk, website), "lea@example.com").status_code == 429
    assert sign_in(browser, way_in(desk, website), "lea@example.com").status_code == 303
    stranger.http.close()

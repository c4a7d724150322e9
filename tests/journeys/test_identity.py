"""Clients and people come in with a usual OAuth 2 library, over HTTP; and those who must not, do not."""

import base64
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped] # has its types in another package
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # as above
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.journeys.browser import Browser, Form, answer_in
from tests.journeys.running import RunningDesk

BACK = "https://shop.example/back"
PASSWORD = "correct horse battery"
VERIFIER = "v" * 64
FORM = {"content-type": "application/x-www-form-urlencoded"}


OPENED: list[OAuth2Client] = []
TOKENS: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


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
    found = Browser(desk.url, desk.data / "outbox")
    yield found
    found.http.close()


def command(desk: RunningDesk, *words: str, stdin: str = "") -> Any:
    """Run a command beside the server and return what it printed as JSON."""
    line = [sys.executable, "-m", "frontdesk", *words, "--data", str(desk.data), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=True, input=stdin)
    return json.loads(done.stdout)


def operator(desk: RunningDesk, method: str, path: str, body: object = None) -> Any:
    """Ask the desk as whoever runs it."""
    if desk.url not in TOKENS:
        TOKENS[desk.url] = desk.token("operate users:write users:read clients:write orders:read orders:write")
    headers = {"authorization": f"Bearer {TOKENS[desk.url]}"}
    answer = httpx.request(method, f"{desk.url}{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def a_till(desk: RunningDesk) -> dict[str, Any]:
    body = {"name": "Till", "scopes": ["orders:read"], "grants": {"shop:corner-snacks": "staff"}}
    made: dict[str, Any] = operator(desk, "POST", "/clients", body)
    return made


def _opened(*identity: str, **settings: str) -> OAuth2Client:
    client = OAuth2Client(*identity, **settings)
    OPENED.append(client)
    return client


def machine(desk: RunningDesk, till: dict[str, Any], method: str = "client_secret_basic") -> OAuth2Client:
    return _opened(
        till["client_id"],
        till["client_secret"],
        token_endpoint=f"{desk.url}/oauth/token",
        token_endpoint_auth_method=method,
    )


def person(desk: RunningDesk, client_id: str) -> OAuth2Client:
    return _opened(
        client_id,
        token_endpoint=f"{desk.url}/oauth/token",
        token_endpoint_auth_method="none",
        redirect_uri=BACK,
        code_challenge_method="S256",
    )


def way_in(desk: RunningDesk, client_id: str, **changes: str) -> str:
    """Return where a client sends a person to."""
    url, _ = person(desk, client_id).create_authorization_url(
        f"{desk.url}/oauth/authorize", state="s-1", code_verifier=VERIFIER
    )
    return str(httpx.URL(url).copy_merge_params(changes))


def sign_in(browser: Browser, where: str, address: str, password: str = PASSWORD) -> httpx.Response:
    return browser.send(browser.http.get(where), address=address, password=password)


def signed_in(desk: RunningDesk, website: str, browser: Browser, address: str) -> OAuth2Client:
    """Sign up, sign in and return the client with its tokens."""
    browser.sign_up(address, PASSWORD)
    back = sign_in(browser, way_in(desk, website), address)
    client = person(desk, website)
    client.fetch_token(authorization_response=back.headers["location"], code_verifier=VERIFIER, state="s-1")
    return client


def reads_orders(desk: RunningDesk, token: str) -> int:
    return httpx.get(f"{desk.url}/orders", headers={"authorization": f"Bearer {token}"}).status_code


def becomes(status: int, desk: RunningDesk, token: str) -> bool:
    """Return whether a token is answered so within a second: withdrawals travel as events."""
    desk.wait_until_quiet()
    return reads_orders(desk, token) == status


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_partners_system_signs_in_as_itself(desk: RunningDesk, method: str) -> None:
    client = machine(desk, a_till(desk), method)
    token = client.fetch_token(grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "orders:read")
    orders = client.get(f"{desk.url}/orders", params={"shop_id": "corner-snacks"})
    assert orders.status_code == 200
    with pytest.raises(OAuthError, match="invalid_scope"):
        client.fetch_token(grant_type="client_credentials", scope="orders:read operate")


def test_a_secret_is_rotated_without_a_gap(desk: RunningDesk) -> None:
    till = a_till(desk)
    newer = command(desk, "clients", "rotate-secret", till["client_id"])
    for known in (till, newer):
        machine(desk, known).fetch_token(grant_type="client_credentials")
    command(desk, "clients", "rotate-secret", till["client_id"], "--alone")
    for known in (till, newer):
        with pytest.raises(OAuthError, match="invalid_client"):
            machine(desk, known).fetch_token(grant_type="client_credentials")


def test_a_revoked_client_is_out_at_once(desk: RunningDesk) -> None:
    till = a_till(desk)
    token = machine(desk, till).fetch_token(grant_type="client_credentials")["access_token"]
    assert reads_orders(desk, token) == 200
    operator(desk, "POST", f"/clients/{till['client_id']}/revoke", {"reason": "contract ended"})
    assert becomes(401, desk, token)
    with pytest.raises(OAuthError, match="invalid_client"):
        machine(desk, till).fetch_token(grant_type="client_credentials")
    (act,) = operator(desk, "GET", f"/audit?about={till['client_id']}&limit=1")["items"]
    assert (act["what"], act["detail"]) == ("client revoked", "contract ended")


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
    already = set(browser.messages())
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
    stranger = Browser(desk.url, desk.data / "outbox")
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


def test_keys_rotate_while_old_tokens_stay_good_and_a_leaked_key_ends_them_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    desk = RunningDesk(tmp_path_factory.mktemp("keys"), "--demo").start()
    try:
        till = a_till(desk)
        old = machine(desk, till).fetch_token(grant_type="client_credentials")["access_token"]
        keys = command(desk, "keys", "rotate")
        published = httpx.get(f"{desk.url}/.well-known/jwks.json").json()
        assert [key["kid"] for key in published["keys"]] == [key["kid"] for key in keys]
        assert jwt.decode(old, KeySet.import_key_set(published)).claims["sub"] == till["client_id"]
        assert reads_orders(desk, old) == 200
        command(desk, "keys", "rotate", "--at-once")
        assert reads_orders(desk, old) == 401
        new = machine(desk, till).fetch_token(grant_type="client_credentials")["access_token"]
        assert reads_orders(desk, new) == 200
        command(desk, "clients", "revoke", till["client_id"])
        desk.stop()
        desk.start()
        assert reads_orders(desk, new) == 401
        assert [d["what"] for d in command(desk, "audit")].count("signing keys rotated") == 2
    finally:
        desk.stop()


def test_a_gateway_finds_everything_it_needs(desk: RunningDesk) -> None:
    found = httpx.get(f"{desk.url}/.well-known/openid-configuration").json()
    assert found["jwks_uri"] == f"{desk.url}/.well-known/jwks.json"
    assert found["token_endpoint"] == f"{desk.url}/oauth/token"
    (key,) = httpx.get(found["jwks_uri"]).json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert "d" not in key
    assert httpx.get(f"{desk.url}/.well-known/oauth-authorization-server").json() == found


# Those who must not


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


def test_a_token_with_another_algorithm_is_refused(desk: RunningDesk) -> None:
    token = machine(desk, a_till(desk)).fetch_token(grant_type="client_credentials")["access_token"]
    header, claims, signature = token.split(".")
    (key,) = httpx.get(f"{desk.url}/.well-known/jwks.json").json()["keys"]
    unsigned = _part({"alg": "none", "kid": key["kid"]})
    assert reads_orders(desk, f"{unsigned}.{claims}.") == 401
    assert reads_orders(desk, f"{unsigned}.{claims}.{signature}") == 401
    start = f"{_part({'alg': 'HS256', 'kid': key['kid']})}.{claims}"
    for secret in (json.dumps(key).encode(), key["n"].encode()):
        mac = base64.urlsafe_b64encode(hmac.digest(secret, start.encode(), "sha256")).rstrip(b"=").decode()
        assert reads_orders(desk, f"{start}.{mac}") == 401
    assert reads_orders(desk, f"{header}.{claims}.{signature}") == 200


def _part(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_form_from_elsewhere_is_not_taken(desk: RunningDesk, website: str, browser: Browser) -> None:
    browser.sign_up("jo@example.com", PASSWORD)
    page = browser.http.get(way_in(desk, website))
    typed = {"address": "jo@example.com", "password": PASSWORD}
    stranger = Browser(desk.url, desk.data / "outbox")
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


@pytest.mark.parametrize(
    ("content", "headers", "status", "error"),
    [
        (b"grant_type=client_credentials&grant_type=password", FORM, 400, "invalid_request"),
        (b"grant_type=%ff", FORM, 400, "invalid_request"),
        (b"\xff\xfe", FORM, 400, "invalid_request"),
        (b"", FORM, 400, "invalid_request"),
        (b"grant_type=password&username=x&password=y", FORM, 400, "unsupported_grant_type"),
        (b"grant_type=client_credentials", FORM, 401, "invalid_client"),
        (b"grant_type=client_credentials&client_id=a%00b&client_secret=%00", FORM, 401, "invalid_client"),
        (b"grant_type=" + b"x" * 20_000, FORM, 413, "too_large"),
        (b"&".join(b"a%d=1" % n for n in range(60)), FORM, 400, "invalid_request"),
        (
            b'{"grant_type":"client_credentials"}',
            {"content-type": "application/json"},
            415,
            "unsupported_media_type",
        ),
        (b"grant_type=client_credentials", FORM | {"authorization": "Basic !!!"}, 400, "invalid_request"),
        (
            b"grant_type=client_credentials&client_secret=x",
            FORM | {"authorization": "Basic YTpi"},
            400,
            "invalid_request",
        ),
        (b"grant_type=refresh_token&client_id=cli_x&refresh_token=x.y.z", FORM, 401, "invalid_client"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_words_of_the_standard(
    desk: RunningDesk, content: bytes, headers: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.post(f"{desk.url}/oauth/token", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_get_changes_nothing(desk: RunningDesk) -> None:
    for path in ("/oauth/token", "/oauth/revoke"):
        answer = httpx.get(f"{desk.url}{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


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
    stranger = Browser(desk.url, desk.data / "outbox")
    assert sign_in(stranger, way_in(desk, website), "lea@example.com").status_code == 429
    stranger.http.cookies.set("desk-device", f"{'A' * 22}.{'A' * 43}")
    assert sign_in(stranger, way_in(desk, website), "lea@example.com").status_code == 429
    assert sign_in(browser, way_in(desk, website), "lea@example.com").status_code == 303
    stranger.http.close()

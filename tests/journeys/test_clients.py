"""Systems of partners come in with a usual OAuth 2 library, over HTTP; and those who must not, do not."""

import base64
import hmac
import json
from collections.abc import Iterator

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped] # has its types in another package
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.journeys.desk import Desk
from tests.journeys.oauth import a_till, becomes, close_clients, command, machine, operator, reads_orders
from tests.journeys.running import RunningDesk

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    yield
    close_clients()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_partners_system_signs_in_as_itself(desk: Desk, method: str) -> None:
    client = machine(desk, a_till(desk), method)
    token = client.fetch_token(grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "orders:read")
    orders = client.get(f"{desk.url}/orders", params={"shop_id": "corner-snacks"})
    assert orders.status_code == 200
    with pytest.raises(OAuthError, match="invalid_scope"):
        client.fetch_token(grant_type="client_credentials", scope="orders:read operate")


def test_a_secret_is_rotated_without_a_gap(desk: Desk) -> None:
    till = a_till(desk)
    newer = command(desk, "clients", "rotate-secret", till["client_id"])
    for known in (till, newer):
        machine(desk, known).fetch_token(grant_type="client_credentials")
    command(desk, "clients", "rotate-secret", till["client_id"], "--alone")
    for known in (till, newer):
        with pytest.raises(OAuthError, match="invalid_client"):
            machine(desk, known).fetch_token(grant_type="client_credentials")


def test_a_revoked_client_is_out_at_once(desk: Desk) -> None:
    till = a_till(desk)
    token = machine(desk, till).fetch_token(grant_type="client_credentials")["access_token"]
    assert reads_orders(desk, token) == 200
    operator(desk, "POST", f"/clients/{till['client_id']}/revoke", {"reason": "contract ended"})
    assert becomes(401, desk, token)
    with pytest.raises(OAuthError, match="invalid_client"):
        machine(desk, till).fetch_token(grant_type="client_credentials")
    (act,) = operator(desk, "GET", f"/audit?about={till['client_id']}&limit=1")["items"]
    assert (act["what"], act["detail"]) == ("client revoked", "contract ended")


@pytest.mark.embedded  # all signing keys of a shared stage would be gone
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


def test_a_gateway_finds_everything_it_needs(desk: Desk) -> None:
    found = httpx.get(f"{desk.url}/.well-known/openid-configuration").json()
    assert found["jwks_uri"] == f"{desk.url}/.well-known/jwks.json"
    assert found["token_endpoint"] == f"{desk.url}/oauth/token"
    (key,) = httpx.get(found["jwks_uri"]).json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert "d" not in key
    assert httpx.get(f"{desk.url}/.well-known/oauth-authorization-server").json() == found


def test_a_token_with_another_algorithm_is_refused(desk: Desk) -> None:
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
    desk: Desk, content: bytes, headers: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.post(f"{desk.url}/oauth/token", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_get_changes_nothing(desk: Desk) -> None:
    for path in ("/oauth/token", "/oauth/revoke"):
        answer = httpx.get(f"{desk.url}{path}")
        if desk.has_gateway:  # it knows no methods without a route
            assert answer.status_code == 404
        else:
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def _part(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

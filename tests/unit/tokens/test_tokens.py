"""Access tokens: ours, for us, in time, not withdrawn; and nothing else, however it is dressed up."""

import base64
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.tokens import tokens as module
from frontdesk.adapters.tokens.files import FileKeys
from frontdesk.adapters.tokens.keys import KeyRing
from frontdesk.adapters.tokens.tokens import AUDIENCE, LIFETIME, REMEMBERED, TOKEN_CHARS, Tokens
from frontdesk.kernel.errors import Unauthenticated
from tests.unit.driver import START

KEY = RSAKey.generate_key(2048, auto_kid=True)
FOR_EVER = 2**63 - 1
OTHER_KEY = RSAKey.generate_key(2048, auto_kid=True)
FOR_EVER = 2**63 - 1
ISSUER = "https://desk.example"
NOW = int(START.timestamp())


class Issuer:
    """A clock, and the tokens of a desk."""

    def __init__(self, folder: Path) -> None:
        earlier = folder / "signing-key.pem"
        earlier.write_bytes(KEY.as_pem(private=True))
        self.clock = FixedClock(START)
        ring = KeyRing(FileKeys(folder / "keys", earlier=earlier), self.clock)
        self.tokens = Tokens(ring, issuer=ISSUER, clock=self.clock, chance=SeededChance(1))

    def issue(self, **more: str | int) -> str:
        """Return a good token."""
        scopes = ["orders:read", "orders:write"]
        return self.tokens.issue("usr_ana", scopes, {"shop:snacks": "staff"}, LIFETIME, **more)

    def refuses(self, token: str) -> bool:
        """Return whether a token is turned away, without a word of what was in it."""
        try:
            self.tokens.verify(token)
        except Unauthenticated as refused:
            return "usr_ana" not in refused.detail
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


def signed(
    key: Any = KEY, algorithm: str = "RS256", header: dict[str, Any] | None = None, **changes: Any
) -> str:
    """Return a token with other claims than ours; None leaves one out."""
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "usr_ana", "iat": NOW, "exp": NOW + 60}
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    named = {"alg": algorithm, "kid": KEY.kid} | (header or {})
    return jwt.encode(named, kept, key, algorithms=[algorithm])


def part(value: Any) -> str:
    """Return one part of a token as it is written."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


_, _CLAIMS, _SIGNATURE = signed().split(".")


def test_a_token_says_who_and_how_far(desk: Issuer) -> None:
    caller = desk.tokens.verify(desk.issue())
    assert caller.subject == "usr_ana"
    assert caller.scopes == {"orders:read", "orders:write"}
    assert caller.has_role("shop:snacks", "staff", "owner")
    assert not caller.has_role("shop:other", "staff")
    assert desk.tokens.verify(signed()).scopes == frozenset()


def test_two_tokens_are_never_the_same(desk: Issuer) -> None:
    assert desk.issue() != desk.issue()


@pytest.mark.parametrize("remembered", [False, True])
def test_a_token_is_good_until_it_expires_also_when_it_is_remembered(
    desk: Issuer, *, remembered: bool
) -> None:
    token = desk.issue()
    if remembered:
        desk.tokens.verify(token)
    desk.clock.advance(LIFETIME - timedelta(microseconds=1))
    assert not desk.refuses(token)
    desk.clock.advance(timedelta(microseconds=1))
    assert desk.refuses(token)
    assert desk.refuses(token)


def test_a_token_that_is_remembered_is_not_checked_again(
    desk: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = desk.issue()
    caller = desk.tokens.verify(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert desk.tokens.verify(token) is caller


def test_only_so_many_are_remembered(desk: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    assert REMEMBERED > 3
    for _ in range(10):
        desk.tokens.verify(desk.issue())
    assert len(desk.tokens._good) == 3  # noqa: SLF001 - memory is what this is about


def test_a_refused_token_is_not_remembered(desk: Issuer) -> None:
    for token in (signed(OTHER_KEY), signed(exp=NOW - 1), "nonsense"):
        assert desk.refuses(token)
    assert desk.tokens._good == {}  # noqa: SLF001 - as above


def test_a_token_that_names_no_key_is_refused(desk: Issuer) -> None:
    assert desk.refuses(jwt.encode({"alg": "RS256"}, {"iss": ISSUER}, KEY, algorithms=["RS256"]))


@pytest.mark.parametrize("name", ["usr_ana", "cli_web", "lgn_1"])
@pytest.mark.parametrize("remembered", [False, True])
def test_a_token_is_refused_once_one_of_its_names_is_withdrawn(
    desk: Issuer, name: str, *, remembered: bool
) -> None:
    token = desk.issue(client_id="cli_web", sid="lgn_1", gen=1)
    if remembered:
        desk.tokens.verify(token)
    desk.tokens.withdraw(name, FOR_EVER)
    assert desk.refuses(token)


def test_one_token_can_be_withdrawn_alone(desk: Issuer) -> None:
    one, other = desk.issue(), desk.issue()
    desk.tokens.withdraw(desk.tokens.read(one).jti, FOR_EVER)
    assert desk.refuses(one)
    assert not desk.refuses(other)


def test_a_subjects_later_tokens_are_good_again(desk: Issuer) -> None:
    before = desk.issue(gen=1)
    desk.tokens.withdraw("usr_ana", 2)
    desk.tokens.withdraw("usr_ana", 1)  # told late
    assert desk.refuses(before)
    assert not desk.refuses(desk.issue(gen=2))


def test_what_is_withdrawn_is_bounded(desk: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WITHDRAWN", 3)
    for n in range(10):
        desk.tokens.withdraw(f"lgn_{n}", FOR_EVER)
    assert list(desk.tokens._withdrawn) == ["lgn_7", "lgn_8", "lgn_9"]  # noqa: SLF001 - as above


def test_when_keys_are_rotated_tokens_of_the_old_one_stay_good(desk: Issuer) -> None:
    old = desk.issue()
    desk.tokens.rotate(at_once=False)
    desk.clock.advance(timedelta(hours=3))
    new = desk.tokens.issue("usr_ben", [], {})
    assert kid_of(new) != kid_of(old) == KEY.kid
    assert {key["kid"] for key in desk.tokens.key_set()["keys"]} == {kid_of(new), kid_of(old)}
    assert desk.tokens.verify(new).subject == "usr_ben"
    assert desk.tokens.read(old).sub == "usr_ana"


def test_when_a_key_leaked_nothing_that_it_signed_is_good(desk: Issuer) -> None:
    old, seen = desk.issue(), desk.issue()
    desk.tokens.verify(seen)
    desk.tokens.rotate(at_once=True)
    assert desk.refuses(old)
    assert desk.refuses(seen)
    assert not desk.refuses(desk.issue())


def kid_of(token: str) -> str:
    """Return the id of the key that a token names."""
    header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    return str(header["kid"])


def test_a_token_of_another_key_is_refused_even_under_our_keys_name(desk: Issuer) -> None:
    assert desk.refuses(signed(OTHER_KEY, header={"kid": OTHER_KEY.kid}))
    assert desk.refuses(signed(OTHER_KEY, header={"kid": KEY.kid}))
    assert desk.refuses(signed(OTHER_KEY, header={"jwk": OTHER_KEY.as_dict(private=False)}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["frontdesk", "other"]},
        {"sub": None},
        {"sub": 5},
        {"exp": None},
        {"exp": NOW},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": None},
        {"iat": NOW + 61},
        {"scope": ["orders:read"]},
        {"grants": ["shop:snacks"]},
        {"grants": {"shop:snacks": 1}},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_lacks_something_is_refused(
    desk: Issuer, changes: dict[str, Any]
) -> None:
    assert desk.refuses(signed(**changes))


def test_clocks_may_differ_by_a_minute(desk: Issuer) -> None:
    assert not desk.refuses(signed(iat=NOW + 60))


def test_an_unsigned_token_is_refused(desk: Issuer) -> None:
    _, claims, signature = signed().split(".")
    for algorithm in ("none", "None", "NONE", "", None):
        assert desk.refuses(f"{part({'alg': algorithm})}.{claims}.")
        assert desk.refuses(f"{part({'alg': algorithm})}.{claims}.{signature}")


def test_a_token_signed_with_our_public_key_as_a_shared_secret_is_refused(desk: Issuer) -> None:
    start = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{_CLAIMS}"
    for secret in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        mac = hmac.digest(secret, start.encode(), "sha256")
        assert desk.refuses(f"{start}.{part(mac)}")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_no_other_algorithm_will_do_even_with_our_key(desk: Issuer, algorithm: str) -> None:
    assert desk.refuses(signed(KEY, algorithm))


def test_a_token_that_was_tampered_with_is_refused(desk: Issuer) -> None:
    header, claims, signature = desk.issue().split(".")
    richer = json.loads(base64.urlsafe_b64decode(claims + "=="))
    richer["scope"] = "everything"
    assert desk.refuses(f"{header}.{part(richer)}.{signature}")
    assert desk.refuses(f"{header}.{claims}.{signature[:-8]}AAAAAAAA")
    assert desk.refuses(f"{header}.{claims}.")
    assert desk.refuses(f"{header}.{claims}")


ODD_HEADERS: list[Any] = [
    [],
    5,
    "x",
    {},
    {"alg": ["RS256"]},
    {"alg": {}},
    {"alg": "RS256", "crit": ["exp"]},
    {"alg": "RS256", "b64": False},
    {"alg": "RS256", "kid": 5},
    {"alg": "RSA-OAEP", "enc": "A128GCM"},
    b"\xff\xfe",
    b"[" * 5_000,
    b'{"alg":"RS256","x":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
]


@pytest.mark.parametrize("header", ODD_HEADERS, ids=lambda header: repr(header)[:30])
def test_a_header_that_makes_no_sense_is_refused_like_any_other(desk: Issuer, header: Any) -> None:
    assert desk.refuses(f"{part(header)}.{_CLAIMS}.{_SIGNATURE}")
    assert desk.refuses(f"{part(header)}.a.b.c.d")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a.b.c", "é.é.é", "\x00.\x00.\x00", "x" * (TOKEN_CHARS + 1)]
)
def test_what_is_no_token_is_refused(desk: Issuer, token: str) -> None:
    assert desk.refuses(token)


def test_white_space_around_a_token_is_not_ignored(desk: Issuer) -> None:
    token = desk.issue()
    for changed in (f" {token}", f"{token} ", f"{token}\n"):
        assert desk.refuses(changed)


class Heard:
    """A verifier in another process."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def withdraw(self, name: str, generation: int) -> None:
        """See tokens.Follower."""
        self.heard.append((name, generation))

    def forget(self) -> None:
        """See tokens.Follower."""
        self.heard.append("forget")


def test_who_follows_hears_what_is_withdrawn_and_when_a_key_is_trusted_no_more(desk: Issuer) -> None:
    follower = desk.tokens.follower = Heard()
    desk.tokens.withdraw("usr_ana", 3)
    desk.tokens.rotate(at_once=False)
    desk.tokens.withdraw("log_1", FOR_EVER)
    desk.tokens.rotate(at_once=True)
    assert follower.heard == [("usr_ana", 3), ("log_1", FOR_EVER), "forget"]


def test_a_verifier_that_begins_later_is_told_all_that_was_withdrawn(tmp_path: Path, desk: Issuer) -> None:
    token, later = desk.issue(gen=1), desk.issue(gen=3)
    desk.tokens.withdraw("usr_ana", 3)
    desk.tokens.withdraw("usr_ana", 2)
    assert desk.tokens.withdrawn() == [("usr_ana", 3)]
    other = Issuer(tmp_path)
    assert not other.refuses(token)
    for name, generation in desk.tokens.withdrawn():
        other.tokens.withdraw(name, generation)
    assert other.refuses(token)
    assert not other.refuses(later)


def test_a_follower_of_the_same_keys_refuses_what_it_knew_as_good_once_it_forgets(
    tmp_path: Path, desk: Issuer
) -> None:
    token, other = desk.issue(), Issuer(tmp_path)
    assert not other.refuses(token)
    desk.tokens.follower = other.tokens
    desk.tokens.rotate(at_once=True)
    assert other.refuses(token)
    assert not other.refuses(desk.issue())

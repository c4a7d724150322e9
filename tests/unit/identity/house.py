"""A desk with identity alone, its outside parties in memory, and the people and clients who come to it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call, Route
from frontdesk.services.identity.admissions import Admission, Denial
from frontdesk.services.identity.choosing import ask_for_link, choose_password
from frontdesk.services.identity.commands import (
    AskForLink,
    ChoosePassword,
    Knock,
    Proof,
    RedeemCode,
    Refresh,
    SignIn,
)
from frontdesk.services.identity.logins import code_for
from frontdesk.services.identity.notices import Language
from frontdesk.services.identity.ports import Messenger, Passwords, Seals, SigningKeys, Site, Withdrawals
from frontdesk.services.identity.service import SERVICE
from frontdesk.services.identity.signing_in import knock, redeem_code, refresh, sign_in
from frontdesk.services.identity.views import UserView
from tests.unit.driver import Desk, content, run

OPERATOR = Caller("operator", frozenset({*SERVICE.scopes, "orders:read", "orders:write", "catalogue:read"}))
OWNER = Caller("usr_owner", OPERATOR.scopes - {"operate"}, {"shop:snacks": "owner"})
STRANGER = Caller(
    "usr_stranger", OPERATOR.scopes - {"operate"}, {"shop:other": "owner", "shop:snacks": "staff"}
)

ANA, PASSWORD = "ana@example.com", "correct horse battery"
BACK = "https://shop.example/back"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class PlainPasswords:
    """Keeps passwords as they are, under a mark that stands for parameters; counts how often it was asked."""

    def __init__(self) -> None:
        self.mark = "one"
        self.asked = 0

    async def hash(self, password: str) -> str:
        return f"{self.mark}:{password}"

    async def matches(self, kept: str, password: str) -> bool:
        self.asked += 1
        return kept.partition(":")[2] == password and bool(kept)

    def is_outdated(self, kept: str) -> bool:
        return not kept.startswith(self.mark)


class TestSeals:
    """Seals under a key that everybody knows."""

    __test__ = False

    def seal(self, purpose: str, text: str) -> str:
        digest = hmac.digest(b"key", f"{purpose}\x1f{text}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


class Mailbox:
    """What was sent: to whom, subject, text; by id."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, str, str]] = {}
        self.count = 0

    async def send(self, id: str, to: str, subject: str, text: str) -> None:
        self.count += 1
        self.sent[id] = (to, subject, text)


class Keys:
    """Names instead of keys."""

    def __init__(self) -> None:
        self.kids: dict[str, datetime] = {}
        self.rotated: list[bool] = []

    def rotate(self, *, at_once: bool) -> None:
        self.rotated.append(at_once)
        self.kids[f"k{len(self.rotated)}"] = datetime.fromisoformat("2026-03-14T12:00:00Z")

    def moments(self) -> Mapping[str, datetime]:
        return self.kids


class Verifier:
    """Notes what was withdrawn."""

    def __init__(self) -> None:
        self.withdrawn: dict[str, int] = {}

    def withdraw(self, name: str, generation: int) -> None:
        self.withdrawn[name] = max(generation, self.withdrawn.get(name, 0))


class House:
    """Ask it as the endpoints do (`ask`), or over the API (`desk.send`). Messages wait until `deliver`."""

    site = "https://desk.example"

    def __init__(self) -> None:
        self.desk = Desk(SERVICE)
        self.passwords, self.mailbox, self.keys, self.verifier = (
            PlainPasswords(),
            Mailbox(),
            Keys(),
            Verifier(),
        )
        self.seals = TestSeals()
        providers: dict[type, Any] = {
            Passwords: self.passwords,
            Seals: self.seals,
            Messenger: self.mailbox,
            SigningKeys: self.keys,
            Withdrawals: self.verifier,
            Site: self,
        }
        self.desk.bus = Bus(self.desk.clock, self.desk.bus.chance, providers)
        self._delivered = 0

    def ask(self, handle: Callable[..., Awaitable[Any]], *command: object) -> Any:
        route = Route("POST", "", handle, lambda _: UserView("", self.now), UserView, "", scopes=())
        call = Call(Caller("anybody"), {}, command, "test")
        return run(self.desk.bus.ask(SERVICE, route, call, self.desk.store)).result

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def later(self, **by: float) -> None:
        self.desk.clock.advance(timedelta(**by))

    def deliver(self) -> None:
        """Hand over every message that was not handed over yet."""
        while self._delivered < len(self.desk.store.log):
            self.desk.deliver(self.desk.store.log[self._delivered])
            self._delivered += 1

    def audit(self, about: str | None = None) -> list[str]:
        """Return what the audit says was done, oldest first."""
        query = {"about": about} if about else {}
        found = content(self.desk.send(OPERATOR, "GET /audit", query={**query, "limit": "100"}))
        return [act["what"] for act in reversed(found["items"])]

    def register(self, caller: Caller = OPERATOR, **changes: Any) -> dict[str, Any]:
        """Register a client, by default one that signs in as itself."""
        body = {"name": "Till", "scopes": ["orders:read", "orders:write"]} | changes
        response = self.desk.send(caller, "POST /clients", body)
        assert response.status == 201, response.body
        made: dict[str, Any] = content(response)
        return made

    def website(self, **changes: Any) -> str:
        """Register a public client that people sign in through, and return its id."""
        return str(self.register(redirect_uris=[BACK], public=True, **changes)["client_id"])

    def open_account(self, email: str = ANA, **changes: Any) -> str:
        """Open an account with PASSWORD, and return its id."""
        body = {"email": email, "password": PASSWORD} | changes
        response = self.desk.send(OPERATOR, "POST /users", body)
        assert response.status == 201, response.body
        return str(content(response)["user_id"])

    def link(self, address: str = ANA, language: Language = Language.ENGLISH) -> str:
        """Ask for a link and return the token in the message."""
        self.ask(ask_for_link, AskForLink(address=address, language=language))
        self.deliver()
        _, _, text = list(self.mailbox.sent.values())[-1]
        return text.partition("?token=")[2].split()[0]

    def choose(self, token: str, password: str = PASSWORD) -> Any:
        return self.ask(choose_password, ChoosePassword(token, password))

    def knock(self, address: str = ANA, device: str = "") -> int:
        seconds: int = self.ask(knock, Knock(address, device))
        return seconds

    def sign_in(self, client_id: str, password: str = PASSWORD, **changes: Any) -> Any:
        """Sign in without a knock, and return the code or the denial."""
        given = {"address": ANA, "device": "", "new_device": "d" * 22, "scopes": ()} | changes
        command = SignIn(
            password=password, client_id=client_id, redirect_uri=BACK, challenge=CHALLENGE, **given
        )
        return self.ask(sign_in, command)

    def redeem(self, client_id: str, code: str, **changes: str) -> Admission | Denial:
        given = {"redirect_uri": BACK, "verifier": VERIFIER} | changes
        proof = Proof(client_id, None)
        admitted: Admission | Denial = self.ask(redeem_code, RedeemCode(proof, code, **given))
        return admitted

    def admitted(self, client_id: str, **changes: Any) -> Admission:
        """Sign in all the way."""
        admission = self.redeem(client_id, self.sign_in(client_id, **changes))
        assert isinstance(admission, Admission), admission
        return admission

    def seals_code(self, login_id: str) -> str:
        """Return the code of a login again."""
        return code_for(login_id, self.seals.seal)

    def refresh(self, client_id: str, token: str, *scopes: str) -> Admission | Denial:
        command = Refresh(Proof(client_id, None), token, scopes)
        admitted: Admission | Denial = self.ask(refresh, command)
        return admitted

"""What a browser keeps for us: a cookie that belongs to its forms, and one by which it is known again.

A form carries a seal over the first, so no other site can send one (OWASP: signed double submit). The second is set
when somebody signs in, and sealed; tries from a known browser are counted apart from those of strangers.
"""

import asyncio
import hmac
import re
from base64 import urlsafe_b64encode

from frontdesk.entrypoints.oauth.visits import Door, Visit
from frontdesk.entrypoints.oauth.words import language_of
from frontdesk.services.identity.notices import Language

TOKEN = "form_token"  # noqa: S105 - the name of a field
DEVICE_SECONDS = 365 * 24 * 3600
COOKIE_BYTES = 16
_COOKIE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class Browsers:
    """Reads and writes the two cookies. With https they are bound to this host alone (`__Host-`)."""

    def __init__(self, door: Door) -> None:
        self._door = door
        prefix = "__Host-" if door.is_secure else ""
        self._form, self._device = f"{prefix}desk-form", f"{prefix}desk-device"

    def form(self, visit: Visit) -> tuple[dict[str, str], str]:
        """Return the hidden field of a form, and the cookie to set with it ("" when the browser has one)."""
        kept = self._kept(visit, self._form)
        cookie = kept or self._fresh()
        field = {TOKEN: self._door.seal("form", cookie)}
        return field, "" if kept else self._cookie(self._form, cookie)

    def is_ours(self, visit: Visit) -> bool:
        """Return whether a form was sent from a page of ours in the same browser."""
        cookie = self._kept(visit, self._form)
        if not cookie or visit.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        expected = self._door.seal("form", cookie)
        return hmac.compare_digest(expected.encode(), visit.fields.get(TOKEN, "").encode())

    def device(self, visit: Visit) -> str:
        """Return what this browser was given when somebody signed in with it, "" for nothing."""
        device, _, seal = visit.cookies.get(self._device, "").partition(".")
        return device if hmac.compare_digest(self._door.seal("known", device).encode(), seal.encode()) else ""

    def new_device(self, visit: Visit) -> tuple[str, str]:
        """Return by what a browser is to be known from now on, and the cookie to set."""
        device = self.device(visit) or self._fresh()
        value = f"{device}.{self._door.seal('known', device)}"
        return device, self._cookie(self._device, value, f"; Max-Age={DEVICE_SECONDS}")

    def check_failures(self, visit: Visit) -> None:
        """Raise TooMany for an address with too many failures: each try here costs memory and a slow hash.

        Behind one address there may be everybody (a proxy), so a browser that somebody signed in with is let through.
        """
        if not self.device(visit):
            self._door.failures.check(visit.address, asyncio.get_running_loop().time())

    def _kept(self, visit: Visit, name: str) -> str:
        value = visit.cookies.get(name, "")
        return value if _COOKIE.fullmatch(value) else ""

    def _fresh(self) -> str:
        return urlsafe_b64encode(self._door.bus.chance.bytes(COOKIE_BYTES)).rstrip(b"=").decode()

    def _cookie(self, name: str, value: str, more: str = "") -> str:
        secure = "; Secure" if self._door.is_secure else ""
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}"


def language(visit: Visit) -> Language:
    """Return the language of a page."""
    return language_of(visit.fields.get("ui_locales", ""), visit.headers.get("accept-language", ""))


def other_language(visit: Visit) -> str:
    """Return the tag of the language that a page is not in."""
    return Language.SPANISH if language(visit) is Language.ENGLISH else Language.ENGLISH

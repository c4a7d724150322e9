"""`/account/link` and `/account/password`: an address is proved by a message, then a password is chosen.

Looking at a link uses nothing up: mail programs follow links by themselves. What is answered is the same for every
address.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import msgspec

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.authorize import ADDRESS_FIELD, LINK_PATH
from frontdesk.entrypoints.oauth.authorize import PATH as AUTHORIZE_PATH
from frontdesk.entrypoints.oauth.browsers import Browsers, language, other_language
from frontdesk.entrypoints.oauth.html import Page
from frontdesk.entrypoints.oauth.visits import Door, Visit
from frontdesk.entrypoints.oauth.wishes import FIELDS
from frontdesk.kernel.errors import Invalid
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import Email
from frontdesk.services.identity.admissions import Denial
from frontdesk.services.identity.choosing import ask_for_link, choose_password, open_notice
from frontdesk.services.identity.commands import AskForLink, ChoosePassword, Password
from frontdesk.services.identity.notices import Notice

PASSWORD_PATH = "/account/password"  # noqa: S105 - a path
RETURN_CHARS = 2_000
_NEW_PASSWORD_FIELD = {
    "type": "password",
    "autocomplete": "new-password",
    "minlength": "10",
    "maxlength": "200",
}
_FORBIDDEN, _GONE, _UNPROCESSABLE = 403, 410, 422


class Account:
    """Two pages, each of them shown and sent."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._browsers = Browsers(door)

    async def show_link(self, visit: Visit) -> Response:
        """Show where to ask for a link."""
        return self._link_page(visit)

    async def ask(self, visit: Visit) -> Response:
        """Have a link sent."""
        if not self._browsers.is_ours(visit):
            return self._link_page(visit, "bad_form", _FORBIDDEN)
        address = visit.fields.get("address", "").strip()
        if not _has_shape(address, Email):
            return self._link_page(visit, "bad_address", _UNPROCESSABLE)
        self._browsers.check_failures(visit)
        self._door.failures.add(visit.address)  # so many messages an address may cause, and no more
        command = AskForLink(address=address, language=language(visit), return_to=_return_to(visit.fields))
        await self._door.ask(ask_for_link, command, visit=visit)
        return Page(language(visit), "sent_title").say("sent_why").response()

    def _link_page(self, visit: Visit, error: str = "", status: int = 200) -> Response:
        hidden, cookie = self._browsers.form(visit)
        page = Page(language(visit), "link_title", status=status).say("link_why")
        if error:
            page.warn(error)
        kept = {"next": _return_to(visit.fields), "ui_locales": str(language(visit))}
        page.form(LINK_PATH, {**kept, **hidden}, {"address": ADDRESS_FIELD}, "send")
        page.link("other_language", LINK_PATH, {**kept, "ui_locales": other_language(visit)})
        return page.response(cookie)

    async def show_password(self, visit: Visit) -> Response:
        """Show where to choose a password."""
        notice = await self._door.ask(open_notice, visit.fields.get("token", ""), visit=visit)
        return self._password_page(visit) if notice is not None else _bad_link(visit)

    async def choose(self, visit: Visit) -> Response:
        """Keep a new password."""
        if not self._browsers.is_ours(visit):
            return self._password_page(visit, "bad_form", _FORBIDDEN)
        password = visit.fields.get("password", "")
        if not _has_shape(password, Password):
            return self._password_page(visit, "bad_password", _UNPROCESSABLE)
        self._browsers.check_failures(visit)
        command = ChoosePassword(visit.fields.get("token", ""), password)
        try:
            outcome: Stored[Notice] | Denial = await self._door.ask(choose_password, command, visit=visit)
        except Invalid:
            return self._password_page(visit, "bad_password", _UNPROCESSABLE)
        if isinstance(outcome, Denial):
            self._door.failures.add(visit.address)
            return _bad_link(visit)
        page = Page(language(visit), "chosen_title").say("chosen_why")
        if outcome.value.return_to:
            page.link("go_on", AUTHORIZE_PATH, dict(parse_qsl(outcome.value.return_to)))
        return page.response()

    def _password_page(self, visit: Visit, error: str = "", status: int = 200) -> Response:
        hidden, cookie = self._browsers.form(visit)
        page = Page(language(visit), "choose_title", status=status).say("choose_rule")
        if error:
            page.warn(error)
        kept = {"token": visit.fields.get("token", ""), "ui_locales": str(language(visit))}
        page.form(PASSWORD_PATH, {**kept, **hidden}, {"password": _NEW_PASSWORD_FIELD}, "choose")
        return page.response(cookie)


def _bad_link(visit: Visit) -> Response:
    page = Page(language(visit), "bad_request", status=_GONE).say("bad_link")
    return page.link("no_account", LINK_PATH, {"ui_locales": str(language(visit))}).response()


def _return_to(fields: Mapping[str, str]) -> str:
    """Return the query of an authorization request, rebuilt: whatever else was sent leads nowhere."""
    given = fields.get("next", "")[:RETURN_CHARS]
    return urlencode([(name, value) for name, value in parse_qsl(given) if name in FIELDS])


def _has_shape(text: str, shape: object) -> bool:
    try:
        msgspec.convert(text, shape)
    except msgspec.ValidationError:
        return False
    return True

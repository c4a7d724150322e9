"""`/oauth/authorize`: somebody signs in, and their browser takes a code back to the client that asked."""

from collections.abc import Mapping
from urllib.parse import urlencode

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.browsers import Browsers, language, other_language
from frontdesk.entrypoints.oauth.html import Page
from frontdesk.entrypoints.oauth.visits import Door, Visit
from frontdesk.entrypoints.oauth.wishes import UnknownClientError, Wish, read_wish
from frontdesk.entrypoints.oauth.words import language_of
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.services.identity.admissions import Denial, Reason
from frontdesk.services.identity.commands import Knock, SignIn
from frontdesk.services.identity.signing_in import knock, sign_in

PATH = "/oauth/authorize"
LINK_PATH = "/account/link"
ADDRESS_FIELD: Mapping[str, str] = {"type": "email", "autocomplete": "username", "maxlength": "254"}
_PASSWORD_FIELD = {"type": "password", "autocomplete": "current-password", "maxlength": "200"}
_LONGEST_PASSWORD, _LONGEST_ADDRESS = 200, 254  # as `commands.Password` and `shapes.Email`
_BAD_REQUEST, _FORBIDDEN, _TOO_MANY = 400, 403, 429


class Authorize:
    """A GET shows the page, a POST signs in. There is no session: everybody signs in each time."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._browsers = Browsers(door)

    async def show(self, visit: Visit) -> Response:
        """Show where to sign in."""
        try:
            wish = await read_wish(self._door, visit)
        except UnknownClientError:
            return _unknown_client(visit)
        denial = wish.denial()
        return wish.refused(denial) if denial else self._page(visit, wish)

    async def sign_in(self, visit: Visit) -> Response:
        """Sign in, and send the browser back."""
        try:
            wish = await read_wish(self._door, visit)
        except UnknownClientError:
            return _unknown_client(visit)
        denial = wish.denial()
        if denial:
            return wish.refused(denial)
        if not self._browsers.is_ours(visit):
            return self._page(visit, wish, "bad_form", _FORBIDDEN)
        self._browsers.check_failures(visit)
        return await self._try(visit, wish)

    async def _try(self, visit: Visit, wish: Wish) -> Response:
        address, password = visit.fields.get("address", ""), visit.fields.get("password", "")
        if len(address) > _LONGEST_ADDRESS or len(password) > _LONGEST_PASSWORD:
            return self._page(visit, wish, "wrong", _FORBIDDEN)
        device = self._browsers.device(visit)
        seconds = await self._door.ask(knock, Knock(address, device), visit=visit)
        if seconds:
            return self._page(visit, wish, "wait", _TOO_MANY, seconds=str(seconds))
        new_device, cookie = self._browsers.new_device(visit)
        command = SignIn(
            address=address,
            password=password,
            device=device,
            new_device=new_device,
            client_id=wish.client_id,
            redirect_uri=wish.redirect_uri,
            challenge=wish.challenge,
            scopes=wish.scopes,
        )
        outcome: str | Denial = await self._door.ask(sign_in, command, visit=visit)
        if not isinstance(outcome, Denial):
            back = wish.granted(outcome)
            return Response(back.status, back.body, {**back.headers, "set-cookie": cookie})
        if outcome.reason is not Reason.INVALID_GRANT:
            return wish.refused(outcome)
        self._door.failures.add(visit.address)
        return self._page(visit, wish, "wrong", _FORBIDDEN)

    def _page(self, visit: Visit, wish: Wish, error: str = "", status: int = 200, **values: str) -> Response:
        hidden, cookie = self._browsers.form(visit)
        page = Page(language(visit), "sign_in", status=status).say("to", client=wish.client_name)
        if error:
            page.warn(error, **values)
        inputs = {"address": ADDRESS_FIELD, "password": _PASSWORD_FIELD}
        page.form(PATH, {**wish.fields, **hidden}, inputs, "sign_in").leads_to(wish.redirect_uri)
        page.link("no_account", LINK_PATH, {"next": urlencode(wish.fields), "ui_locales": language(visit)})
        page.link("other_language", PATH, {**wish.fields, "ui_locales": other_language(visit)})
        return page.response(cookie)


def _unknown_client(visit: Visit) -> Response:
    return Page(language(visit), "bad_request", status=_BAD_REQUEST).say("bad_client").response()


def apology(error: FrontdeskError, headers: Mapping[str, str]) -> Response:
    """Tell a person what went wrong otherwise. The details are in the log."""
    spoken = language_of("", headers.get("accept-language", ""))
    return Page(spoken, "bad_request", status=error.status).say("come_again").response()

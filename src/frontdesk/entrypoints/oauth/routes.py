"""Where the endpoints and pages of OAuth 2 are."""

from collections.abc import Iterable, Mapping

from frontdesk.entrypoints.oauth import authorize, tokens
from frontdesk.entrypoints.oauth.account import PASSWORD_PATH, Account
from frontdesk.entrypoints.oauth.authorize import LINK_PATH, Authorize
from frontdesk.entrypoints.oauth.discovery import Discovery
from frontdesk.entrypoints.oauth.endpoint import Answer, OAuthEndpoint
from frontdesk.entrypoints.oauth.tokens import TokenEndpoints
from frontdesk.entrypoints.oauth.visits import Door, Visit
from frontdesk.services.identity.withdrawing import load_withdrawals

Paths = Mapping[str, Mapping[str, Answer]]


def oauth_endpoints(door: Door, scopes: Iterable[str]) -> dict[str, OAuthEndpoint]:
    """Return the endpoints by path. `scopes` are all that the desk's services know."""
    machines = TokenEndpoints(door)
    people, account = Authorize(door), Account(door)
    documents = Discovery(door, scopes)
    for_machines: Paths = {
        "/oauth/token": {"POST": machines.token},
        "/oauth/revoke": {"POST": machines.revoke},
        "/.well-known/openid-configuration": {"GET": documents.description},
        "/.well-known/oauth-authorization-server": {"GET": documents.description},
        "/.well-known/jwks.json": {"GET": documents.key_set},
    }
    for_people: Paths = {
        authorize.PATH: {"GET": people.show, "POST": people.sign_in},
        LINK_PATH: {"GET": account.show_link, "POST": account.ask},
        PASSWORD_PATH: {"GET": account.show_password, "POST": account.choose},
    }
    return {
        **{path: OAuthEndpoint(door, found, tokens.apology) for path, found in for_machines.items()},
        **{path: OAuthEndpoint(door, found, authorize.apology) for path, found in for_people.items()},
    }


def key_endpoints(door: Door, scopes: Iterable[str]) -> dict[str, OAuthEndpoint]:
    """Return those of a desk at which nobody signs in: its tokens come from `frontdesk token` alone."""
    documents = Discovery(door, scopes, signs_in=False)
    found: Paths = {
        "/.well-known/openid-configuration": {"GET": documents.description},
        "/.well-known/jwks.json": {"GET": documents.key_set},
    }
    return {path: OAuthEndpoint(door, answers, tokens.apology) for path, answers in found.items()}


async def catch_up(door: Door) -> None:
    """Tell this server's verifier which admissions ended before it started."""
    await door.ask(load_withdrawals, visit=Visit({}, {}, {}, "", "start"))

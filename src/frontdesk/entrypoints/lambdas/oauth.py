"""Signing in: tokens, pages, discovery. The one function that answers by the code of the embedded server, on a loop.

Where the service `identity` is not deployed nobody signs in: then it tells with what tokens are verified, and no more.
"""

import logging
from collections.abc import Mapping
from typing import Any

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.api import bug, problem
from frontdesk.entrypoints.lambdas.asgi import ask
from frontdesk.entrypoints.lambdas.driving import KeptLoop
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.lambdas.payload import answer_of, correlation_id_of
from frontdesk.entrypoints.lambdas.starting import begin, gauge_of
from frontdesk.entrypoints.oauth.endpoint import OAuthEndpoint
from frontdesk.entrypoints.oauth.routes import key_endpoints, oauth_endpoints
from frontdesk.entrypoints.oauth.visits import Door
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.errors import FrontdeskError, NotFound
from frontdesk.kernel.ports import Chance
from frontdesk.measures import ACCEPTED, REFUSED
from frontdesk.outside_aws import IDENTITY, tokens

_log = logging.getLogger(__name__)
_FIRST_ERROR = 400


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Answer one request."""
    return _function().answer(event)


class OAuthFunction:
    """Answers by the ASGI endpoint of each path. `loop` lives as long as the function."""

    def __init__(
        self, endpoints: Mapping[str, OAuthEndpoint], loop: KeptLoop, chance: Chance, gauge: Gauge
    ) -> None:
        self._endpoints = endpoints
        self._loop = loop
        self._chance = chance
        self._gauge = gauge

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request, whatever happens."""
        correlation_id = correlation_id_of(event, self._chance)
        try:
            answer = self._loop.run(ask(self._endpoint(event), event))
        except FrontdeskError as error:
            answer = answer_of(problem(error, correlation_id), correlation_id)
        except Exception:  # noqa: BLE001 - our bug: answered without detail, logged with its frames
            _log.exception("unforeseen error", extra={"correlation_id": correlation_id})
            answer = answer_of(bug(correlation_id), correlation_id)
        status = answer["statusCode"]
        measured = {REFUSED: 1} if status >= _FIRST_ERROR else {ACCEPTED: 1}
        self._gauge.tell(measured, service="identity", route=event.get("routeKey", ""), status=status)
        return answer

    def _endpoint(self, event: Mapping[str, Any]) -> OAuthEndpoint:
        found = self._endpoints.get(event["rawPath"])
        if found is None:
            raise NotFound
        return found


def oauth_function(stage: Stage) -> OAuthFunction:
    """Return the function. An address has its failures counted in each of the function's environments apart."""
    service = stage.service(IDENTITY)
    issuer = tokens(stage)
    bus = stage.bus(service, stage.waiting_clock())
    door = Door(bus, stage.store(IDENTITY), issuer, Failures(), stage.settings.site)
    scopes = [scope for entry in stage.manifest.services for scope in entry.scopes]
    signs_in = any(entry.name == IDENTITY for entry in stage.manifest.services)
    endpoints = oauth_endpoints(door, scopes) if signs_in else key_endpoints(door, scopes)
    return OAuthFunction(endpoints, KeptLoop(), stage.chance, gauge_of(stage))


_function = begin(oauth_function)

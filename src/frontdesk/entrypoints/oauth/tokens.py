"""`/oauth/token` and `/oauth/revoke`: RFC 6749, 7009 and 7636, with the errors of RFC 6749, 5.2."""

import asyncio
from collections.abc import Mapping

import msgspec

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.visits import Door, Visit, read_proof
from frontdesk.kernel.errors import FrontdeskError, Malformed, Unauthenticated
from frontdesk.services.identity.admissions import Admission, Denial, Reason
from frontdesk.services.identity.clients import admit_client
from frontdesk.services.identity.commands import AsItself, RedeemCode, Refresh, RevokeToken
from frontdesk.services.identity.signing_in import redeem_code, refresh, revoke_token

_NOT_KEPT = {"pragma": "no-cache"}  # RFC 6749, 5.1; every answer of the desk is `no-store` already
_BAD_REQUEST, _UNPROVED, _TOO_MANY = 400, 401, 429


class TokenEndpoints:
    """Both take a form, from a client that proves who it is."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def token(self, visit: Visit) -> Response:
        """Answer with an access token, and for people with a refresh token."""
        grants = {
            "client_credentials": self._as_itself,
            "authorization_code": self._redeem,
            "refresh_token": self._refresh,
        }
        wanted = visit.fields.get("grant_type")
        if wanted is None:
            return refusal(Reason.INVALID_REQUEST, "`grant_type` is missing.")
        if wanted not in grants:
            return refusal(Reason.UNSUPPORTED_GRANT_TYPE, f"Known are: {', '.join(sorted(grants))}.")
        outcome = await grants[wanted](visit)
        if isinstance(outcome, Denial):
            return self._denied(outcome, visit)
        return _with_tokens(self._door, outcome)

    async def _as_itself(self, visit: Visit) -> Admission | Denial:
        command = AsItself(read_proof(visit), read_scopes(visit.fields))
        admitted: Admission | Denial = await self._door.ask(admit_client, command, visit=visit)
        return admitted

    async def _redeem(self, visit: Visit) -> Admission | Denial:
        given = [visit.fields.get(name, "") for name in ("code", "redirect_uri", "code_verifier")]
        if not all(given):
            return Denial(Reason.INVALID_REQUEST, "`code`, `redirect_uri` and `code_verifier` are needed.")
        command = RedeemCode(read_proof(visit), *given)
        admitted: Admission | Denial = await self._door.ask(redeem_code, command, visit=visit)
        return admitted

    async def _refresh(self, visit: Visit) -> Admission | Denial:
        token = visit.fields.get("refresh_token", "")
        if not token:
            return Denial(Reason.INVALID_REQUEST, "`refresh_token` is missing.")
        command = Refresh(read_proof(visit), token, read_scopes(visit.fields))
        admitted: Admission | Denial = await self._door.ask(refresh, command, visit=visit)
        return admitted

    async def revoke(self, visit: Visit) -> Response:
        """Take a token back. What is no token of this client is answered alike (RFC 7009, 2.2)."""
        token = visit.fields.get("token", "")
        if not token:
            return refusal(Reason.INVALID_REQUEST, "`token` is missing.")
        try:
            claims = self._door.tokens.read(token)
        except Unauthenticated:
            command = RevokeToken(read_proof(visit), refresh_token=token)
        else:
            command = RevokeToken(
                read_proof(visit), login_id=claims.sid, token_id=claims.jti, client_id=claims.client_id
            )
        denied: Denial | None = await self._door.ask(revoke_token, command, visit=visit)
        return self._denied(denied, visit) if denied else Response(200, b"", _NOT_KEPT)

    def _denied(self, denial: Denial, visit: Visit) -> Response:
        if denial.reason in {Reason.INVALID_CLIENT, Reason.INVALID_GRANT}:
            self._door.failures.check(visit.address, asyncio.get_running_loop().time())
            self._door.failures.add(visit.address)
        return refusal(denial.reason, denial.advice, denial.wait_seconds)


def read_scopes(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes that are asked for, none if all."""
    return tuple(sorted(set(fields.get("scope", "").split())))


def refusal(reason: Reason, advice: str, wait_seconds: int = 0) -> Response:
    """Say no as RFC 6749, 5.2 has it."""
    body = msgspec.json.encode({"error": reason, "error_description": advice})
    if wait_seconds:
        return Response(_TOO_MANY, body, {**_NOT_KEPT, "retry-after": str(wait_seconds)})
    if reason is Reason.INVALID_CLIENT:
        return Response(_UNPROVED, body, {**_NOT_KEPT, "www-authenticate": 'Basic realm="frontdesk"'})
    return Response(_BAD_REQUEST, body, _NOT_KEPT)


def apology(error: FrontdeskError, _: Mapping[str, str]) -> Response:
    """Tell a client what went wrong otherwise, in the same shape."""
    is_theirs = isinstance(error, Malformed)
    name = Reason.INVALID_REQUEST if is_theirs else error.code
    body = msgspec.json.encode({"error": name, "error_description": error.detail})
    return Response(error.status, body, _NOT_KEPT)


def _with_tokens(door: Door, admission: Admission) -> Response:
    token = door.tokens.issue(
        admission.subject,
        admission.scopes,
        admission.grants,
        admission.lives,
        client_id=admission.client_id,
        sid=admission.login_id,
        gen=admission.generation,
    )
    answer: dict[str, object] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(admission.lives.total_seconds()),
        "scope": " ".join(admission.scopes),
    }
    if admission.refresh_token:
        answer["refresh_token"] = admission.refresh_token
    return Response(200, msgspec.json.encode(answer), _NOT_KEPT)

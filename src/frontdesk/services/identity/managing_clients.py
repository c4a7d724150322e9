"""Clients and signing keys are managed: by whoever runs the desk; and a shop's own clients by its owner."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping

from msgspec.structs import replace

from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import outside
from frontdesk.services.identity.acts import What, act, withdrawal
from frontdesk.services.identity.commands import AddSecret, RegisterClient, Revoke, RotateKeys, SetRole
from frontdesk.services.identity.registrations import (
    REGISTRATIONS,
    SECRET_BYTES,
    Registration,
    check_redirects,
)
from frontdesk.services.identity.roles import role_changed
from frontdesk.services.identity.scopes import OPERATE, beyond, may_grant


async def register_client(unit: Unit, command: RegisterClient) -> Stored[Registration]:
    """Register a client that may do no more than who registers it. The answer shows its secret, once.

    Raises Invalid; a repeat with the same Idempotency-Key finds the client and shows no secret.
    """
    client_id = unit.new_id("cli")
    _check_wish(unit, command)
    value = Registration(
        name=command.name,
        registered_at=unit.now,
        registered_by=unit.caller.subject,
        scopes=tuple(sorted(set(command.scopes))),
        grants=dict(command.grants),
        redirect_uris=command.redirect_uris,
    )
    secret = "" if command.public else _fresh_secret(unit)
    if secret:
        value = value.with_secret(secret, unit.now, alone=True)
    others: list[AnyStored] = [act(unit, What.CLIENT_REGISTERED, client_id)]
    others += [await role_changed(unit, client_id, place, role) for place, role in command.grants.items()]
    return _shown(await unit.commit(REGISTRATIONS.new(client_id, value), *others), secret)


def _check_wish(unit: Unit, command: RegisterClient) -> None:
    faults = [
        Fault("/grants", "not_yours", f"Only its owner may grant a role at {place}.")
        for place in command.grants
        if not may_grant(unit.caller, place)
    ]
    too_far = beyond(unit.caller, command.scopes)
    if too_far:
        faults.append(Fault("/scopes", "beyond_yours", f"You have not: {', '.join(too_far)}."))
    if OPERATE not in unit.caller.scopes:
        if not command.grants:
            faults.append(Fault("/grants", "missing", "Name the shop that this client works for."))
        if command.redirect_uris:  # nobody is asked for consent, so the desk's own clients alone have them
            faults.append(Fault("/redirect_uris", "operator_only", "Ask whoever runs the desk."))
    if command.public and not command.redirect_uris:
        faults.append(
            Fault("/redirect_uris", "missing", "A public client can only be one that people sign in to.")
        )
    if faults:
        raise Invalid(tuple(faults))
    check_redirects(command.redirect_uris)


async def add_secret(unit: Unit, command: AddSecret, id: str) -> Stored[Registration]:
    """Make one more secret and show it, once. Raises NotFound."""
    client = await managed_client(unit, id)
    if client.value.is_public:
        raise Invalid((Fault("", "public_client", "A public client has no secret."),))
    secret = _fresh_secret(unit)
    value = client.value.with_secret(secret, unit.now, alone=command.alone)
    return _shown(await unit.commit(client.changed(value), act(unit, What.SECRET_ADDED, id)), secret)


async def revoke_client(unit: Unit, command: Revoke, id: str) -> Stored[Registration]:
    """Let a client ask for nothing more, for good; its tokens end at once. Raises NotFound."""
    client = await managed_client(unit, id)
    value = client.value.revoked(unit.now)
    if value is client.value:
        return client
    gone, told = withdrawal(unit, id)
    done = act(unit, What.CLIENT_REVOKED, id, command.reason or "")
    return await unit.commit(client.changed(value), gone, done, events=[told])


async def grant_client(unit: Unit, command: SetRole, id: str, place: str) -> Stored[Registration]:
    """Give a client a role at a place, for its owner. Raises NotFound, TooManyGrants."""
    return await _granted(unit, id, place, command.role)


async def take_from_client(unit: Unit, id: str, place: str) -> Stored[Registration]:
    """Take a client's role at a place away; tokens that carry it end at once. Raises NotFound."""
    return await _granted(unit, id, place, None)


async def _granted(unit: Unit, id: str, place: str, role: str | None) -> Stored[Registration]:
    if not may_grant(unit.caller, place):
        raise NotFound
    client = await unit.get(REGISTRATIONS, id)
    if client.value.grants.get(place) == role:
        return redacted(unit, client)
    value = client.value.granted(place, role)
    others: list[AnyStored] = [await role_changed(unit, id, place, role)]
    what = What.ROLE_GRANTED if role else What.ROLE_TAKEN
    others.append(act(unit, what, id, f"{place}={role}" if role else place))
    events = []
    if value.generation != client.value.generation:
        gone, told = withdrawal(unit, id, value.generation)
        others.append(gone)
        events.append(told)
    return redacted(unit, await unit.commit(client.changed(value), *others, events=events))


async def managed_client(unit: Unit, id: str) -> Stored[Registration]:
    """Return a client to who runs the desk, and to the owner of every shop that it works for. Raises NotFound."""
    client = await unit.get(REGISTRATIONS, id)
    grants = client.value.grants
    owned = bool(grants) and all(may_grant(unit.caller, place) for place in grants)
    if OPERATE not in unit.caller.scopes and not owned:
        raise NotFound
    return client


def redacted(unit: Unit, client: Stored[Registration]) -> Stored[Registration]:
    """Return what the caller may see: of a client that works for other shops too, the roles at one's own."""
    grants: Mapping[str, str] = {
        place: role for place, role in client.value.grants.items() if may_grant(unit.caller, place)
    }
    return replace(client, value=replace(client.value, grants=grants))


async def rotate_keys(unit: Unit, command: RotateKeys) -> Mapping[str, object]:
    """Bring out a new signing key. A repeat brings out another."""
    keys = outside.signing_keys(unit)
    keys.rotate(at_once=command.at_once)
    moments = keys.moments()
    detail = "at once" if command.at_once else ""
    await unit.commit(act(unit, What.KEYS_ROTATED, "", detail))
    return moments


def _fresh_secret(unit: Unit) -> str:
    return "fds_" + urlsafe_b64encode(unit.chance.bytes(SECRET_BYTES)).rstrip(b"=").decode()


def _shown(client: Stored[Registration], secret: str) -> Stored[Registration]:
    return replace(client, value=replace(client.value, shown=secret))

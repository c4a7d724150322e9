"""Clients prove who they are, and sign in as themselves."""

from datetime import datetime

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import guesses
from frontdesk.services.identity.acts import ACTS, Act, What, act
from frontdesk.services.identity.admissions import MACHINE_TOKEN_LIVES, Admission, Denial, Reason
from frontdesk.services.identity.commands import AsItself, Proof
from frontdesk.services.identity.guesses import GUESSES
from frontdesk.services.identity.registrations import REGISTRATIONS, Registration
from frontdesk.services.identity.scopes import narrowed

_UNPROVED = Denial(Reason.INVALID_CLIENT, "The client is not known, or its secret is not right.")


async def find_client(unit: Unit, client_id: str) -> Stored[Registration] | None:
    """Return a client that may ask for something."""
    found = await unit.find(REGISTRATIONS, client_id)
    return found if found is not None and found.value.is_live else None


async def proved(unit: Unit, proof: Proof) -> Stored[Registration] | Denial:
    """Return the client that this proves. After a denial the unit is done: the failure is on record.

    A right secret is taken at any moment, so that nobody can lock a client out; nobody can guess 256 bits. The wait is
    there to keep wrong ones from filling the audit.
    """
    client = await find_client(unit, proof.client_id)
    if client is None:
        return _UNPROVED
    if client.value.is_public:
        return client if proof.secret is None else _UNPROVED
    if proof.secret is not None and client.value.knows(proof.secret):
        return client
    return await _failed(unit, client)


async def _failed(unit: Unit, client: Stored[Registration]) -> Denial:
    found = await unit.find(GUESSES, client.id)
    if found is None:
        stored = GUESSES.new(client.id, guesses.first(unit.now))
    else:
        wait = found.value.seconds_to_wait(unit.now)
        if wait:
            return Denial(Reason.INVALID_CLIENT, _UNPROVED.advice, wait)
        stored = found.changed(found.value.tried(unit.now))
    await unit.commit(stored, act(unit, What.CLIENT_FAILED, client.id))
    return _UNPROVED


async def admit_client(unit: Unit, command: AsItself) -> Admission | Denial:
    """Admit a client as itself, for the scopes that it wants or all that it has."""
    client = await proved(unit, command.proof)
    if isinstance(client, Denial):
        return client
    if client.value.is_public:
        return Denial(Reason.UNAUTHORIZED_CLIENT, "A client without a secret cannot sign in as itself.")
    scopes = narrowed(command.scopes, client.value.reach())
    if not scopes or set(command.scopes) - set(scopes):
        return Denial(Reason.INVALID_SCOPE, "The client has not all of these scopes.")
    await _note_visit(unit, client.id)
    return Admission(
        subject=client.id,
        client_id=client.id,
        scopes=scopes,
        grants=client.value.grants,
        lives=MACHINE_TOKEN_LIVES,
        generation=client.value.generation,
    )


async def _note_visit(unit: Unit, client_id: str) -> None:
    """Write a client into the audit once an hour: some ask for a token with every request."""
    id = derived_id("aud", client_id, _hour(unit.now))
    if await unit.find(ACTS, id) is None:
        await unit.commit(ACTS.new(id, Act(What.CLIENT_CAME, client_id, client_id, unit.now)))


def _hour(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H")

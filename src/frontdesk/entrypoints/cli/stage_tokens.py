"""Tokens for a stage, signed with its own key. Who may read the key is said by IAM, and by nothing else."""

from __future__ import annotations

import os

from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.credentials import CredentialCache
from frontdesk.adapters.aws.errors import AwsError
from frontdesk.adapters.aws.keys import ParameterKeys
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.tokens.keys import KeyRing
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stages import Stage

_DENIED = "AccessDeniedException"


def tokens(stage: Stage, session: Session | None = None) -> Tokens:
    """Return the issuer of a stage. Raises CommandError for whoever may not read its keys, or has none to read."""
    if stage.issuer != stage.url:
        raise CommandError(
            f"The tokens of {stage.name} come from {stage.issuer}. Sign in there, and say so with FRONTDESK_TOKEN."
        )
    client = client_of(session or Session(stage.region))
    names = Names(stage.prefix, stage.region, stage.account, os.environ.get("AWS_ENDPOINT_URL"))
    clock = BlockingClock()
    try:
        ring = KeyRing(ParameterKeys(Parameters(client), names.parameter("keys"), clock), clock)
    except AwsError as error:
        if error.code != _DENIED:
            raise
        raise CommandError(f"You may not read the keys of {stage.name}: {error}") from None
    return Tokens(ring, issuer=stage.issuer, clock=clock, chance=SystemChance())


def client_of(session: Session) -> AwsClient:
    """Return our own client with the credentials of whoever sits here: adapters speak to no other."""

    def load() -> Credentials:
        given = session.credentials()
        return Credentials(given.access_key, given.secret_key, given.token)

    settings = AwsSettings(
        region=session.region, credentials=CredentialCache(load), endpoint=session.endpoint or None
    )
    client = AwsClient(settings)
    session.hang_up_with(client)
    return client

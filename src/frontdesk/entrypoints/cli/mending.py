"""What goes wrong in a command in a way that the user can mend: a sentence and an exit status instead of a trace.

0: all is well. 1: the command ran and found differences or failures. 2: the user can mend it (a wrong option, data in
use, a refusal of the desk).
"""

import sys

MENDABLE = 2
FOUND = 1


class CommandError(Exception):
    """Ends a command with a sentence. `exit_status` is 2 unless it was the desk that failed."""

    def __init__(self, sentence: str, *, exit_status: int = MENDABLE) -> None:
        super().__init__(sentence)
        self.exit_status = exit_status


def exit_status_of(error: Exception) -> int | None:
    """Return the exit status of an error that the user should read as a sentence, None for a bug of ours."""
    from frontdesk.adapters.channels.settings import ChannelSettingsError  # noqa: PLC0415 - as below
    from frontdesk.adapters.embedded.copy_pages import DamagedError  # noqa: PLC0415 - only what failed pays for it
    from frontdesk.adapters.embedded.copy_target import CopyRefusedError  # noqa: PLC0415
    from frontdesk.adapters.embedded.directory import InUseError  # noqa: PLC0415
    from frontdesk.adapters.embedded.schema import FormatError  # noqa: PLC0415
    from frontdesk.bootstrap import MissingPackagesError, UnknownServiceError  # noqa: PLC0415

    if isinstance(error, CommandError):
        return error.exit_status
    if isinstance(error, DamagedError) or _is_from_aws(error):
        return FOUND
    mendable = InUseError | FormatError | UnknownServiceError | MissingPackagesError | CopyRefusedError
    return MENDABLE if isinstance(error, mendable | ChannelSettingsError) else None


def _is_from_aws(error: Exception) -> bool:
    """Return whether AWS said no, or did not answer. What nothing has imported has raised nothing."""
    sdk, ours = sys.modules.get("botocore.exceptions"), sys.modules.get("frontdesk.adapters.aws.client")
    refusals = (
        *((sdk.ClientError, sdk.BotoCoreError) if sdk else ()),
        *((ours.AwsError, ours.Unreachable) if ours else ()),
    )
    return isinstance(error, refusals)

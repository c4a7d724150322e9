"""What identity tells. No field says who anybody is: addresses and names stay with it."""

from typing import ClassVar

from frontdesk.kernel.messages import Event


class NoticeWanted(Event, frozen=True, kw_only=True):
    """A message to somebody is to be sent. Only identity knows what it says and to whom."""

    NAME: ClassVar[str] = "Notice Wanted"
    notice_id: str


class AdmissionWithdrawn(Event, frozen=True, kw_only=True):
    """Access tokens of `name` (a subject, a client, a login or one token) of a lower generation are good no more."""

    NAME: ClassVar[str] = "Admission Withdrawn"
    name: str
    generation: int

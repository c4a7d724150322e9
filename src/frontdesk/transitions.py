"""A step that something cannot take from where it stands: the same refusal wherever things move through states."""

from frontdesk.kernel.errors import Rejected


class IllegalTransition(Rejected):
    """What it has come to does not allow this; see allowed for what can be done instead."""

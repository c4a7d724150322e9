"""A step that something cannot take from where it stands: the same refusal wherever things move through states."""

from frontdesk.kernel.errors import Rejected


class IllegalTransition(Rejected):
    """Its present state does not allow this.

    `allowed` names what it does allow.
    """

"""What the clock and the week of a clinic forbid. All are 422: another time has to be sent."""

from frontdesk.kernel.errors import Rejected


class NonexistentTime(Rejected):
    """The clocks of the place skip this time: they are put forward over it. See next."""

    status = 422


class AmbiguousTime(Rejected):
    """The clocks of the place show this time twice. Say which with fold: 0 the first, 1 the second."""

    status = 422


class OutsideHours(Rejected):
    """The doctor does not work at this time."""

    status = 422


class OffGrid(Rejected):
    """Visits of this clinic begin at every so many minutes of the clock; see grid_minutes."""

    status = 422

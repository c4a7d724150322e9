"""What booking adds to the service."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.booking.agenda import AGENDAS
from frontdesk.services.appointments.booking.model import APPOINTMENTS

KINDS: tuple[AnyKind, ...] = (APPOINTMENTS, AGENDAS)
ROUTES: tuple[Route, ...] = ()
REACTIONS: tuple[Reaction, ...] = ()
TIMERS: tuple[type[Event], ...] = ()

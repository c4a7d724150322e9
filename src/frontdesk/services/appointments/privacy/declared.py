"""What privacy adds to the service."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.privacy import handlers, views
from frontdesk.services.appointments.privacy.accesses import ACCESSES
from frontdesk.services.appointments.privacy.commands import ErasePatient, ListAccesses
from frontdesk.services.appointments.privacy.model import (
    ERASURES,
    ErasureDue,
    ErasureRepeated,
    RecordsFound,
    VisitsToCome,
)
from frontdesk.services.notifications.events import PeopleSeen

_CLINIC = "/clinics/{clinic_id}"
_PATIENT = f"{_CLINIC}/patients/{{patient_id}}"
_SUBSCRIBER = "appointments-privacy"

KINDS: tuple[AnyKind, ...] = (ACCESSES, ERASURES)
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        f"{_CLINIC}/accesses",
        handlers.list_accesses,
        views.access_list,
        views.AccessList,
        "List who has seen data of which patients, newest first",
        scopes=("privacy:read",),
        query=ListAccesses,
        description="For the clinic's owner. Patients by their ids alone. A list may lag by a moment.",
    ),
    Route(
        "GET",
        f"{_PATIENT}/export",
        handlers.export_patient,
        views.export_view,
        views.ExportView,
        "Hand out all that is kept of a patient",
        scopes=("privacy:read",),
        description="For the clinic's owner. What was sent to the patient is in the messages of notifications.",
    ),
    Route(
        "POST",
        f"{_PATIENT}/erase",
        handlers.erase_patient,
        views.erasure_view,
        views.ErasureView,
        "Forget a patient",
        scopes=("privacy:erase",),
        body=ErasePatient,
        kind=ERASURES,
        status=202,
        location="../../erasures/{id}",
        refusals=(VisitsToCome,),
        description="For the clinic's owner. That there was a visit stays, with its doctor, time and state; who it "
        "was, how to reach them and what was said of them goes, here and in notifications. It cannot be undone.",
    ),
    Route(
        "GET",
        f"{_CLINIC}/erasures/{{id}}",
        handlers.show_erasure,
        views.erasure_view,
        views.ErasureView,
        "Show how far an erasure has come",
        scopes=("privacy:read",),
        kind=ERASURES,
    ),
)
REACTIONS: tuple[Reaction, ...] = (
    Reaction(ErasureDue, handlers.go_through, subscriber=_SUBSCRIBER),
    Reaction(ErasureRepeated, handlers.go_through, subscriber=_SUBSCRIBER),
    Reaction(RecordsFound, handlers.forget, subscriber=_SUBSCRIBER),
    Reaction(PeopleSeen, handlers.note_seen, subscriber=_SUBSCRIBER),
)
EVENTS: tuple[type[Event], ...] = (ErasureDue, RecordsFound)
TIMERS: tuple[type[Event], ...] = (ErasureRepeated,)
SCOPES = {
    "privacy:read": "see who has read patients' data, and hand out what is kept of one",
    "privacy:erase": "have a patient forgotten",
}

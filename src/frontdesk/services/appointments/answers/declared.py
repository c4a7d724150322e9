"""What answers add to the service."""

from frontdesk.kernel.http import Document, Raw, Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.answers import handlers, serving
from frontdesk.services.appointments.answers.html import FORM, MEDIA
from frontdesk.services.appointments.answers.links import LINKS
from frontdesk.services.appointments.answers.model import ANSWERS, QUESTIONS
from frontdesk.services.notifications.events import AnswerReceived


def _as_it_is(page: Document) -> Document:
    return page


KINDS: tuple[AnyKind, ...] = (LINKS, ANSWERS, QUESTIONS)
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/answers",
        serving.show_link,
        _as_it_is,
        Document,
        "Show the page behind a link that a patient was sent",
        scopes=(),
        query=serving.OpenLink,
        gives=MEDIA,
        public=True,
        description="Whoever has the link may open it. It changes nothing: apps open links to preview them.",
    ),
    Route(
        "POST",
        "/answers",
        serving.answer_link,
        _as_it_is,
        Document,
        "Confirm, cancel or move a visit from its page",
        scopes=(),
        body=Raw,
        takes=FORM,
        gives=MEDIA,
        public=True,
        description="The forms of the page. Sending one again is safe.",
    ),
)
REACTIONS: tuple[Reaction, ...] = (
    Reaction(AnswerReceived, handlers.hear, subscriber="appointments-answers"),
)

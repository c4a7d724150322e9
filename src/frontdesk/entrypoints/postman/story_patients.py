"""The examples of whoever waits for a time, reads a calendar, opens a link, or asks what is known of them."""

from frontdesk.entrypoints.postman.steps import Step
from frontdesk.entrypoints.postman.story_clinic import DOCTOR, VISIT

_FEED = {"id": "{{feed}}"}
_FIRST, _SECOND = {"id": "{{first_entry}}"}, {"id": "{{second_entry}}"}
_WAITS = {
    "clinic_id": "{{clinic}}",
    "doctor_id": "{{doctor}}",
    "earliest": "{{day}}",
    "latest": "{{day}}",
    "window_from": "15:00",
    "window_to": "16:00",
}
_CAMILA = {"patient_id": "{{camila}}"}

WAITING = (
    Step(
        operation="book_appointment",
        name="Book a time that will be given up",
        body=VISIT | {"appointment_time": "15:00"},
        save={"given_up": "appointment_id"},
    ),
    Step(
        operation="join_waiting_list",
        body=_WAITS | {"patient_name": "Camila Rojas {{run}}", "priority": 1},
        values={"state": "waiting"},
        save={"first_entry": "entry_id", "camila": "patient_id"},
    ),
    Step(
        operation="join_waiting_list",
        name="Somebody else waits too",
        body=_WAITS | {"patient_name": "Pedro Fuentes {{run}}"},
        save={"second_entry": "entry_id"},
    ),
    Step(operation="list_waiting", query={"clinic_id": "{{clinic}}", "limit": "10"}),
    Step(
        operation="cancel_appointment",
        name="A time is given up",
        path={"id": "{{given_up}}"},
        body={"reason": "pat"},
    ),
    Step(operation="show_waiting", path=_FIRST, values={"state": "offered"}, patient=True),
    Step(operation="decline_offer", path=_FIRST),
    Step(
        operation="show_waiting",
        name="The next one is offered the time",
        path=_SECOND,
        values={"state": "offered"},
        patient=True,
    ),
    Step(operation="accept_offer", path=_SECOND, values={"state": "pending", "appointment_time": "15:00"}),
    Step(operation="leave_waiting_list", path=_FIRST),
)
CALENDARS = (
    Step(operation="show_visit", path={"id": "{{held}}"}, finds={"uid": "UID:(\\S+)"}),
    Step(
        operation="make_feed",
        path=DOCTOR,
        body={"label": "phone of Dra. Vega"},
        save={"feed": "feed_id"},
        finds={"feed_token": 'token=([^"&]+)'},
    ),
    Step(
        operation="serve_feed",
        path=DOCTOR,
        query={"token": "{{feed_token}}"},
        finds={"uid": "UID:(\\S+)"},
        patient=True,
    ),
    Step(operation="list_feeds", path=DOCTOR, patient=True, values={"items.0.feed_id": "{{feed}}"}),
    Step(operation="show_feed", path=_FEED, values={"label": "phone of Dra. Vega"}),
    Step(operation="revoke_feed", path=_FEED),
    Step(
        operation="serve_feed",
        name="An address that was taken back shows nothing",
        path=DOCTOR,
        query={"token": "{{feed_token}}"},
        status=404,
        code="not_found",
    ),
)
LINKS = (  # those that lead somewhere come with the messages that bring them
    Step(operation="show_link", name="A link that is over leads nowhere", query={"t": "over"}, status=404),
    Step(operation="answer_link", name="A form that is over does nothing", body="t=over&do=c", status=404),
    Step(
        operation="show_own_visit",
        name="Nobody sees a visit without its link",
        query={"t": "over"},
        status=404,
        code="not_found",
    ),
)
PRIVACY = (
    Step(operation="list_accesses", query={"patient_id": "{{camila}}", "limit": "10"}),
    Step(operation="export_patient", path=_CAMILA, values={"patient_id": "{{camila}}"}),
    Step(
        operation="erase_patient",
        path=_CAMILA,
        body={"reason": "she has asked for it"},
        save={"erasure": "erasure_id"},
    ),
    Step(operation="show_erasure", path={"id": "{{erasure}}"}, values={"erasure_id": "{{erasure}}"}),
)

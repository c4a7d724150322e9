"""The examples of messages to people: what is sent, what they answer by the link in it, and what providers bring."""

from frontdesk.entrypoints.postman.steps import Step
from frontdesk.entrypoints.postman.story_clinic import VISIT

_PLACE = "clinic:{{clinic}}"
_ADDRESS = "rosa-{{run}}@patients.example"
_LINK = {"t": "{{link}}"}
_NOBODYS = {"token": "nobody.0"}

NOTIFICATIONS = (
    Step(
        operation="send_message",
        body={
            "place": _PLACE,
            "template": "letter",
            "language": "es",
            "values": {"subject": "Su examen", "text": "Ya puede retirar su examen."},
            "addresses": {"email": _ADDRESS},
            "channels": ["email"],
        },
        save={"message": "message_id"},
    ),
    Step(operation="show_message", path={"id": "{{message}}"}, values={"subject": "Su examen"}),
    Step(operation="list_messages", query={"place": _PLACE, "limit": "10"}),
    Step(
        operation="record_consent",
        body={
            "place": _PLACE,
            "channel": "email",
            "address": _ADDRESS,
            "granted": True,
            "evidence": "signed at the desk",
        },
        values={"consents.email": "granted"},
    ),
    Step(
        operation="book_appointment",
        name="Book a visit whose patient is written to",
        body=VISIT
        | {
            "patient_name": "Rosa Vidal {{run}}",
            "patient_email": _ADDRESS,
            "patient_channels": ["email"],
            "appointment_time": "10:30",
        },
    ),
    Step(operation="open_outbox", body={"place": _PLACE}, finds={"outbox": 'key=([^"]+)'}),
    Step(
        operation="show_outbox",
        query={"key": "{{outbox}}"},
        finds={"link": "Vega {{run}}[^<]* 10:30 [^<]*/answers\\?t=([\\w-]+)"},
        patient=True,
    ),
    Step(
        operation="show_link",
        name="A patient opens the link",
        query=_LINK,
        finds={"seen": 'name="seen" value="(\\d+)"'},
    ),
    Step(operation="show_own_visit", query=_LINK, finds={"uid": "UID:(\\S+)"}),
    Step(
        operation="answer_link",
        name="A patient presses the button of its page",
        body="t={{link}}&do=c&seen={{seen}}",
        finds={"said": '(role="status")'},
    ),
    Step(operation="list_inbox", query={"place": _PLACE, "limit": "10"}),
    Step(
        operation="handle_inbound",
        name="What nobody wrote cannot be seen to",
        path={"id": "inb_nobody"},
        body={"note": "called back"},
        status=404,
        code="not_found",
    ),
    Step(
        operation="answer_challenge",
        name="Somebody who is not WhatsApp asks whether this address is ours",
        query={"hub.mode": "subscribe", "hub.verify_token": "a guess", "hub.challenge": "1158201444"},
        status=404,
        code="not_found",
    ),
    Step(
        operation="take_post",
        name="What WhatsApp has not signed is not taken",
        body={"object": "whatsapp_business_account", "entry": []},
        headers={"X-Hub-Signature-256": f"sha256={'0' * 64}"},
        status=401,
        code="unauthenticated",
    ),
    Step(
        operation="show_leaving",
        name="A link of nobody's letter leads nowhere",
        path=_NOBODYS,
        status=404,
        code="not_found",
    ),
    Step(
        operation="leave",
        name="Nobody's consent is taken back",
        path=_NOBODYS,
        body="List-Unsubscribe=One-Click",
        status=404,
        code="not_found",
    ),
)

"""The examples of a clinic: its doctors and their hours, and visits from the first word to the last."""

from frontdesk.entrypoints.postman.steps import Step

DOCTOR = {"id": "{{doctor}}"}
_KIND = {"id": "{{visit_type}}"}
_WEEK = {"rules": [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)]}
_CLOSED = {"kind": "closed", "first": "{{day}}", "start": "16:00", "end": "17:00", "reason": "training"}

VISIT = {
    "clinic_id": "{{clinic}}",
    "patient_name": "Ana Torres {{run}}",
    "patient_phone": "+56900000001",
    "doctor_name": "dra vega {{run}}",
    "appointment_date": "{{day}}",
    "appointment_time": "09:00",
}
_NOW = {"appointment_date": "{{today}}", "appointment_time": "{{moment}}", "overbook": "is in the house"}
_ID = {"id": "{{appointment}}"}
_TODAY = {"id": "{{visit_today}}"}
_MISSED = {"id": "{{missed_visit}}"}

CLINICS = (
    Step(
        operation="set_clinic",
        body={
            "name": "Clínica Los Aromos",
            "time_zone": "UTC",
            "country": "CL",
            "language": "es-CL",
            "phone": "+56 2 0000 0001",
            "quiet_hours": None,  # else nobody is offered a freed time between nine in the evening and eight
        },
        values={"grid_minutes": 15},
    ),
    Step(operation="show_clinic", values={"name": "Clínica Los Aromos"}),
    Step(operation="list_clinics"),
    Step(operation="set_clinic_hours", body=_WEEK),
    Step(
        operation="add_clinic_exception",
        body=_CLOSED,
        save={"clinic_exception": "exceptions.0.exception_id"},
    ),
    Step(operation="show_clinic_hours"),
    Step(operation="remove_clinic_exception", path={"exception_id": "{{clinic_exception}}"}),
    Step(operation="add_doctor", body={"name": "Dra. Elena Vega {{run}}"}, save={"doctor": "doctor_id"}),
    Step(
        operation="set_doctor",
        name="Let a doctor be known by a short name as well",
        path=DOCTOR,
        body={"name": "Dra. Elena Vega {{run}}", "aliases": ["Dra. Vega {{run}}"]},
    ),
    Step(operation="show_doctor", path=DOCTOR, values={"doctor_id": "{{doctor}}"}),
    Step(operation="list_doctors", query={"limit": "10"}),
    Step(operation="set_hours", path=DOCTOR, body=_WEEK),
    Step(
        operation="add_exception",
        path=DOCTOR,
        body=_CLOSED,
        save={"exception": "exceptions.0.exception_id"},
    ),
    Step(operation="show_hours", path=DOCTOR),
    Step(operation="remove_exception", path=DOCTOR | {"exception_id": "{{exception}}"}),
    Step(
        operation="add_visit_type",
        body={"name": "Consulta {{run}}", "duration_minutes": 30},
        save={"visit_type": "visit_type_id"},
    ),
    Step(
        operation="set_visit_type",
        path=_KIND,
        body={"name": "Consulta {{run}}", "duration_minutes": 30, "price": 25000, "currency": "CLP"},
    ),
    Step(operation="show_visit_type", path=_KIND, values={"duration_minutes": 30}),
    Step(operation="list_visit_types", query={"limit": "10"}),
    Step(
        operation="show_free_times",
        query={"doctor_id": "{{doctor}}", "from": "{{day}}", "to": "{{day}}", "limit": "10"},
        values={"items.0.appointment_time": "09:00"},
    ),
)
BOOKING = (
    Step(
        operation="book_appointment",
        body=VISIT,
        values={"state": "pending", "doctor_id": "{{doctor}}"},
        save={"appointment": "appointment_id"},
    ),
    Step(
        operation="book_appointment",
        name="Nobody else gets that time, and is told which are free",
        body=VISIT | {"patient_name": "Luis Peña {{run}}", "appointment_time": "09:15"},
        status=409,
        code="slot_taken",
        values={"alternatives.0.appointment_time": "09:30"},
    ),
    Step(operation="show_appointment", path=_ID, values={"appointment_time": "09:00"}),
    Step(
        operation="list_appointments",
        query={"clinic_id": "{{clinic}}", "doctor_id": "{{doctor}}", "date": "{{day}}"},
        values={"items.0.appointment_id": "{{appointment}}"},
        patient=True,
    ),
    Step(operation="change_appointment", path=_ID, body={"notes": "brings her own pictures"}),
    Step(operation="confirm_appointment", path=_ID, values={"state": "confirmed"}),
    Step(operation="show_reminders", path=_ID),
    Step(
        operation="move_appointment",
        path=_ID,
        body={"appointment_date": "{{day}}", "appointment_time": "10:00"},
        values={"sequence": 1},
    ),
    Step(operation="cancel_appointment", path=_ID, body={"reason": "pat"}, values={"state": "cancelled"}),
    Step(operation="reopen_appointment", path=_ID, body={}, values={"state": "pending"}),
    Step(operation="show_history", path=_ID, values={"items.0.verb": "create"}),
    Step(operation="remove_appointment", path=_ID, values={"state": "cancelled"}),
    Step(
        operation="mark_mistaken",
        path=_ID,
        body={"reason": "was meant for another clinic"},
        values={"state": "entered_in_error"},
    ),
    Step(
        operation="hold_time",
        body={name: VISIT[name] for name in VISIT if not name.startswith("patient")},
        values={"state": "held"},
        save={"held": "appointment_id"},
    ),
    Step(
        operation="complete_hold",
        path={"id": "{{held}}"},
        body={"patient_name": "Ana Torres {{run}}", "patient_phone": "+56900000001"},
        values={"state": "pending"},
    ),
    Step(
        operation="book_appointment",
        name="Note a time that nobody keeps yet",
        body=VISIT | {"appointment_time": "13:00", "state": "proposed"},
        values={"state": "proposed"},
        save={"proposal": "appointment_id"},
    ),
    Step(
        operation="accept_proposal",
        path={"id": "{{proposal}}"},
        body={"appointment_date": "{{day}}", "appointment_time": "13:30"},
        values={"state": "pending", "appointment_time": "13:30"},
    ),
    Step(
        operation="book_appointment",
        name="Put somebody in between, saying why",
        body=VISIT | _NOW | {"patient_name": "María José O'Higgins {{run}}"},
        save={"visit_today": "appointment_id"},
    ),
    Step(operation="arrive", path=_TODAY, values={"state": "arrived"}),
    Step(operation="check_in", path=_TODAY, values={"state": "checked_in"}),
    Step(operation="fulfill", path=_TODAY, values={"state": "fulfilled"}),
    Step(
        operation="book_appointment",
        name="Put in between who does not come",
        body=VISIT | _NOW | {"patient_name": "Ignacio Muñoz {{run}}"},
        values={"overbooked": True},
        save={"missed_visit": "appointment_id"},
    ),
    Step(operation="no_show", path=_MISSED, values={"state": "no_show"}),
    Step(
        operation="undo_no_show",
        path=_MISSED,
        body={"reason": "sat in the wrong room"},
        values={"state": "arrived"},
    ),
    Step(operation="list_calls", query={"date": "{{day}}"}),
    Step(operation="show_figures", query={"from": "{{day}}", "to": "{{day}}"}),
)

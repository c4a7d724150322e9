# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peers' packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""The honest rival for appointments: FastAPI and one asyncpg transaction, as one writes a clinic to carry for years.

Create, read, update, delete, with what ours promises of them: the token's signature and the caller's role at the
clinic, bodies strict, names of doctors however they are written, hours by the clinic's clocks, with gaps and folds, the
same key answered as the first time, how many visits a patient may have, the history of each, and who has seen it.
That no doctor and no patient is booked twice is the database's doing: two exclusion constraints.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field

from bench.peers.clinic_rows import (
    APPOINTMENT,
    CANCEL,
    CHANGE,
    CLAIM,
    FREE,
    INSERT,
    KEPT,
    LOCKED,
    OPEN,
    PATIENT,
    PLACE,
    SEEN,
    STEP,
)
from bench.peers.pool import JSON, Key, pooled
from bench.peers.shop import Caller, Part, caller_of, time_ordered_id

TITLES = {"dr", "dra", "doctor", "doctora", "prof"}
USUAL = timedelta(minutes=30)
AWAITED = {"pending", "confirmed"}
GUARDS = {"one_patient_at_a_time": "slot_taken", "in_one_place_at_a_time": "patient_busy"}
Name = Annotated[str, Field(min_length=1, max_length=200)]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$")]
Minutes = Annotated[int, Field(ge=5, le=480)]
Text = Annotated[str, Field(max_length=1_000)]


class NewAppointment(Part):
    clinic_id: Annotated[str, Field(max_length=40)]
    patient_name: Name
    patient_phone: Phone | None = None
    patient_email: Annotated[str | None, Field(max_length=254)] = None
    patient_language: Annotated[str | None, Field(max_length=5)] = None
    doctor_name: Name
    appointment_date: date
    appointment_time: time
    duration_minutes: Minutes | None = None
    reason: Text = ""
    notes: Text = ""


class Change(Part):
    doctor_name: Name | None = None
    appointment_date: date | None = None
    appointment_time: time | None = None
    duration_minutes: Minutes | None = None
    state: Literal["confirmed", "cancelled"] | None = None
    reason: Text | None = None
    notes: Text | None = None


class Appointment(BaseModel):
    appointment_id: UUID
    patient_name: str
    doctor_name: str
    appointment_date: date
    appointment_time: str
    state: str
    clinic_id: str
    doctor_id: UUID
    patient_id: UUID
    duration_minutes: int
    start_utc: datetime
    end_utc: datetime
    time_zone: str
    source: str
    patient_phone: str | None
    patient_email: str | None
    patient_language: str | None
    reason: str
    notes: str
    cancellation_reason: str
    sequence: int


app = FastAPI(lifespan=pooled("clinic,public"))


async def a_reader(authorization: Annotated[str, Header()] = "") -> Caller:
    """Return whom the token speaks for."""
    return caller_of(authorization, "appointments:read")


async def a_writer(authorization: Annotated[str, Header()] = "") -> Caller:
    """Return whom the token speaks for."""
    return caller_of(authorization, "appointments:write")


@app.post("/appointments", status_code=201, response_model=Appointment)
async def book(
    wish: NewAppointment,
    caller: Annotated[Caller, Depends(a_writer)],
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
    request: Request,
) -> Response:
    """Book a time, or give the answer that the key was given before."""
    _check_desk(caller, wish.clinic_id)
    mine = Key(caller.subject, idempotency_key, hashlib.sha256(wish.model_dump_json().encode()).digest())
    async with request.app.state.pool.acquire() as connection:
        place = await _place(connection, wish.clinic_id, wish.doctor_name)
        starts = _starts(place, wish.appointment_date, wish.appointment_time)
        ends = starts + (timedelta(minutes=wish.duration_minutes) if wish.duration_minutes else USUAL)
        _check_hours(place, starts, ends)
        try:
            async with connection.transaction():
                answer = await _stored(connection, wish, place, (starts, ends), mine)
        except asyncpg.ExclusionViolationError as clash:
            refusal = await _taken(connection, place, starts, ends, clash)
            return await _repeated(connection, mine, refusal)
        return Response(answer, 201, media_type=JSON) if answer else await _repeated(connection, mine)


async def _repeated(connection: Any, mine: Key, otherwise: HTTPException | None = None) -> Response:
    """Return the answer that was given before. Raises HTTPException when it was to another wish, or never given."""
    kept = await connection.fetchrow(KEPT, mine.subject, mine.key)
    if kept is None and otherwise is not None:
        raise otherwise
    if kept["fingerprint"] != mine.fingerprint:
        raise HTTPException(422, "This key was used for another appointment.")
    return Response(kept["response"], 201, {"Idempotency-Replayed": "true"}, JSON)


async def _stored(
    connection: Any, wish: NewAppointment, place: Any, times: tuple[datetime, datetime], mine: Key
) -> str:
    """Keep the key, the appointment and its first step; return the answer, or nothing where the key is kept already.

    Raises HTTPException, ExclusionViolationError.
    """
    now = datetime.now(UTC)
    said = (wish.patient_name, wish.patient_phone or "", wish.patient_email, wish.patient_language)
    patient_id = await connection.fetchval(PATIENT, time_ordered_id(), wish.clinic_id, *said)
    if await connection.fetchval(OPEN, patient_id, now) >= place["max_open"]:
        raise HTTPException(409, {"code": "too_many_open", "max_open": place["max_open"]})
    booked = _new(wish, place, times, patient_id)
    answer: str = booked.model_dump_json()
    if await connection.execute(CLAIM, mine.subject, mine.key, mine.fingerprint, answer, now) != "INSERT 0 1":
        return ""
    who = (wish.clinic_id, place["doctor_id"], patient_id)
    when = (*times, wish.appointment_date, wish.appointment_time)
    await connection.execute(INSERT, booked.appointment_id, *who, *when, wish.reason, wish.notes)
    await connection.execute(STEP, booked.appointment_id, now, "create", "pending", mine.subject, times[0])
    return answer


def _new(wish: NewAppointment, place: Any, times: tuple[datetime, datetime], patient_id: UUID) -> Appointment:
    starts, ends = times
    return Appointment(
        appointment_id=time_ordered_id(),
        patient_name=wish.patient_name,
        doctor_name=place["doctor_name"],
        appointment_date=wish.appointment_date,
        appointment_time=f"{wish.appointment_time:%H:%M}",
        state="pending",
        clinic_id=wish.clinic_id,
        doctor_id=place["doctor_id"],
        patient_id=patient_id,
        duration_minutes=(ends - starts).seconds // 60,
        start_utc=starts,
        end_utc=ends,
        time_zone=place["time_zone"],
        source="desk",
        patient_phone=wish.patient_phone,
        patient_email=wish.patient_email,
        patient_language=wish.patient_language,
        reason=wish.reason,
        notes=wish.notes,
        cancellation_reason="",
        sequence=0,
    )


@app.get("/appointments/{id}", response_model=Appointment)
async def show(id: UUID, caller: Annotated[Caller, Depends(a_reader)], request: Request) -> Response:
    """Show an appointment, and note who has seen it: one statement, one commit."""
    row = await request.app.state.pool.fetchrow(
        SEEN, id, _clinics(caller), time_ordered_id(), caller.subject, datetime.now(UTC)
    )
    if row is None:
        raise HTTPException(404)
    return _shown(row)


@app.put("/appointments/{id}", response_model=Appointment)
async def change(
    id: UUID, change: Change, caller: Annotated[Caller, Depends(a_writer)], request: Request
) -> Response:
    """Change what is named: another time moves it, in one statement that keeps the old time until it has the new."""
    async with request.app.state.pool.acquire() as connection:
        try:
            async with connection.transaction():
                return _shown(await _changed(connection, id, change, caller))
        except asyncpg.ExclusionViolationError as clash:
            raise HTTPException(409, {"code": GUARDS[clash.constraint_name]}) from clash


async def _changed(connection: Any, id: UUID, change: Change, caller: Caller) -> Any:
    old = await connection.fetchrow(LOCKED, id, _clinics(caller))
    if old is None:
        raise HTTPException(404)
    moves = any(
        (change.doctor_name, change.appointment_date, change.appointment_time, change.duration_minutes)
    )
    state = change.state or old["state"]
    if state != old["state"] or moves:
        _check_state(old["state"], state)
    if state == "cancelled":
        return await _cancelled(connection, id, caller)
    doctor_id, starts, ends = old["doctor_id"], old["starts"], old["ends"]
    day, clock = old["local_date"], old["local_time"]
    if moves:
        place = await _place(connection, old["clinic_id"], change.doctor_name or old["doctor_name"])
        day, clock = change.appointment_date or day, change.appointment_time or clock
        length = timedelta(minutes=change.duration_minutes) if change.duration_minutes else ends - starts
        doctor_id, starts = place["doctor_id"], _starts(place, day, clock)
        ends = starts + length
        _check_hours(place, starts, ends)
    texts = (
        old["reason"] if change.reason is None else change.reason,
        old["notes"] if change.notes is None else change.notes,
    )
    times = (doctor_id, starts, ends, day, clock)
    await connection.execute(CHANGE, id, *times, state, int(moves), *texts)
    verb = "reschedule" if moves else "confirm" if change.state else "change"
    await connection.execute(STEP, id, datetime.now(UTC), verb, state, caller.subject, starts)
    return await connection.fetchrow(APPOINTMENT, id)


@app.delete("/appointments/{id}", response_model=Appointment)
async def cancel(id: UUID, caller: Annotated[Caller, Depends(a_writer)], request: Request) -> Response:
    """Cancel an appointment; again changes nothing."""
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        old = await connection.fetchrow(LOCKED, id, _clinics(caller))
        if old is None:
            raise HTTPException(404)
        if old["state"] == "cancelled":
            return _shown(old)
        _check_state(old["state"], "cancelled")
        return _shown(await _cancelled(connection, id, caller))


async def _cancelled(connection: Any, id: UUID, caller: Caller) -> Any:
    starts = await connection.fetchval(CANCEL, id, "other")
    await connection.execute(STEP, id, datetime.now(UTC), "cancel", "cancelled", caller.subject, starts)
    return await connection.fetchrow(APPOINTMENT, id)


async def _place(connection: Any, clinic_id: str, doctor_name: str) -> Any:
    """Return the clinic and the doctor who is meant. Raises HTTPException."""
    place = await connection.fetchrow(PLACE, clinic_id, _plain(doctor_name))
    if place is None:
        raise HTTPException(422, {"code": "unknown_doctor"})
    return place


async def _taken(connection: Any, place: Any, starts: datetime, ends: datetime, clash: Any) -> HTTPException:
    """Return the refusal of a time that is taken, with the next free ones."""
    code = GUARDS[clash.constraint_name]
    if code != "slot_taken":
        return HTTPException(409, {"code": code})
    free = await connection.fetch(FREE, place["doctor_id"], place["clinic_id"], starts, ends - starts)
    return HTTPException(409, {"code": code, "alternatives": [row["at"].isoformat() for row in free]})


def _starts(place: Mapping[str, Any], day: date, clock: time) -> datetime:
    """Return the moment at which the clinic's clocks show this. Raises HTTPException in a gap, a fold, off the grid."""
    wall, zone = datetime.combine(day, clock), ZoneInfo(place["time_zone"])
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise HTTPException(422, {"code": "nonexistent_time" if first > second else "ambiguous_time"})
    if clock.minute % place["grid_minutes"] or clock.second:
        raise HTTPException(422, {"code": "off_grid"})
    return first


def _check_hours(place: Mapping[str, Any], starts: datetime, ends: datetime) -> None:
    if ends <= datetime.now(UTC):
        raise HTTPException(409, {"code": "in_the_past"})
    zone = ZoneInfo(place["time_zone"])
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    hours = zip(place["weekdays"], place["opens"], place["closes"], strict=True)
    if first.date() != last.date() or not any(
        weekday == first.isoweekday() and opens <= first.time() and last.time() <= closes
        for weekday, opens, closes in hours
    ):
        raise HTTPException(422, {"code": "outside_hours"})


def _check_state(old: str, new: str) -> None:
    if old not in AWAITED and not (old == new == "proposed"):
        raise HTTPException(409, {"code": "illegal_transition", "state": old})


def _check_desk(caller: Caller, clinic_id: str) -> None:
    if clinic_id not in _clinics(caller):
        raise HTTPException(404)


def _clinics(caller: Caller) -> list[str]:
    """Return the clinics at whose desk the caller works."""
    return [
        place[7:] for place, role in caller.grants.items() if place.startswith("clinic:") and role in _DESK
    ]


_DESK = {"owner", "reception"}


def _plain(name: str) -> str:
    """Return a name without accents, titles, capitals and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold().replace("'", ""))
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in bare).split()
    return " ".join(word for word in words if word not in TITLES)


def _shown(row: Any) -> Response:
    """Return an appointment as it is stored."""
    shown = Appointment(
        appointment_id=row["id"],
        patient_name=row["patient_name"],
        doctor_name=row["doctor_name"],
        appointment_date=row["local_date"],
        appointment_time=f"{row['local_time']:%H:%M}",
        state=row["state"],
        clinic_id=row["clinic_id"],
        doctor_id=row["doctor_id"],
        patient_id=row["patient_id"],
        duration_minutes=(row["ends"] - row["starts"]).seconds // 60,
        start_utc=row["starts"],
        end_utc=row["ends"],
        time_zone=row["time_zone"],
        source=row["source"],
        patient_phone=row["phone"] or None,
        patient_email=row["email"],
        patient_language=row["language"],
        reason=row["reason"],
        notes=row["notes"],
        cancellation_reason=row["cancellation"],
        sequence=row["sequence"],
    )
    return Response(shown.model_dump_json(), media_type=JSON)


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that requests can be accepted."""
    return {"status": "ready"}

"""The SQL of the honest rival for appointments."""

_COLUMNS = """
  one.id, one.clinic_id, one.doctor_id, one.patient_id, lower(one.during) as starts, upper(one.during) as ends,
  one.local_date, one.local_time, one.state, one.source, one.reason, one.notes, one.cancellation, one.sequence,
  doctor.name as doctor_name, clinic.time_zone, patient.name as patient_name, patient.phone, patient.email,
  patient.language"""
_JOINED = """
  join doctors doctor on doctor.id = one.doctor_id
  join clinics clinic on clinic.id = one.clinic_id
  join patients patient on patient.id = one.patient_id"""

PLACE = """
select clinic.id as clinic_id, clinic.time_zone, clinic.grid_minutes, clinic.max_open,
  doctor.id as doctor_id, doctor.name as doctor_name, hours.weekdays, hours.opens, hours.closes
from clinics clinic
join doctors doctor on doctor.clinic_id = clinic.id and doctor.plain_name = $2 and doctor.active
cross join lateral (select array_agg(weekday) as weekdays, array_agg(opens) as opens, array_agg(closes) as closes
  from opening_hours where clinic_id = clinic.id) hours
where clinic.id = $1"""
CLAIM = (
    "insert into idempotency_keys (subject, key, fingerprint, response, created_at) values ($1, $2, $3, $4, $5)"
    " on conflict do nothing"
)
KEPT = "select fingerprint, response from idempotency_keys where subject = $1 and key = $2"
PATIENT = (
    "insert into patients (id, clinic_id, name, phone, email, language) values ($1, $2, $3, $4, $5, $6)"
    " on conflict (clinic_id, name, phone) do update set email = excluded.email, language = excluded.language"
    " returning id"
)
OPEN = (
    "select count(*) from appointments"
    " where patient_id = $1 and lower(during) > $2 and state in ('held', 'pending', 'confirmed')"
)
INSERT = (
    "insert into appointments (id, clinic_id, doctor_id, patient_id, during, local_date, local_time, state, source,"
    " reason, notes) values ($1, $2, $3, $4, tstzrange($5, $6), $7, $8, 'pending', 'desk', $9, $10)"
)
STEP = "insert into steps (appointment_id, at, verb, state, done_by, starts) values ($1, $2, $3, $4, $5, $6)"
APPOINTMENT = f"select {_COLUMNS} from appointments one {_JOINED} where one.id = $1"  # noqa: S608 - names of our own
LOCKED = f"{APPOINTMENT} and one.clinic_id = any($2) for update of one"
SEEN = f"""
with found as ({APPOINTMENT} and one.clinic_id = any($2)),
  noted as (insert into accesses (id, clinic_id, who, what, patient_id, at)
    select $3, clinic_id, $4, 'appointment', patient_id, $5 from found)
select * from found"""  # noqa: S608 - names of our own
CHANGE = (
    "update appointments set doctor_id = $2, during = tstzrange($3, $4), local_date = $5, local_time = $6, state = $7,"
    " sequence = sequence + $8, reason = $9, notes = $10 where id = $1"
)
CANCEL = (
    "update appointments set state = 'cancelled', cancellation = $2, sequence = sequence + 1 where id = $1"
    " returning lower(during)"
)

# The next five times of two weeks at which the clinic is open and nobody has the doctor.
FREE = """
select at from (
  select ($3::timestamptz at time zone clinic.time_zone) + n * interval '1 minute' * clinic.grid_minutes as shown,
    clinic.time_zone
  from clinics clinic, generate_series(1, 14 * 96) n where clinic.id = $2) grid,
  lateral (select shown at time zone time_zone as at) moment
where exists (select from opening_hours where clinic_id = $2 and weekday = extract(isodow from shown)
    and opens <= shown::time and shown::date + closes >= shown + $4)
  and not exists (select from appointments where doctor_id = $1 and during && tstzrange(at, at + $4)
    and state not in ('cancelled', 'expired', 'proposed'))
order by at limit 5"""

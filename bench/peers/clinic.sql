-- What the honest rival keeps of clinics: tables as one writes them for years, each fact in its own row.
create extension btree_gist;
create schema clinic;
set search_path = clinic, public;

create table clinics (
  id text primary key,
  name text not null,
  time_zone text not null,
  grid_minutes integer not null,
  max_open integer not null -- visits to come, of one patient
);

create table doctors (
  id uuid primary key,
  clinic_id text not null,
  name text not null,
  plain_name text not null, -- without accents, titles and capitals
  active boolean not null default true,
  unique (clinic_id, plain_name)
);

create table opening_hours (
  clinic_id text not null,
  weekday integer not null, -- 1 is Monday
  opens time not null,
  closes time not null,
  primary key (clinic_id, weekday, opens)
);

create table patients (
  id uuid primary key,
  clinic_id text not null,
  name text not null,
  phone text not null default '',
  email text,
  language text
);

create table appointments (
  id uuid primary key,
  clinic_id text not null,
  doctor_id uuid not null,
  patient_id uuid not null,
  during tstzrange not null,
  local_date date not null,
  local_time time not null,
  state text not null,
  source text not null,
  reason text not null default '',
  notes text not null default '',
  cancellation text not null default '',
  sequence integer not null default 0 -- counts changes of time, as iCalendar does
);

-- What became of an appointment, and by whom. No foreign keys: each would be one look-up more for every row.
create table steps (
  appointment_id uuid not null,
  at timestamptz not null,
  verb text not null,
  state text not null,
  done_by text not null,
  starts timestamptz not null
);

-- Who has seen data of which patient.
create table accesses (
  id uuid primary key,
  clinic_id text not null,
  who text not null,
  what text not null,
  patient_id uuid not null,
  at timestamptz not null
);

create table idempotency_keys (
  subject text not null,
  key text not null,
  fingerprint bytea not null,
  response text not null, -- the answer as it was given
  created_at timestamptz not null,
  primary key (subject, key)
);

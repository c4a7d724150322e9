-- Made when the tables are filled: that is quicker. The two exclusions are the guard: no doctor and no patient twice.
set search_path = clinic, public;
set maintenance_work_mem = '512MB';
create unique index on patients (clinic_id, name, phone);
create index on appointments (clinic_id, lower(during));
create index on appointments (doctor_id, lower(during));
create index on appointments (patient_id, lower(during));
create index on steps (appointment_id, at);
create index on accesses (clinic_id, at);
alter table appointments add constraint one_patient_at_a_time
  exclude using gist (doctor_id with =, during with &&) where (state not in ('cancelled', 'expired', 'proposed'));
alter table appointments add constraint in_one_place_at_a_time
  exclude using gist (patient_id with =, during with &&) where (state not in ('cancelled', 'expired', 'proposed'));
vacuum analyze;

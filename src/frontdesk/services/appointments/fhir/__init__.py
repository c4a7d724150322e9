"""FHIR R4: appointments, slots and schedules as other health systems read, hold and book them."""

"""Appointments and the doctor's day: what is booked, when, and what may become of it."""

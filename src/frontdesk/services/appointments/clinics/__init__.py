"""Clinics: places, doctors, visit types and the weeks in which they work."""

"""Reminders, and all that patients are told: when, what, and never twice."""

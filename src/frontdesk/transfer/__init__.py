"""Carrying a business at rest from one runtime to another: every record, counter, claim and pending timer, counted."""

"""Signed webhooks: tells partners over HTTP what has happened in their shops."""

"""Passwords: slow hashes, away from the event loop."""

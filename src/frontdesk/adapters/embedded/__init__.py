"""The embedded runtime: one process and perhaps its worker, one SQLite file."""

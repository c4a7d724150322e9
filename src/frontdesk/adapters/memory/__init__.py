"""Ports kept in dicts: for unit tests and the simulation."""

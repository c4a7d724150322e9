"""The AWS runtime: a small client of the standard library and the adapters that stand on it."""

"""What stops a benchmark."""


class BenchError(Exception):
    """The run cannot go on. The text says what to do about it."""

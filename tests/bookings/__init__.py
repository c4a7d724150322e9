"""The proof that nobody is booked twice: random histories of a clinic, with many at it at once."""

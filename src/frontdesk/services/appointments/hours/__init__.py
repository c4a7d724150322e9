"""Hours: when a doctor works, in wall-clock time and in UTC, and which times are free. Pure."""

"""The zips that Lambda runs: the same bytes wherever and whenever they are built from the same files."""

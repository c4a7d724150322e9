"""Another system's MySQL or MariaDB database, to read from."""

"""SIGKILL under load, again and again, on the real server."""

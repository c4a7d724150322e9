"""The command line: `frontdesk --help`."""

from frontdesk.entrypoints.cli.main import main

__all__ = ["main"]

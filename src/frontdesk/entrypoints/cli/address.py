"""Where a running server says how it is reached: a file in its data folder that only its owner can read."""

import os
from pathlib import Path

import msgspec

from frontdesk.adapters.embedded.directory import DataDirectory


class Address(msgspec.Struct, frozen=True):
    """How one server is reached on this machine, and its process."""

    pid: int
    url: str


def announce(data: Path, url: str) -> None:
    """Tell the commands where this process serves the data. It must listen, and have the directory, by now."""
    place = DataDirectory(data).server
    fresh = place.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(Address(os.getpid(), url)))
    fresh.replace(place)


def withdraw(data: Path) -> None:
    """Take back what `announce` told."""
    DataDirectory(data).server.unlink(missing_ok=True)


def find(data: Path) -> str | None:
    """Return the URL of the server that has the data, None when none does.

    What a crashed server left is not believed: its process must have the directory at this moment.
    """
    directory = DataDirectory(data)
    try:
        address = msgspec.json.decode(directory.server.read_bytes(), type=Address)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return address.url if directory.holder() == address.pid else None


def url_of(host: str, port: int) -> str:
    """Return how this machine reaches a server that listens on `host`."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"

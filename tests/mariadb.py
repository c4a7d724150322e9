"""A real MariaDB server in a folder of its own, for a test process. `make servers` installs it."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql

START_SECONDS = 60.0
READER = "reader"
PASSWORD = "only for reading"


class MariaDb:
    """A running server with one database, `shop`, that `reader` may read and `root` may fill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.url = f"mysql://{READER}@127.0.0.1:{self.port}/shop"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        data, user = self._folder / "data", getpass.getuser()
        install = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            f"--user={user}",
            "--skip-test-db",
        ]
        subprocess.run(
            [_program(install[0]), *install[1:], "--auth-root-authentication-method=normal"],
            check=True,
            capture_output=True,
        )
        options = {
            "datadir": data,
            "user": user,
            "port": self.port,
            "bind-address": "127.0.0.1",
            "socket": self._folder / "socket",
            "pid-file": self._folder / "pid",
            "log-error": self._folder / "log",
            "innodb-flush-log-at-trx-commit": 0,
        }
        command = ["--no-defaults", *(f"--{name}={value}" for name, value in options.items())]
        self._process = subprocess.Popen([_program("mariadbd"), *command], stderr=subprocess.DEVNULL)
        self._wait()
        self.run(
            "create database shop character set utf8mb4",
            f"create user {READER}@'127.0.0.1' identified by '{PASSWORD}'",
            f"grant select on shop.* to {READER}@'127.0.0.1'",
        )

    def stop(self) -> None:
        """End it; what it kept is of no use afterwards."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def run(self, *statements: str, rows: Any = None) -> None:
        """Execute statements as root; with `rows`, the last one for each of them."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            for statement in statements[:-1] if rows is not None else statements:
                cursor.execute(statement)
            if rows is not None:
                cursor.executemany(statements[-1], rows)
            connection.commit()

    def _connect(self) -> Any:
        return pymysql.connect(
            init_command="set time_zone='+00:00'",
            unix_socket=str(self._folder / "socket"),
            user="root",
            charset="utf8mb4",
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket(socket.AF_UNIX) as door:  # the driver would leave one open
                try:
                    door.connect(str(self._folder / "socket"))
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
                else:
                    return


@contextmanager
def mariadb(folder: Path) -> Iterator[MariaDb]:
    """Give a running server."""
    server = MariaDb(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError(f"{name} is not installed. Run: make servers")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port

"""One data directory, one server."""

import subprocess
import sys
from pathlib import Path

import pytest

from frontdesk.adapters.embedded.directory import DataDirectory, InUseError

HOLD = """
import sys
from pathlib import Path
from frontdesk.adapters.embedded.directory import DataDirectory
directory = DataDirectory(Path(sys.argv[1]))
directory.lock()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_by_name_until_the_first_one_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InUseError, match=f"in use by process {holder.pid}"):
            DataDirectory(tmp_path).lock()
        holder.kill()
    directory = DataDirectory(tmp_path)
    directory.lock()
    directory.unlock()


def test_a_directory_given_back_can_be_taken_again(tmp_path: Path) -> None:
    first, second = DataDirectory(tmp_path), DataDirectory(tmp_path)
    first.lock()
    with pytest.raises(InUseError):
        second.lock()
    first.unlock()
    first.unlock()
    second.lock()
    second.unlock()


def test_a_new_directory_is_its_owners_alone(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "deep" / "desk")
    directory.create()
    directory.create()
    assert directory.path.stat().st_mode & 0o777 == 0o700
    assert directory.database.parent == directory.signing_key.parent == directory.path

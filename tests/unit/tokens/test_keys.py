"""The signing key: made once, by whoever comes first, and readable by its owner alone."""

import os
import subprocess
import sys
from pathlib import Path

from frontdesk.adapters.tokens.keys import load_or_create

LOAD = """
import sys
from pathlib import Path
from frontdesk.adapters.tokens.keys import load_or_create
print("ready", flush=True)
sys.stdin.readline()
print(load_or_create(Path(sys.argv[1])).kid, flush=True)
"""


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    made = load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_create(path).as_dict(private=True) == made.as_dict(private=True)
    assert made.kid
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    command = [sys.executable, "-c", LOAD, str(path)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    named = {process.communicate()[0] for process in started}
    assert named == {f"{load_or_create(path).kid}\n"}
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / f"key.pem.{os.getpid()}"  # in a container every start may have the same number
    left.write_bytes(b"half a key")
    assert load_or_create(tmp_path / "key.pem").kid

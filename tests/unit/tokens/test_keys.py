"""The key ring: made once by whoever comes first, readable by its owner alone, and rotated without a gap."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from joserfc.jwk import RSAKey

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.tokens.files import FileKeys, create_once
from frontdesk.adapters.tokens.keys import CLOCKS_DIFFER_BY, LONGEST_TOKEN, PUBLISHED_BEFORE, KeyRing
from tests.unit.driver import START

LOAD = """
import sys
from pathlib import Path
from frontdesk.adapters.embedded.clock import MachineClock
from frontdesk.adapters.tokens.files import FileKeys
from frontdesk.adapters.tokens.keys import KeyRing
print("ready", flush=True)
sys.stdin.readline()
print(KeyRing(FileKeys(Path(sys.argv[1])), MachineClock()).signing().kid, flush=True)
"""
MOMENT = timedelta(microseconds=1)


def a_ring(folder: Path) -> tuple[KeyRing, FixedClock]:
    clock = FixedClock(START)
    return KeyRing(FileKeys(folder), clock), clock


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ring, _ = a_ring(folder)
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    again, _ = a_ring(folder)
    assert again.signing().as_dict(private=True) == ring.signing().as_dict(private=True)


def test_the_first_key_signs_from_its_making_on(tmp_path: Path) -> None:
    ring, clock = a_ring(tmp_path / "keys")
    assert list(ring.moments().values()) == [START]
    clock.advance(timedelta(days=1))
    again = KeyRing(FileKeys(tmp_path / "keys"), clock)
    assert again.moments() == ring.moments()


def test_a_clock_that_is_put_back_leaves_nobody_without_a_key(tmp_path: Path) -> None:
    ring, _ = a_ring(tmp_path / "keys")
    ring.rotate(at_once=False)
    before = KeyRing(FileKeys(tmp_path / "keys"), FixedClock(START - timedelta(days=1)))
    assert before.signing().kid == ring.signing().kid


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    command = [sys.executable, "-c", LOAD, str(folder)]
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
    ring, _ = a_ring(folder)
    assert named == {f"{ring.signing().kid}\n"}
    assert len(list(folder.iterdir())) == 1


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f"key.{os.getpid()}").write_bytes(b"half a key")
    create_once(tmp_path / "key", b"whole")
    create_once(tmp_path / "key", b"too late")
    assert (tmp_path / "key").read_bytes() == b"whole"


def test_the_key_of_an_earlier_version_goes_on_signing(tmp_path: Path) -> None:
    earlier = tmp_path / "signing-key.pem"
    key = RSAKey.generate_key(2048, auto_kid=True)
    earlier.write_bytes(key.as_pem(private=True))
    assert KeyRing(FileKeys(tmp_path / "keys", earlier=earlier), FixedClock(START)).signing().kid == key.kid


def test_the_key_of_an_earlier_version_leaves_its_old_place_with_the_first_rotation(tmp_path: Path) -> None:
    earlier = tmp_path / "signing-key.pem"
    earlier.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    ring = KeyRing(FileKeys(tmp_path / "keys", earlier=earlier), FixedClock(START))
    assert earlier.exists()
    ring.rotate(at_once=True)
    assert not earlier.exists()


def test_a_new_key_is_published_before_it_signs(tmp_path: Path) -> None:
    ring, clock = a_ring(tmp_path / "keys")
    old = ring.signing().kid
    ring.rotate(at_once=False)
    new = list(ring.moments())[-1]
    assert new != old
    assert [key["kid"] for key in ring.public()] == [old, new]
    clock.advance(PUBLISHED_BEFORE - MOMENT)
    assert ring.signing().kid == old
    clock.advance(MOMENT)
    assert ring.signing().kid == new


def test_an_old_key_is_trusted_until_its_last_token_has_expired(tmp_path: Path) -> None:
    ring, clock = a_ring(tmp_path / "keys")
    old = ring.signing().kid
    ring.rotate(at_once=False)
    clock.advance(PUBLISHED_BEFORE + LONGEST_TOKEN + CLOCKS_DIFFER_BY)
    assert ring.verifying(old) is not None
    clock.advance(MOMENT)
    assert ring.verifying(old) is None
    assert old not in ring.moments()


def test_rotating_takes_away_keys_that_nobody_trusts_any_more(tmp_path: Path) -> None:
    ring, clock = a_ring(tmp_path / "keys")
    ring.rotate(at_once=False)
    clock.advance(timedelta(days=40))
    ring.rotate(at_once=False)
    assert len(list((tmp_path / "keys").iterdir())) == len(ring.moments()) == 2


def test_at_once_leaves_the_new_key_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ring, clock = a_ring(folder)
    old = ring.signing().kid
    ring.rotate(at_once=True)
    assert ring.signing().kid != old
    assert ring.verifying(old) is None
    assert len(list(folder.iterdir())) == 1
    assert KeyRing(FileKeys(folder), clock).signing().kid == ring.signing().kid


def test_a_ring_sees_what_another_process_has_rotated(tmp_path: Path) -> None:
    ring, clock = a_ring(tmp_path / "keys")
    ring.signing()
    KeyRing(FileKeys(tmp_path / "keys"), clock).rotate(at_once=True)
    (kid,) = ring.moments()
    assert ring.signing().kid == kid


def test_what_is_published_is_the_public_half_alone(tmp_path: Path) -> None:
    ring, _ = a_ring(tmp_path / "keys")
    (shown,) = ring.public()
    assert set(shown) == {"kty", "n", "e", "kid", "use", "alg"}
    assert (shown["kty"], shown["use"], shown["alg"]) == ("RSA", "sig", "RS256")

"""Keyed digests: the same for the same, another for anything else, and nothing without the key."""

from pathlib import Path

from frontdesk.adapters.tokens.files import FileKeys
from frontdesk.adapters.tokens.seals import KeyedSeals


def test_a_seal_is_the_same_for_the_same_key_purpose_and_text(tmp_path: Path) -> None:
    seals = KeyedSeals(FileKeys(tmp_path))
    again = KeyedSeals(FileKeys(tmp_path))
    made = seals.seal("address", "ana@example.com")
    assert again.seal("address", "ana@example.com") == made
    assert len(made) == 43
    assert made != seals.seal("device", "ana@example.com")
    assert made != seals.seal("address", "ana@example.org")
    assert made != KeyedSeals(FileKeys(tmp_path / "other")).seal("address", "ana@example.com")


def test_a_purpose_cannot_run_into_its_text(tmp_path: Path) -> None:
    seals = KeyedSeals(FileKeys(tmp_path))
    assert seals.seal("ab", "c") != seals.seal("a", "bc")


def test_only_its_owner_may_read_the_key(tmp_path: Path) -> None:
    KeyedSeals(FileKeys(tmp_path))
    assert (tmp_path / "seals").stat().st_mode & 0o777 == 0o600

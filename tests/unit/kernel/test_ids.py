"""Ids and fingerprints: what they look like, and when two are equal."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.ids import derived_id, fingerprint, mark_of, timed_id

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SHAPE = re.compile(r"ord_[0-9A-HJKMNP-TV-Z]{26}")
PARTS = st.lists(st.text(st.characters(blacklist_characters="\x1f", codec="utf-8"), max_size=5), max_size=4)


@given(PARTS)
def test_a_derived_id_is_the_prefix_and_26_characters_that_can_be_read_out(parts: list[str]) -> None:
    assert SHAPE.fullmatch(derived_id("ord", *parts))
    assert derived_id("ord", *parts) == derived_id("ord", *parts)


@given(PARTS, PARTS)
def test_other_parts_give_another_id_however_they_are_cut(one: list[str], other: list[str]) -> None:
    same = (one or [""]) == (other or [""])
    assert (derived_id("ord", *one) == derived_id("ord", *other)) is same
    assert (mark_of(*one) == mark_of(*other)) is same


def test_the_parts_of_an_id_do_not_run_into_each_other() -> None:
    assert len({derived_id("ord", *parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""])}) == 4


@given(st.lists(st.integers(min_value=0, max_value=10**13), min_size=2), st.binary(min_size=10, max_size=10))
def test_timed_ids_sort_as_their_milliseconds_do(micros: list[int], chance: bytes) -> None:
    moments = sorted(NOW + timedelta(microseconds=m) for m in micros)
    made = [timed_id("ord", moment, chance) for moment in moments]
    assert made == sorted(made)
    assert all(SHAPE.fullmatch(id) for id in made)


def test_timed_ids_of_one_instant_differ_by_chance_alone() -> None:
    made = {timed_id("ord", NOW, bytes(9) + bytes([n])) for n in range(256)}
    assert len(made) == 256
    assert len({id[:14] for id in made}) == 1


def test_every_bit_of_chance_counts() -> None:
    made = {timed_id("ord", NOW, (1 << bit).to_bytes(10, "big")) for bit in range(80)}
    assert len(made) == 80


def test_derived_ids_do_not_sort_by_anything() -> None:
    made = [derived_id("ord", "ana", str(n)) for n in range(50)]
    assert made != sorted(made)
    assert len(set(made)) == 50


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_fingerprints_are_24_characters_and_equal_when_the_bodies_are(one: bytes, other: bytes) -> None:
    assert re.fullmatch(r"[0-9a-f]{24}", fingerprint(one))
    assert (fingerprint(one) == fingerprint(other)) is (one == other)

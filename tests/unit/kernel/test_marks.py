"""Marks: what a record remembers, and what it may forget."""

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.errors import KeyReused
from frontdesk.kernel.marks import Latest, Once


def test_a_message_is_known_once_it_was_added() -> None:
    mark = Once("shelf/jar:a:1:0")
    assert not mark.known(())
    assert mark.known(mark.added(()))
    assert not Once("shelf/jar:a:1:1").known(mark.added(()))


def test_a_request_is_known_by_key_and_body_and_another_body_is_refused() -> None:
    marks = Once("key", "body").added(())
    assert Once("key", "body").known(marks)
    assert not Once("other", "body").known(marks)
    with pytest.raises(KeyReused):
        Once("key", "changed").known(marks)


def test_a_key_that_begins_like_another_is_another() -> None:
    marks = Once("key-1", "body").added(())
    assert not Once("key", "body").known(marks)


def test_the_last_eight_are_remembered_newest_last() -> None:
    marks: tuple[str, ...] = ()
    for n in range(limits.HANDLED_MARKS + 3):
        marks = Once(f"m{n}").added(marks)
    assert marks == tuple(f"m{n}" for n in range(3, limits.HANDLED_MARKS + 3))
    assert not Once("m2").known(marks)
    assert Once("m3").known(marks)


def test_an_older_state_of_a_source_is_dropped_and_a_newer_one_is_not() -> None:
    marks = Latest("prices/price:a", 5, 1).added(())
    seen = {(v, p): Latest("prices/price:a", v, p).known(marks) for v in (4, 5, 6) for p in (0, 1, 2)}
    assert [place for place, known in seen.items() if not known] == [(5, 2), (6, 0), (6, 1), (6, 2)]
    assert not Latest("prices/price:b", 1, 0).known(marks)


def test_versions_are_numbers_and_no_texts() -> None:
    marks = Latest("s", 9, 0).added(())
    assert not Latest("s", 10, 0).known(marks)
    assert Latest("s", 9, 0).known(Latest("s", 10, 0).added(marks))


def test_only_the_newest_state_of_each_source_is_kept() -> None:
    marks: tuple[str, ...] = ()
    for version in range(1, 4):
        for source in ("a", "b"):
            marks = Latest(source, version, 0).added(marks)
    assert marks == ("a@3.0", "b@3.0")


def test_many_requests_do_not_make_a_copy_forget_how_new_it_is() -> None:
    marks = Latest("prices/price:a", 7, 0).added(())
    for n in range(limits.HANDLED_MARKS * 2):
        marks = Once(f"m{n}").added(marks)
    assert Latest("prices/price:a", 6, 0).known(marks)
    assert [mark for mark in marks if mark.startswith("m")] == [f"m{n}" for n in range(8, 16)]


def test_a_newer_state_does_not_make_a_record_forget_a_request() -> None:
    marks = Once("key", "body").added(())
    for version in range(20):
        marks = Latest("prices/price:a", version, 0).added(marks)
    assert Once("key", "body").known(marks)


def test_marks_of_the_two_sorts_are_never_taken_for_each_other() -> None:
    marks = Once("prices/price:ana@example:1:0", "body").added(Latest("prices/price:a", 7, 0).added(()))
    assert not Latest("prices/price:ana", 1, 0).known(marks)
    assert not Once("prices/price:a", "7.0").known(marks)

"""The unit of work: one commit as the last act, and what a repeat, a race or a stale reader meets."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.errors import ClaimTaken, Conflict, KeyReused, NotFound, Stale, TooLarge
from frontdesk.kernel.marks import Latest, Once
from frontdesk.kernel.messages import unwrap
from frontdesk.kernel.records import Add, Free, Take
from frontdesk.kernel.unit import AlreadyHandledError, Guard, HandlerMisuseError, Timer, Unit
from tests.unit.driver import run
from tests.unit.kernel.shelf import JARS, LIDS, NOW, Bench, Filled, Jar, Lid, Spoilt


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def put(unit: Unit, id: str = "a", sweets: int = 0) -> None:
    """Create a jar."""
    await unit.commit(JARS.new(id, Jar(sweets)))


async def add(unit: Unit, id: str = "a") -> Jar:
    """Put one more sweet into a jar; return it as it is stored then."""
    found = await unit.get(JARS, id)
    return (await unit.commit(found.changed(Jar(found.value.sweets + 1)))).value


def sweets(bench: Bench, id: str = "a") -> int:
    """Return how many sweets are in a jar."""
    return run(bench.unit().get(JARS, id)).value.sweets


READS: dict[str, Callable[[Unit], Awaitable[object]]] = {
    "find": lambda unit: unit.find(JARS, "a"),
    "get": lambda unit: unit.get(JARS, "a"),
    "get_many": lambda unit: unit.get_many(JARS, ["a"]),
    "query": lambda unit: unit.query(JARS, "by_shelf", "top"),
    "counts": lambda unit: unit.counts(["jars:n"]),
}


@pytest.mark.parametrize("read", READS)
def test_nothing_is_read_after_the_commit(bench: Bench, read: str) -> None:
    async def handler() -> None:
        unit = bench.unit()
        await put(unit)
        await READS[read](unit)

    with pytest.raises(HandlerMisuseError, match="last act"):
        run(handler())


def test_a_handler_commits_once(bench: Bench) -> None:
    async def handler() -> None:
        unit = bench.unit()
        await put(unit, "a")
        await put(unit, "b")

    with pytest.raises(HandlerMisuseError, match="commits once"):
        run(handler())
    assert list(bench.store.records) == [("jar", "a")]


@pytest.mark.parametrize("place", ["primary", "other"])
def test_a_handler_does_not_change_a_kind_that_it_queried(bench: Bench, place: str) -> None:
    async def handler() -> None:
        unit = bench.unit()
        await unit.query(JARS, "by_shelf", "top")
        changes = [JARS.new("a", Jar()), LIDS.new("a", Lid())]
        await unit.commit(*(changes if place == "primary" else reversed(changes)))

    with pytest.raises(HandlerMisuseError, match="an index may lag"):
        run(handler())
    assert bench.store.records == {}


def test_a_handler_may_change_another_kind_than_it_queried(bench: Bench) -> None:
    async def handler() -> None:
        unit = bench.unit()
        await unit.query(JARS, "by_shelf", "top")
        await unit.commit(LIDS.new("a", Lid()))

    run(handler())
    assert ("lid", "a") in bench.store.records


@pytest.mark.parametrize("key", ["n", "tins:n", "jarsn", "jars", "Jars:n"])
def test_counters_and_claims_of_other_services_are_out_of_reach(bench: Bench, key: str) -> None:
    for owned in ({"counters": [Add(key, 1)]}, {"claims": [Take(key, "a")]}, {"claims": [Free(key, "a")]}):
        with pytest.raises(HandlerMisuseError, match="jars begin with its name"):
            run(bench.unit().commit(JARS.new("a", Jar()), **owned))
    with pytest.raises(HandlerMisuseError):
        run(bench.unit().counts([key]))
    assert bench.store.records == {}


def test_what_is_not_there_is_not_found(bench: Bench) -> None:
    assert run(bench.unit().find(JARS, "a")) is None
    assert run(bench.unit().get_many(JARS, ["a"])) == {}
    with pytest.raises(NotFound):
        run(bench.unit().get(JARS, "a"))


def test_the_commit_answers_what_is_now_stored(bench: Bench) -> None:
    async def handler(unit: Unit) -> None:
        answered = await unit.commit(
            JARS.new("a", Jar(3)), counters=[Add("jars:n", 2)], claims=[Take("jars:k", "a")]
        )
        assert answered.version == 1
        assert JARS.load(bench.store.records["jar", "a"]) == answered

    run(handler(bench.unit()))
    assert run(bench.unit().counts(["jars:n"])) == {"jars:n": 2}


def test_a_repeat_of_a_message_has_no_second_effect(bench: Bench) -> None:
    run(put(bench.unit()))
    mark = Once("counting/jar:b:1:0")
    run(add(bench.unit(mark=mark)))
    with pytest.raises(AlreadyHandledError) as repeat:
        run(add(bench.unit(mark=mark)))
    assert repeat.value.stored.value == Jar(1)
    assert sweets(bench) == 1


def test_a_repeat_of_a_create_that_reads_nothing_finds_the_first_one(bench: Bench) -> None:
    mark = Once("key", "body")
    run(put(bench.unit(mark=mark)))
    with pytest.raises(AlreadyHandledError):
        run(put(bench.unit(mark=mark)))
    with pytest.raises(KeyReused):
        run(put(bench.unit(mark=Once("key", "other body"))))
    with pytest.raises(Conflict):
        run(put(bench.unit(mark=Once("other key", "body"))))


def test_the_mark_of_the_maker_is_kept_for_ever_and_of_the_others_the_last_eight(bench: Bench) -> None:
    run(put(bench.unit(mark=Once("maker", "body"))))
    for n in range(limits.HANDLED_MARKS + 1):
        run(add(bench.unit(mark=Once(f"m{n}"))))
    with pytest.raises(AlreadyHandledError) as repeat:
        run(put(bench.unit(mark=Once("maker", "body"))))
    assert repeat.value.stored.first().value == Jar(0)
    with pytest.raises(AlreadyHandledError):
        run(add(bench.unit(mark=Once("m1"))))
    run(add(bench.unit(mark=Once("m0"))))
    assert sweets(bench) == limits.HANDLED_MARKS + 2


def test_latest_drops_what_is_older_than_seen_also_on_a_record_that_it_made(bench: Bench) -> None:
    run(put(bench.unit(mark=Latest("copies/jar:x", 5, 0))))
    for version, place in ((4, 9), (5, 0)):
        with pytest.raises(AlreadyHandledError):
            run(add(bench.unit(mark=Latest("copies/jar:x", version, place))))
    run(add(bench.unit(mark=Latest("copies/jar:x", 5, 1))))
    run(add(bench.unit(mark=Latest("copies/jar:y", 1, 0))))
    assert sweets(bench) == 2


def test_work_of_many_sources_on_one_record_is_remembered_as_a_claim(bench: Bench) -> None:
    run(put(bench.unit()))
    for n in range(limits.HANDLED_MARKS * 2):
        run(add(bench.unit(shared_mark=f"jars:done:m{n}")))
    with pytest.raises(AlreadyHandledError):
        run(add(bench.unit(shared_mark="jars:done:m0")))
    assert sweets(bench) == limits.HANDLED_MARKS * 2
    until = bench.store.claims["jars:done:m0"].until
    assert until == NOW + limits.SHARED_MARK_KEPT


def test_a_claim_that_somebody_else_holds_is_no_repeat(bench: Bench) -> None:
    run(bench.unit().commit(JARS.new("a", Jar()), claims=[Take("jars:k", "a")]))
    with pytest.raises(ClaimTaken):
        run(bench.unit(shared_mark="jars:done:m").commit(JARS.new("b", Jar()), claims=[Take("jars:k", "b")]))


def test_ids_are_the_same_on_every_run_of_a_request_with_a_key_and_fresh_without(bench: Bench) -> None:
    def made(origin: str) -> list[str]:
        unit = bench.unit(origin=origin)
        return [unit.new_id("jar"), unit.new_id("jar"), unit.new_id("lid")]

    assert made("one") == made("one")
    assert not set(made("one")) & set(made("other"))
    assert not set(made("")) & set(made(""))
    assert len(set(made("one"))) == 3


def test_a_caller_who_has_seen_the_newest_version_may_change_it(bench: Bench) -> None:
    run(put(bench.unit()))
    run(add(bench.unit(guard=Guard(JARS, 1))))
    with pytest.raises(Stale):
        run(add(bench.unit(guard=Guard(JARS, 1))))
    assert sweets(bench) == 1


def test_what_has_never_been_cannot_have_been_seen(bench: Bench) -> None:
    with pytest.raises(Stale):
        run(put(bench.unit(guard=Guard(JARS, 3))))
    assert bench.store.records == {}


def test_a_guard_tells_nothing_to_who_only_reads(bench: Bench) -> None:
    run(put(bench.unit()))
    assert run(bench.unit(guard=Guard(JARS, 99)).get(JARS, "a")).version == 1


def test_a_guard_is_about_its_own_kind(bench: Bench) -> None:
    run(bench.unit(guard=Guard(JARS, 7)).commit(LIDS.new("a", Lid())))
    assert ("lid", "a") in bench.store.records


def test_a_repeat_with_if_match_is_answered_and_not_stale(bench: Bench) -> None:
    run(put(bench.unit()))
    again = {"mark": Once("key", "body"), "guard": Guard(JARS, 1)}
    run(add(bench.unit(**again)))
    with pytest.raises(AlreadyHandledError):
        run(add(bench.unit(**again)))


def test_records_that_were_only_read_must_not_have_changed(bench: Bench) -> None:
    run(put(bench.unit()))
    unit = bench.unit()
    read = run(unit.get(JARS, "a"))
    run(add(bench.unit()))
    with pytest.raises(Conflict):
        run(unit.commit(LIDS.new("a", Lid()), unchanged=[read]))
    with pytest.raises(Conflict):
        run(bench.unit().commit(LIDS.new("a", Lid()), absent=[(JARS, "a")]))
    run(bench.unit().commit(LIDS.new("a", Lid()), absent=[(JARS, "b")]))


def test_events_and_timers_carry_who_caused_them(bench: Bench) -> None:
    due = NOW + timedelta(days=1)
    run(
        bench.unit().commit(
            JARS.new("a", Jar()),
            events=[Filled(jar="a"), Filled(jar="b")],
            timers=[Timer("spoil", due, Spoilt(jar="a")), Timer("clean")],
        )
    )
    assert [message.id for message in bench.store.log] == ["jar:a:1:0", "jar:a:1:1"]
    first = bench.store.log[0]
    assert (first.source, first.version, first.at, first.correlation_id) == ("a", 1, NOW, "req_1")
    assert unwrap(first, Filled) == Filled(jar="a")
    (timer,) = bench.store.timers.values()
    assert (timer.name, timer.due, unwrap(timer.message, Spoilt)) == ("spoil", due, Spoilt(jar="a"))
    assert timer.message.id == "jar:a:1:spoil"


def test_timers_of_two_kinds_with_one_id_do_not_replace_or_cancel_each_other(bench: Bench) -> None:
    timer = Timer("spoil", NOW + timedelta(days=1), Spoilt(jar="a"))
    run(bench.unit().commit(JARS.new("a", Jar()), timers=[timer]))
    run(bench.unit().commit(LIDS.new("a", Lid()), timers=[timer]))
    assert len(bench.store.timers) == 2

    async def cancel(unit: Unit) -> None:
        found = await unit.get(LIDS, "a")
        await unit.commit(found.changed(Lid(tight=False)), timers=[Timer("spoil")])

    run(cancel(bench.unit()))
    assert [timer.message.id for timer in bench.store.timers.values()] == ["jar:a:1:spoil"]


def test_pages_follow_each_other_newest_first_without_gap_or_double(bench: Bench) -> None:
    for n in range(7):
        run(put(bench.unit(), f"j{n}", sweets=n // 2))
    run(bench.unit().commit(JARS.new("hidden", Jar(1, shelf=""))))
    seen: list[str] = []
    cursor = ""
    while True:
        page = run(bench.unit().query(JARS, "by_shelf", "top", cursor=cursor, limit=3))
        seen += [stored.id for stored in page.items]
        cursor = page.cursor
        if not cursor:
            break
    assert seen == ["j6", "j5", "j4", "j3", "j2", "j1", "j0"]


def test_a_page_is_bounded_on_both_sides(bench: Bench) -> None:
    for n in range(6):
        run(put(bench.unit(), f"j{n}", sweets=n))
    page = run(bench.unit().query(JARS, "by_shelf", "top", since="00002", until="00005"))
    assert [stored.id for stored in page.items] == ["j4", "j3", "j2"]
    both = run(bench.unit().query(JARS, "by_shelf", "top", until="00005", cursor="00003"))
    assert [stored.id for stored in both.items] == ["j2", "j1", "j0"]


def test_too_large_a_commit_changes_nothing(bench: Bench) -> None:
    events = [Filled(jar="x" * limits.EVENT_BYTES)]
    with pytest.raises(TooLarge):
        run(bench.unit().commit(JARS.new("a", Jar()), events=events))
    assert bench.store.records == {}


def test_a_repeat_that_a_rule_refuses_today_is_recalled(bench: Bench) -> None:
    mark = Once("key", "body")

    async def create(unit: Unit) -> None:
        await put(unit, unit.new_id("jar"))

    async def refused(unit: Unit) -> None:
        unit.new_id("jar")
        await unit.recall(JARS)

    run(refused(bench.unit(mark=mark, origin="one")))
    run(create(bench.unit(mark=mark, origin="one")))
    with pytest.raises(AlreadyHandledError):
        run(refused(bench.unit(mark=mark, origin="one")))
    run(refused(bench.unit(mark=mark, origin="other")))

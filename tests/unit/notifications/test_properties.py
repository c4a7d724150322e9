"""What holds of every message, whatever providers do, in whatever order they tell it, and wherever a crash comes."""

import random
from collections import Counter
from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.channels import Failure, Outcome, Outgoing, Progress
from frontdesk.kernel.errors import Unavailable
from frontdesk.services.notifications.correspondents import Correspondent, Step
from frontdesk.services.notifications.legs import Leg, State, furthest
from frontdesk.services.notifications.model import Message
from frontdesk.services.notifications.templates import Content
from tests.unit.driver import START
from tests.unit.notifications.world import World, wish

CHANNELS = ("whatsapp", "sms", "email")
OUTCOMES = [Outcome(provider_id="x"), *(Outcome(failure=failure, code="c") for failure in Failure)]
RANKS = {state: rank for rank, state in enumerate(State)}

outcomes = st.lists(st.sampled_from([None, *Failure]), max_size=12)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("try"), st.sampled_from(CHANNELS), st.sampled_from(OUTCOMES)),
        st.tuples(st.just("told"), st.sampled_from(CHANNELS), st.sampled_from(list(Progress))),
        st.tuples(st.just("skip"), st.just(""), st.just("")),
        st.tuples(st.just("fail"), st.just(""), st.just("")),
    ),
    max_size=20,
)


def message() -> Message:
    """Return a message that nothing has become of yet."""
    nothing = Content(language="es", subject="s", text="t")
    return Message(
        place="clinic:c", sender="s", template="t", content=nothing, addresses={}, created_at=START
    )


@given(steps)
def test_a_state_never_goes_back(acts: list[tuple[str, str, object]]) -> None:
    before = message()
    for act, channel, what in acts:
        if act == "try" and isinstance(what, Outcome):
            after = before.tried(channel, what, START, 0.5)
        elif act == "told" and isinstance(what, Progress):
            after = before.told(channel, what, START)
        else:
            after = before.skipped("r", START) if act == "skip" else before.failed("c", START)
        assert RANKS[after.state] >= RANKS[before.state]
        assert after.ticket >= before.ticket
        for leg in before.legs:
            assert RANKS[after.leg(leg.channel).state] >= RANKS[leg.state]
        before = after


@pytest.mark.parametrize("told", list(permutations([Progress.SENT, Progress.DELIVERED, Progress.READ])))
def test_receipts_say_the_same_in_any_order_and_however_often(told: tuple[Progress, ...]) -> None:
    after = message()
    for progress in (*told, *told):
        after = after.told("whatsapp", progress, START)
    assert after.state is State.READ
    assert after.leg("whatsapp") == Leg("whatsapp", State.READ)


@given(st.permutations(list(State)))
def test_the_furthest_state_does_not_depend_on_the_order(states: list[State]) -> None:
    assert furthest(*states) is State.READ


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from(["", *CHANNELS])), max_size=12))
def test_the_last_word_about_consent_counts_in_whatever_order_it_is_noted(
    said: list[tuple[int, bool, str]],
) -> None:
    one_each = {
        hour: Step(START + timedelta(hours=hour), granted, channel, "desk") for hour, granted, channel in said
    }
    noted = list(one_each.values())
    shuffled = random.Random(1).sample(noted, len(noted))  # noqa: S311 - a test must repeat itself
    forth, back = Correspondent(), Correspondent()
    for step in noted:
        forth = forth.stepped(step)
    for step in shuffled:
        back = back.stepped(step)
    assert [forth.consent(channel) for channel in CHANNELS] == [back.consent(channel) for channel in CHANNELS]


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(CHANNELS, outcomes)), st.integers(0, 2**16))
def test_after_a_confirmed_send_nothing_more_goes_out_and_every_message_ends(
    planned: dict[str, list[Failure | None]], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - as above
    world = World()
    for name, ends in planned.items():
        world.provider(name).planned = [
            Outcome(failure=end, code="c") if end else Outcome(provider_id=f"{name}-{n}")
            for n, end in enumerate(ends)
        ]
    world.send()
    for _ in range(6):
        world.wait(timedelta(hours=chance.randint(0, 12)))
        for message in list(world.desk.store.log):  # everything is delivered again
            world.desk.deliver(message)
    world.wait(timedelta(days=3))
    shown = world.message()
    assert shown["state"] in {"sent", "failed"}
    sends = Counter(leg["channel"] for leg in shown["legs"] if leg["state"] == "sent")
    assert sum(sends.values()) == (shown["state"] == "sent")
    for name in CHANNELS:
        sent, ends = len(world.provider(name).sent), planned[name]
        took = [n for n, end in enumerate(ends[:sent]) if end is None]
        assert took in ([], [sent - 1]), "a channel that took it is not asked again"
        if sent > len(ends):
            assert sent == len(ends) + 1


def test_whatever_changes_a_message_while_a_provider_answers_it_is_not_sent_twice() -> None:
    world = World("whatsapp")
    world.ask(wish())
    provider = world.provider("whatsapp")
    take = provider.send

    async def slowly(message: Outgoing) -> Outcome:
        stored = world.desk.store.records["message", "m1"]
        world.desk.store.records["message", "m1"] = msgspec.structs.replace(
            stored, version=stored.version + 1
        )
        return await take(message)

    provider.send = slowly  # type: ignore[method-assign] # the provider is slow, and somebody else is not
    world.settle()
    assert len(provider.sent) == 1
    assert world.state() == ("sent", None)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_store_that_fails_at_the_commit_loses_no_message(when: str) -> None:
    world = World()
    failing = {"left": 0}

    async def fault(method: str, moment: str) -> None:
        if method == "commit" and moment == when and failing["left"]:
            failing["left"] -= 1
            raise Unavailable

    world.desk.store._fault = fault  # noqa: SLF001 - the store in memory is made by the desk
    world.ask(wish())
    failing["left"] = 1
    due = world.desk.store.log[-1]
    with pytest.raises(Unavailable):
        world.desk.deliver(due)
    world.settle()
    assert world.state() == ("sent", None)
    sent = len(world.provider("whatsapp").sent)
    # Only where the commit did not stand was the send unconfirmed, and is made again under the same id.
    assert sent == (2 if when == "before" else 1)
    assert {one.id for one in world.provider("whatsapp").sent} == {"m1"}

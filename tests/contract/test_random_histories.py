"""Whatever happens in whatever order, every store does what the model does."""

from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.records import Add, Commit, Free, Record, Take, Unchanged
from tests.contract.examples import TICK, message
from tests.contract.model import Model
from tests.contract.stores import StoreUnderTest

IDS = ("p1", "p2", "p3")
KINDS = ("parcel", "label")
KEYS = ("k1", "k2")
OWNERS = ("ann", "bob")

_serial = count()


def some(part: st.SearchStrategy[Any], *, among: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw `part` for none, one or several names."""
    return st.dictionaries(st.sampled_from(among), part, max_size=2)


steps = st.fixed_dictionaries(
    {
        "ticks": st.sampled_from((0, 0, 1, 2)),
        "changes": st.dictionaries(
            st.tuples(st.sampled_from(KINDS), st.sampled_from(IDS)),
            st.tuples(
                st.sampled_from((0, 0, 0, 0, 1, -1)),  # how far off the expected version is
                st.none() | st.tuples(st.sampled_from(("A", "B")), st.sampled_from("123")),
            ),
            max_size=2,
        ),
        "unchanged": some(st.sampled_from((0, 0, 1)), among=IDS),
        "counters": some(
            st.tuples(st.integers(-2, 3), st.sampled_from((0, 0, None, 1)), st.sampled_from((None, 4))),
            among=KEYS,
        ),
        "claims": some(st.tuples(st.sampled_from(OWNERS), st.sampled_from(("free", None, 1, 2))), among=KEYS),
        "events": st.integers(0, 2),
    }
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=5, max_size=25))
def test_every_history_ends_as_the_model_says(store: StoreUnderTest, history: list[dict[str, Any]]) -> None:
    world = f"{next(_serial)}-"  # each history has names of its own in the one store
    model = Model(events=list(store.events()))
    for step in history:
        store.clock.advance(step["ticks"] * TICK)
        commit = _commit(step, model, world, store)
        assert str_of(_try(store, commit)) == str_of(model.commit(commit, store.clock.now()))
    _compare(store, model, world)


def str_of(refusal: FrontdeskError | None) -> str:
    """Say what a refusal says, all of it."""
    return repr((type(refusal), getattr(refusal, "__dict__", None)))


def _try(store: StoreUnderTest, commit: Commit) -> FrontdeskError | None:
    try:
        store.workers.run(store.port.commit(commit))
    except FrontdeskError as refusal:
        return refusal
    return None


def _commit(step: dict[str, Any], model: Model, world: str, store: StoreUnderTest) -> Commit:
    def stored(kind: str, id: str) -> int:
        record = model.records.get((kind, world + id))
        return record.version if record else 0

    changes = []
    for (kind, id), (off, place) in step["changes"].items():
        version = max(1, stored(kind, id) + 1 + off)
        keys = {"shelf": (world + place[0], f"{place[1]}~{id}")} if place else {}
        changes.append(Record(kind, world + id, version, 1, f'"{next(_serial)}"', keys))
    guarded = [id for id in step["unchanged"] if ("parcel", id) not in step["changes"]]
    now = store.clock.now()
    return Commit(
        tuple(changes),
        tuple(
            Unchanged("parcel", world + id, stored("parcel", id) + step["unchanged"][id]) for id in guarded
        ),
        tuple(Add(world + key, *bounds) for key, bounds in step["counters"].items()),
        tuple(
            Free(world + key, owner)
            if until == "free"
            else Take(world + key, owner, None if until is None else now + until * TICK)
            for key, (owner, until) in step["claims"].items()
        ),
        tuple(message(f"e{next(_serial)}") for _ in range(step["events"] if changes else 0)),
    )


def _compare(store: StoreUnderTest, model: Model, world: str) -> None:
    for kind in KINDS:
        ids = [world + id for id in IDS]
        expected = {id: model.records[kind, id] for id in ids if (kind, id) in model.records}
        assert store.get_many(*ids, kind=kind) == expected
        assert [store.get(id, kind) for id in ids] == [expected.get(id) for id in ids]
    for key in KEYS:
        assert store.count(world + key) == model.counts.get(world + key, 0)
        assert store.claim(world + key) == model.claims.get(world + key)
    for partition in ("A", "B"):
        listed = model.listed("shelf", world + partition)
        assert store.query(world + partition) == sorted(listed, key=listed.__getitem__, reverse=True)
    assert list(store.events()) == model.events

"""How items lie in the table. They outlive every version of this code, so a change here needs a reader of both."""

import json
from datetime import timedelta

import pytest

from frontdesk.adapters.aws.items import (
    claim_item,
    claim_of,
    events_of,
    pack_events,
    pack_timers,
    record_item,
    record_of,
    timers_of,
)
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.records import CancelTimer, Claim, Record, SetTimer, Take
from tests.contract.examples import KINDS, START, message

RECORD = Record("parcel", "p1", 2, 3, '{"kg":1}', {"shelf": ("A", "1~p1")}, "made=1", ("m1", "m2"))
ITEM = {
    "pk": {"S": "parcel:p1"},
    "v": {"N": "2"},
    "s": {"N": "3"},
    "d": {"S": '{"kg":1}'},
    "w": {"S": "0123456789abcdef"},
    "u": {"N": "1773480600"},
    "f": {"S": "made=1"},
    "m": {"L": [{"S": "m1"}, {"S": "m2"}]},
    "parcel-shelfp": {"S": "A"},
    "parcel-shelfs": {"S": "1~p1"},
}
EVENTS = '[["e1","parcels.moved",2,"p1",1,"2026-03-14T09:30:00.250001Z","from-the-test",{"weight":7}]]'


def test_a_record_is_one_flat_item() -> None:
    assert record_item(RECORD, "0123456789abcdef", START) == ITEM
    assert record_of(ITEM) == RECORD


def test_what_is_empty_takes_no_room() -> None:
    bare = record_item(Record("parcel", "p1", 1, 1, "{}"), "w", START)
    assert sorted(bare) == ["d", "pk", "s", "u", "v", "w"]


def test_events_are_json_whose_bodies_are_not_quoted_again() -> None:
    assert pack_events([message("e1")]) == {"S": EVENTS}
    assert events_of({**ITEM, "e": {"S": EVENTS}}) == [message("e1")]
    assert events_of(ITEM) == []


def test_timers_are_json_and_a_cancelled_one_has_no_moment() -> None:
    timers: list[SetTimer | CancelTimer] = [
        SetTimer("p1", "pay", START, message("e1")),
        CancelTimer("p1", "remind"),
    ]
    packed = pack_timers(timers)
    assert json.loads(packed["S"]) == [
        ["p1", "pay", "2026-03-14T09:30:00.250001Z", json.loads(EVENTS)[0]],
        ["p1", "remind", None, None],
    ]
    assert timers_of({**ITEM, "t": packed}) == timers
    assert timers_of(ITEM) == []


def test_a_claim_may_be_removed_by_dynamodb_a_day_after_it_lapsed() -> None:
    item = claim_item(Take("slot", "ann", START + timedelta(hours=1)))
    assert item == {
        "pk": {"S": "claim#slot"},
        "o": {"S": "ann"},
        "x": {"N": "1773484200250001"},
        "ttl": {"N": str(1_773_484_200 + 86_400)},
    }
    assert claim_of(item) == Claim("ann", START + timedelta(hours=1))


def test_a_permanent_claim_is_never_removed() -> None:
    item = claim_item(Take("slot", "ann"))
    assert item == {"pk": {"S": "claim#slot"}, "o": {"S": "ann"}}
    assert claim_of(item) == Claim("ann")


def test_a_table_has_one_index_for_each_index_of_each_kind() -> None:
    definition = table_definition("orders", KINDS)
    assert [index["IndexName"] for index in definition["GlobalSecondaryIndexes"]] == [
        "parcel-shelf",
        "parcel-sender",
        "label-shelf",
    ]
    assert definition["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def test_a_table_of_kinds_without_indexes_names_none() -> None:
    assert "GlobalSecondaryIndexes" not in table_definition("orders", KINDS[2:])


@pytest.mark.parametrize(
    ("kind", "index"), [("par-cel", "shelf"), ("parcel", "a-b"), ("", "shelf"), ("pä", "x")]
)
def test_names_that_could_run_into_each_other_are_refused(kind: str, index: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        table_definition(
            "orders", [Kind(kind, Record, indexes=(Index(index, lambda _: None, lambda _: ""),))]
        )

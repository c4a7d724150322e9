"""What stays of a value when the person is taken out of it."""

from typing import Annotated

import msgspec
import pytest
from msgspec import field

from frontdesk.kernel.sensitive import SENSITIVE, sensitive_fields
from frontdesk.services.appointments.privacy.forgetting import without_person
from frontdesk.services.appointments.privacy.forgotten import TRACES
from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.privacy.clinic import ANA, appointment

PERSONAL = ("Ana", "12.345.678-5", "+569", "ana@", "illness", "Ben", "words of the desk", ANA)


class Inner(msgspec.Struct, frozen=True):
    name: Annotated[str, SENSITIVE]
    size: int = 1


class Value(msgspec.Struct, frozen=True):
    """Personal data in every way in which it may be kept."""

    title: Annotated[str, SENSITIVE]
    inner: Inner
    somebody: Inner | None
    perhaps: Inner | None = None
    several: tuple[Inner, ...] = ()
    words: Annotated[dict[str, str], SENSITIVE] = field(default_factory=dict)
    renamed: Annotated[str | None, SENSITIVE] = field(default=None, name="other")
    plain: str = "kept"


def test_all_that_is_personal_goes_wherever_it_is() -> None:
    value = Value(
        "Ana",
        Inner("Ana"),
        Inner("Ana"),
        Inner("Ana"),
        (Inner("Ana", 2), Inner("Ben")),
        {"Ana": "Ben"},
        "Ana",
    )

    assert without_person(value) == Value("", Inner(""), None, None, (Inner("", 2), Inner("")), {}, None)


def test_a_visit_stays_without_its_patient() -> None:
    visit = appointment()
    bare = without_person(visit)
    text = msgspec.json.encode(bare).decode()

    assert [word for word in PERSONAL if word in text] == []
    assert (bare.doctor_id, bare.time, bare.state) == (visit.doctor_id, visit.time, visit.state)
    assert [step.verb for step in bare.steps] == ["book", "fulfill"]


def test_forgetting_again_changes_nothing() -> None:
    bare = without_person(appointment())

    assert without_person(bare) == bare


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.kind.name)
def test_what_is_kept_of_patients_can_be_found_by_them(trace: object) -> None:
    kind = next(one.kind for one in TRACES if one is trace)

    assert "by_patient" in [index.name for index in kind.indexes]
    assert {"clinic_id", "patient_id"} <= {*kind.type.__struct_fields__}
    assert "patient_id" not in [*sensitive_fields(kind.type)]


def test_whatever_is_personal_is_forgotten_or_is_here_with_a_reason() -> None:
    stays = {
        "access": "who has seen whom is kept, by ids alone",
        "erasure": "why somebody was forgotten, and by whose order",
        "doctor": "of the clinic, not of its patients",
        "roster": "as above",
        "schedule": "as above",
        "vacancy": "who left a time, by an id that leads nowhere any more",
    }
    personal = [
        kind.name
        for kind in SERVICE.kinds
        if [*sensitive_fields(kind.type)]
        or {"patient_id", "patient_ids", "left_by"} & {*kind.type.__struct_fields__}
    ]

    assert {*personal} == {*stays} | {trace.kind.name for trace in TRACES}

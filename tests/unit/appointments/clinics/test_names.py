"""One doctor, however the name is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.services.appointments.clinics.model import Doctor, Roster
from frontdesk.services.appointments.clinics.names import TITLES, plain_name

LETTERS = "abcdefghijklmnñopqrstuvwxyzáéíóúüâêôãõçàABCDEFGÑÁÉÇ"
names = st.lists(st.text(LETTERS, min_size=2, max_size=12), min_size=1, max_size=4).filter(
    lambda words: plain_name(words[0]) not in TITLES
)


@pytest.mark.parametrize(
    "written",
    [
        "Dr. Vega",
        "dr vega",
        "DRA. VÉGA ",
        " dr  vega ",
        "Vega",
        "Doctora Vega",
        "Dr(a). Vega",
        "Dr.ª Vega",
        "Prof. Dr. Vega",
        "Dr.Vega",
        "doutor vega",
        "Ve\u0301ga",  # the accent as a character of its own
        "ＶＥＧＡ",  # noqa: RUF001 - as some keyboards write it
        "Dr.\u00a0Vega",
    ],
)
def test_all_these_are_one_doctor(written: str) -> None:
    assert plain_name(written) == "vega"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Peña", "pena"),
        ("O'Higgins", "ohiggins"),
        ("O’Higgins", "ohiggins"),  # noqa: RUF001 - the apostrophe of a telephone
        ("Núñez-Ibáñez", "nunez ibanez"),
        ("Ø", "o"),
        ("Łukasz", "lukasz"),
        ("ד״ר כהן", "ד ר כהן"),
        ("A. Vega", "a vega"),
        ("Vega Dr", "vega dr"),
        ("Dr.", "dr"),
        ("Dr. Prof. Doña", "dr prof dona"),
        ("Drake", "drake"),
        ("...", ""),
        ("", ""),
    ],
)
def test_names_of_all_kinds_have_a_plain_form(written: str, plain: str) -> None:
    assert plain_name(written) == plain


def test_a_name_of_200_letters_is_told_from_another() -> None:
    long = "Ñ" * 200

    assert plain_name(long) == "n" * 200
    assert plain_name(long[:-1]) != plain_name(long)


@given(names, st.sampled_from(["Dr. ", "DRA ", "prof. dr. ", "  "]), st.booleans())
def test_neither_title_nor_capitals_nor_spaces_make_another_doctor(
    words: list[str],
    title: str,
    upper: bool,  # noqa: FBT001 - drawn
) -> None:
    written = f"{title}{'   '.join(words)} "

    assert plain_name(written.upper() if upper else written.lower()) == plain_name(" ".join(words))


@given(st.text(max_size=200))
def test_a_plain_name_is_its_own_plain_form_or_begins_with_a_title(name: str) -> None:
    plain = plain_name(name)

    assert plain_name(plain) == plain


def test_a_doctor_has_each_name_and_alias_and_nobody_else_has_them() -> None:
    vega = Doctor(clinic_id="sol", name="Dra. Ana Vega", aliases=("Dr. Vega", "Anita"))
    roster = Roster().with_doctor("doc_1", vega)

    assert roster.names == {"ana vega": "doc_1", "vega": "doc_1", "anita": "doc_1"}
    assert roster.taken("doc_2", Doctor(clinic_id="sol", name="VÉGA")) == ("VÉGA",)
    assert roster.taken("doc_1", Doctor(clinic_id="sol", name="VÉGA")) == ()


def test_a_name_that_a_doctor_gives_up_is_free_for_another() -> None:
    roster = Roster().with_doctor("doc_1", Doctor(clinic_id="sol", name="Vega", aliases=("Anita",)))
    renamed = roster.with_doctor("doc_1", Doctor(clinic_id="sol", name="Vega"))

    assert renamed.taken("doc_2", Doctor(clinic_id="sol", name="Anita")) == ()

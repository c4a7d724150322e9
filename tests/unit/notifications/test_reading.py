"""What people answer, as they write it. What is not understood for certain is for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.services.notifications import vocabulary
from frontdesk.services.notifications.reading import Intent, read

CONFIRM, CANCEL, MOVE = Intent.CONFIRM, Intent.CANCEL, Intent.MOVE

# Text: intent, whether it was said in so many words, whether a person has to look.
SAID = {
    # the cases of the specification
    "si": (CONFIRM, False, False),
    "Sí!": (CONFIRM, False, False),
    "SI POR FAVOR": (CONFIRM, False, False),
    "1": (CONFIRM, False, False),
    "👍": (CONFIRM, False, False),
    "ok gracias": (CONFIRM, False, False),
    "no puedo": (CANCEL, False, True),
    # yes
    "  sí  ": (CONFIRM, False, False),
    "Siiii": (CONFIRM, False, False),
    "Sí, claro": (CONFIRM, False, False),
    "Confirmo": (CONFIRM, True, False),
    "sí, confirmo mi cita. Gracias!": (CONFIRM, True, False),
    "Hola, buenos días. Sí": (CONFIRM, False, False),
    "Sí doctora 🙏": (CONFIRM, False, False),
    "👍🏽": (CONFIRM, False, False),
    "👍👍": (CONFIRM, False, False),
    "1️⃣": (CONFIRM, False, False),
    "Allí estaré": (CONFIRM, False, False),
    "no hay problema": (CONFIRM, False, False),
    "Yes, please": (CONFIRM, False, False),
    "I'll be there": (CONFIRM, False, False),
    "I\u2019ll be there": (CONFIRM, False, False),
    "OK, thank you!": (CONFIRM, False, False),
    "Sim": (CONFIRM, False, False),
    "Sim, confirmo": (CONFIRM, True, False),
    "Combinado, obrigada": (CONFIRM, False, False),
    "Vou": (CONFIRM, True, False),
    # no
    "no": (CANCEL, False, False),
    "NO.": (CANCEL, False, False),
    "2": (CANCEL, False, False),
    "No, gracias": (CANCEL, False, False),
    "cancelar": (CANCEL, False, False),
    "No, cancela por favor": (CANCEL, False, False),
    "👎": (CANCEL, False, False),
    "quiero cancelar mi cita": (CANCEL, True, False),
    "Sí, cancelar": (CANCEL, True, False),
    "anular": (CANCEL, False, False),
    "Cancel my appointment please": (CANCEL, True, False),
    "yes, cancel": (CANCEL, True, False),
    "não": (CANCEL, False, False),
    "desmarcar": (CANCEL, False, False),
    "Quero desmarcar": (CANCEL, True, False),
    # I cannot: asked, and a person looks
    "No puedo ir": (CANCEL, False, True),
    "no, no puedo": (CANCEL, False, True),
    "Hola, no voy a poder ir. Gracias": (CANCEL, False, True),
    "I can't make it": (CANCEL, False, True),
    "Não posso ir": (CANCEL, False, True),
    "Não vou conseguir": (CANCEL, False, True),
    # another time
    "3": (MOVE, False, False),
    "cambiar": (MOVE, False, False),
    "Reprogramar por favor": (MOVE, False, False),
    "Sí, quiero cambiar la hora": (MOVE, True, False),
    "¿Puedo cambiar la hora?": (MOVE, False, False),
    "can I reschedule?": (MOVE, False, False),
    "Posso remarcar?": (MOVE, False, False),
    "remarcar": (MOVE, False, False),
    # a time of their own
    "Hola, quiero una hora por favor": (Intent.BOOK, False, False),
    "¿Tienen hora?": (Intent.BOOK, False, False),
    "Necesito otra cita, gracias": (Intent.BOOK, False, False),
    "Can I book an appointment?": (Intent.BOOK, False, False),
    "Oi, quero marcar uma consulta": (Intent.BOOK, False, False),
    # no more messages, or again
    "STOP": (Intent.STOP, True, False),
    "Baja": (Intent.STOP, True, False),
    "PARAR": (Intent.STOP, True, False),
    "no me escriban más": (Intent.STOP, True, False),
    "cancelar suscripción": (Intent.STOP, True, False),
    "sair": (Intent.STOP, True, False),
    "Unsubscribe": (Intent.STOP, True, False),
    "ALTA": (Intent.START, True, False),
    "start": (Intent.START, True, False),
    # nothing more
    "gracias": (Intent.COURTESY, False, False),
    "Muchas gracias, saludos": (Intent.COURTESY, False, False),
    "🙏": (Intent.COURTESY, False, False),
    "obrigada!": (Intent.COURTESY, False, False),
    "Thanks, have a nice day": (Intent.COURTESY, False, False),
}

FOR_A_PERSON = [
    "",
    "   ",
    "???",
    "hola",
    "bom dia",
    "Soy Ana, sí",
    "si no puedo",
    "no, sí voy",
    "no cancelar",
    "no quiero cancelar",
    "cancelar no",
    "quero cancelar não",
    "no confirmo",
    "sí y no",
    "1 2",
    "12",
    "1 o 2",
    "sí 2",
    "¿sí?",
    "¿puedo cancelar?",
    "can I cancel?",
    "¿A qué hora es?",
    "llego tarde",
    "I'm late",
    "estou atrasado",
    "sí pero más tarde",
    "not coming",
    "نعم",
    "はい",
    "c:TOKEN",
    "x" * 5_000,
]


@pytest.mark.parametrize(("text", "meant"), SAID.items())
def test_what_is_said_is_understood(text: str, meant: tuple[Intent, bool, bool]) -> None:
    found = read(text)
    assert (found.intent, found.sure, found.human) == meant


@pytest.mark.parametrize("text", ["no", "Nooo", "2", "2️⃣", "👎", "No, gracias", "não"])
def test_a_bare_no_says_nothing_by_itself(text: str) -> None:
    assert read(text).bare


@pytest.mark.parametrize("text", ["no, no puedo", "cancelar", "No, cancela", "2, cancelar", "sí", "1", "x"])
def test_what_says_more_than_no_is_not_bare(text: str) -> None:
    assert not read(text).bare


@pytest.mark.parametrize("text", FOR_A_PERSON)
def test_what_may_mean_something_else_is_for_a_person(text: str) -> None:
    found = read(text)
    assert (found.intent, found.sure, found.human) == (Intent.UNCLEAR, False, True)


@pytest.mark.parametrize(
    ("payload", "intent"),
    [("c:TOKEN", CONFIRM), ("x:TOKEN", CANCEL), ("r:TOKEN", MOVE)],
)
def test_a_button_counts_before_its_text(payload: str, intent: Intent) -> None:
    found = read("No", payload)
    assert (found.intent, found.sure, found.human) == (intent, True, False)


@pytest.mark.parametrize("payload", ["z:TOKEN", "c", "c:", ":", "confirm"])
def test_a_button_that_is_none_of_ours_is_for_a_person(payload: str) -> None:
    assert (read("sí", payload).intent, read("sí", payload).human) == (Intent.UNCLEAR, True)


@given(st.text(max_size=200))
def test_whatever_somebody_writes_has_one_meaning(text: str) -> None:
    found = read(text)
    assert found.human or found.intent is not Intent.UNCLEAR
    assert read(f" {text}\n") == found


@given(st.sampled_from(sorted(vocabulary.PHRASES)), st.sampled_from(sorted(vocabulary.THANKS)))
def test_courtesy_changes_nothing(phrase: str, thanks: str) -> None:
    assert read(f"{phrase}, {thanks}") == read(phrase)
    assert read(phrase.upper()) == read(phrase)


@given(st.sampled_from(sorted(vocabulary.PHRASES)), st.sampled_from(sorted(vocabulary.PHRASES)))
def test_two_sentences_that_differ_are_for_a_person_unless_a_yes_leads_on(one: str, two: str) -> None:
    first, second, both = read(one), read(two), read(f"{one}. {two}")
    if first.intent is second.intent:
        assert both.intent in {first.intent, Intent.UNCLEAR}
    elif one not in vocabulary.BARE_YES:
        assert both.intent is Intent.UNCLEAR


def test_no_word_means_two_things() -> None:
    lists = [
        vocabulary.PHRASES.keys(),
        vocabulary.THANKS,
        vocabulary.GREETINGS,
    ]
    every = [phrase for one in lists for phrase in one]
    assert len(every) == len(set(every))
    texts = (
        f"{vocabulary.CONFIRM}|{vocabulary.CONFIRM_SURE}",
        f"{vocabulary.NO}|{vocabulary.CANCEL}|{vocabulary.CANCEL_DOUBT}|{vocabulary.CANCEL_SURE}",
        vocabulary.MOVE,
        vocabulary.BOOK,
        vocabulary.STOP,
        vocabulary.START,
    )
    meanings = [{" ".join(phrase.split()) for phrase in text.split("|")} for text in texts]
    assert sum(map(len, meanings)) == len(set.union(*meanings)) == len(vocabulary.PHRASES)


def test_every_word_is_written_as_an_answer_is_read() -> None:
    for phrase, meaning in vocabulary.PHRASES.items():
        assert read(phrase).intent == meaning, phrase

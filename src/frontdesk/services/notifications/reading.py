"""What an answer means: the intent of a button or of a few words, in Spanish, English and Portuguese. Pure.

Nothing is guessed. Every word of an answer has to be known, and all of it has to say the same; whatever else somebody
writes is read by a person. A question is no answer.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from frontdesk.services.notifications.vocabulary import (
    BARE,
    BARE_NO,
    BARE_YES,
    DOUBT,
    GREETINGS,
    LONGEST,
    PHRASES,
    SIGNS,
    SURE,
    THANKS,
)


class Intent(StrEnum):
    """What somebody wants: BOOK a time besides those they have. START takes back a STOP, COURTESY wants nothing."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    MOVE = "move"
    BOOK = "book"
    STOP = "stop"
    START = "start"
    COURTESY = "courtesy"
    UNCLEAR = "unclear"


class Reading(msgspec.Struct, frozen=True):
    """`sure`: by a button, or in so many words. `bare`: no more than a "no". `human`: a person should look at it."""

    intent: Intent
    sure: bool = False
    bare: bool = False
    human: bool = False


UNCLEAR = Reading(Intent.UNCLEAR, human=True)
_PAYLOADS = {"c": Intent.CONFIRM, "x": Intent.CANCEL, "r": Intent.MOVE, "b": Intent.BOOK}
_MAY_ASK = {Intent.MOVE, Intent.BOOK}  # whoever asks about a time is shown times
_CLAUSE = re.compile(r"[,.;:!¡¿\n\r\u2026-]+")
_WORD = re.compile(r"[a-z0-9]+")


def read(text: str, payload: str = "") -> Reading:
    """Say what was answered. The payload of a button comes first: its text is ours, not theirs."""
    if payload:
        letter, colon, token = payload.partition(":")
        known = _PAYLOADS.get(letter) if colon and token else None
        return Reading(known, sure=True) if known else UNCLEAR
    plain = _plain(text)
    clauses = [clause for clause in map(_phrases, _CLAUSE.split(plain)) if clause]
    found = _together([phrase for clause in clauses for phrase in clause])
    if any(map(_turned_round, clauses)):
        return UNCLEAR
    return UNCLEAR if "?" in plain and found.intent not in _MAY_ASK else found


def _together(phrases: Sequence[str]) -> Reading:
    """Say what all phrases of an answer mean together."""
    said = [phrase for phrase in phrases if phrase not in THANKS and phrase not in GREETINGS]
    if not said:
        return Reading(Intent.COURTESY) if any(phrase in THANKS for phrase in phrases) else UNCLEAR
    intents = {PHRASES.get(phrase, "") for phrase in said}
    if said[0] in BARE_YES and len(intents) > 1:
        return _yes_to(said[1:])
    intent = intents.pop()
    if intents or not intent:
        return UNCLEAR
    return Reading(
        Intent(intent),
        sure=any(phrase in SURE for phrase in said),
        bare=all(phrase in BARE for phrase in said),
        human=any(phrase in DOUBT for phrase in said),
    )


def _yes_to(rest: Sequence[str]) -> Reading:
    """Say what a "yes" means that goes on with something else: "sí, cancelar"."""
    intents = {PHRASES.get(phrase, "") for phrase in rest}
    in_words = not any(_denies(phrase) or phrase.isdigit() for phrase in rest)
    if in_words and intents in ({Intent.CANCEL.value}, {Intent.MOVE.value}):
        return Reading(Intent(intents.pop()), sure=True)
    return UNCLEAR


def _turned_round(clause: Sequence[str]) -> bool:
    """Return whether a bare "no" stands beside something that it turns round: "no cancelar" cancels nothing."""
    said = [phrase for phrase in clause if phrase not in THANKS and phrase not in GREETINGS]
    return any(phrase in BARE_NO for phrase in said) and not all(map(_denies, said))


def _denies(phrase: str) -> bool:
    return phrase.split(" ", maxsplit=1)[0] in BARE_NO


def _phrases(clause: str) -> list[str]:
    """Cut a clause into phrases that are known, the longest first. A word that is not comes out as "?"."""
    words, found = _WORD.findall(clause), []
    while words:
        size = next((n for n in range(min(LONGEST, len(words)), 0, -1) if _known(words[:n])), 0)
        found.append(" ".join(words[:size]) if size else "?")
        del words[: size or 1]
    return found


def _known(words: Sequence[str]) -> bool:
    phrase = " ".join(words)
    return phrase in PHRASES or phrase in THANKS or phrase in GREETINGS


def _plain(text: str) -> str:
    """Return a text in lower case, without accents, its signs said in words."""
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    decomposed = unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", ""))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()
    # "siii", "nooo": who stretches a word means the same
    return re.sub(r"([a-z])\1{2,}", r"\1", bare)

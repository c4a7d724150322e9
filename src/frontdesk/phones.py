"""Telephone numbers: one spelling for each line, whatever a clinic typed and whatever WhatsApp calls its owner.

Numbers are E.164 ("+525512345678"). WhatsApp leaves the + off, and in three countries it also keeps digits that the
country has dropped, or lacks digits that it has added: each in its own way, depending on when somebody signed up.
Written as a table because the library that knows every country takes 70 ms to import, and knows nothing of WhatsApp.
"""

import re

_BETWEEN = re.compile(r"[ ()./-]+")  # what people put between digits
_E164 = re.compile(r"\+[1-9]\d{6,14}")

# Mexico dropped the 1 before mobile numbers on 2019-08-03 (IFT, Plan Técnico Fundamental de Numeración); WhatsApp goes
# on calling whoever signed up before that 521.
_MEXICO = re.compile(r"\+521(\d{10})")

# Argentina: a mobile number has a 9 behind the country code when it is called from abroad (ITU-T, national numbering
# plan); people, and the list of numbers a WhatsApp account may test with, have it without.
_ARGENTINA = re.compile(r"\+549?([1-9]\d{9})")

# Brazil put a 9 before mobile numbers, region by region until 2016-11 (Anatel, Resolução 553/2010); they began with 6
# to 9 before, lines on a wall with 2 to 5. WhatsApp does without it for most who signed up outside the South-East.
_BRAZIL = re.compile(r"\+55([1-9]\d)9?([6-9]\d{7})")


def is_number(text: str) -> bool:
    """Return whether this is a number as E.164 writes it. It may still be nobody's."""
    return _E164.fullmatch(text) is not None


def number_in(text: str) -> str:
    """Return the number that somebody has typed with its country ("+52 (55) 1234-5678"), "" where there is none."""
    number = _BETWEEN.sub("", text)
    return number if is_number(number) else ""


def mobile(number: str) -> str:
    """Return the one spelling of a mobile line: what SMS is sent to, and what two spellings are compared by."""
    if found := _MEXICO.fullmatch(number):
        return f"+52{found[1]}"
    if found := _ARGENTINA.fullmatch(number):
        return f"+549{found[1]}"
    if found := _BRAZIL.fullmatch(number):
        return f"+55{found[1]}9{found[2]}"
    return number


def to_whatsapp(number: str) -> str:
    """Return what WhatsApp is asked to send to: digits, without the 9 in Argentina."""
    if found := _ARGENTINA.fullmatch(number):
        return f"54{found[1]}"
    return mobile(number).removeprefix("+")


def from_whatsapp(name: str) -> str:
    """Return the line of somebody whom WhatsApp names; who hides their number has a name that is none, and keeps it."""
    return mobile(f"+{name}") if name.isascii() and name.isdigit() else name

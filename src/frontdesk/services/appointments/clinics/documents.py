"""National documents of patients: whether one can be what it says, and how it is kept.

Only those of the countries named here are checked; of others any text will do. Nothing is looked up anywhere.
"""

import re
from collections.abc import Callable, Mapping

_NO_SIGN = re.compile(r"[\s.\-/]")
_DIGITS_OF_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_CURP = re.compile(r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]")


def plain_document(country: str, text: str) -> str | None:
    """Return a document as it is kept, without points and dashes; None for one that cannot exist.

    `country` is an ISO 3166 code: CL (RUT), MX (CURP), BR (CPF), AR and PE (DNI), CO (cédula).
    """
    bare = _NO_SIGN.sub("", text).upper()
    if not bare:
        return None
    return bare if _CHECKS.get(country, _anything)(bare) else None


def _is_rut(text: str) -> bool:
    """Check the last character: the sum of the digits from the right, times 2 to 7 again and again, modulo 11."""
    if not re.fullmatch(r"[0-9]{1,8}[0-9K]", text):
        return False
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(text[:-1])))
    return text[-1] == "0123456789K"[-total % 11]


def _is_curp(text: str) -> bool:
    """Check the last digit: the values of the 17 characters, times 18 down to 2, modulo 10."""
    if not _CURP.fullmatch(text):
        return False
    total = sum(_DIGITS_OF_CURP.index(sign) * (18 - place) for place, sign in enumerate(text[:17]))
    return int(text[17]) == -total % 10


def _is_cpf(text: str) -> bool:
    """Check the last two digits: each the sum of those before it times 2 and up from the right, times 10, mod 11."""
    if not re.fullmatch(r"[0-9]{11}", text):
        return False
    if len(set(text)) == 1:  # 111.111.111-11 has the right sum and no owner
        return False
    return all(int(text[place]) == _cpf_digit(text[:place]) for place in (9, 10))


def _cpf_digit(digits: str) -> int:
    total = sum(int(digit) * (2 + place) for place, digit in enumerate(reversed(digits)))
    return total * 10 % 11 % 10


def _digits(least: int, most: int) -> Callable[[str], bool]:
    shape = re.compile(f"[0-9]{{{least},{most}}}")
    return lambda text: shape.fullmatch(text) is not None


def _anything(_: str) -> bool:
    return True


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "CL": _is_rut,
    "MX": _is_curp,
    "BR": _is_cpf,
    "AR": _digits(7, 8),
    "PE": _digits(8, 8),
    "CO": _digits(6, 10),
}

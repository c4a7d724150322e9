"""How a day is said to people: weekday, day and month, in the language they speak."""

from datetime import date

_DAYS = {
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
}
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "en": "January February March April May June July August September October November December",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_ORDER = {
    "es": "{weekday} {day} de {month}",
    "en": "{weekday} {day} {month}",
    "pt": "{weekday}, {day} de {month}",
}


def spoken(language: str) -> str:
    """Return which of our three languages is spoken where somebody wants this BCP 47 tag: `es-CL` is `es`."""
    primary = language[:2].lower()
    return primary if primary in _DAYS else "es"


def say_day(day: date, language: str) -> str:
    """Return "martes 3 de marzo", in one of our languages."""
    month = _MONTHS[language].split()[day.month - 1]
    return _ORDER[language].format(weekday=_weekday(day, language), day=day.day, month=month)


def say_near_day(day: date, language: str) -> str:
    """Return "martes 3": for a day of the next weeks, where there is little room."""
    return f"{_weekday(day, language)} {day.day}"


def _weekday(day: date, language: str) -> str:
    return _DAYS[language].split()[day.weekday()]

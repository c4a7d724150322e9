"""What somebody types about a shop: channels, opening hours, and a file with any of a shop's fields."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.entrypoints.cli.mending import CommandError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "always"
MAX_FILE_BYTES = 64 * 1024
_TAX = {"with-tax": True, "without-tax": False}
_DAY = "|".join(DAYS)
_SPAN = re.compile(rf"(?P<first>{_DAY})(-(?P<last>{_DAY}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


def channels(texts: Iterable[str]) -> dict[str, Any]:
    """Return channels as the API has them, from texts such as web=with-tax. Raises CommandError."""
    found: dict[str, Any] = {}
    for text in texts:
        name, _, tax = text.partition("=")
        if tax not in _TAX or name in found:
            raise CommandError(f"{text!r} is not CHANNEL=with-tax or CHANNEL=without-tax, each channel once.")
        found[name] = {"tax_included": _TAX[tax]}
    return found


def hours(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return opening hours as the API has them, from texts such as "mon-fri 09:00-18:00". Raises CommandError."""
    if list(texts) == [ALWAYS]:
        return []
    return [span for text in texts for span in _spans(text)]


def told_hours(spans: Iterable[Mapping[str, Any]]) -> str:
    """Return opening hours of the API in the form that `hours` takes, with semicolons between."""
    days: dict[tuple[str, str], list[int]] = {}
    for span in spans:
        days.setdefault((span["start"], span["end"]), []).append(span["weekday"] - 1)
    told = [f"{run} {start}-{end}" for (start, end), its in days.items() for run in _runs(its)]
    return "; ".join(told) or ALWAYS


def told_channels(found: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Return channels of the API in the form that `channels` takes, with blanks between."""
    words = {included: word for word, included in _TAX.items()}
    return " ".join(f"{name}={words[terms['tax_included']]}" for name, terms in found.items() if terms)


def read(path: Path) -> dict[str, Any]:
    """Return the fields of a shop from a file: JSON if it is named so, else TOML. Raises CommandError.

    What `shops show --json` prints will do, for another shop too.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise CommandError(f"{path.name} is larger than {MAX_FILE_BYTES // 1024} KB: that is no shop.")
    is_json = path.suffix.lower() == ".json"
    try:
        found: object = msgspec.json.decode(content) if is_json else tomllib.loads(content.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(
            f"{path.name} cannot be read as {'JSON' if is_json else 'TOML'}: {error}"
        ) from None
    if not isinstance(found, dict):
        raise CommandError(f"{path.name} must be an object with the fields of a shop.")
    found.pop("shop_id", None)
    return found


def _spans(text: str) -> Iterator[dict[str, Any]]:
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise CommandError(f'{text!r} is not DAYS FROM-TO, as in "mon-fri 09:00-18:00", and not "{ALWAYS}".')
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"] or found["first"])
    if last < first:
        raise CommandError(f"{text!r} ends before it begins: a week goes from mon to sun.")
    for day in range(first, last + 1):
        yield {"weekday": day + 1, "start": found["start"], "end": found["end"]}


def _runs(days: Sequence[int]) -> Iterator[str]:
    """Give each run of days that follow one another: mon-fri, sun."""
    begins = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place] != days[place - 1] + 1:
            first, last = DAYS[days[begins]], DAYS[days[place - 1]]
            yield first if first == last else f"{first}-{last}"
            begins = place

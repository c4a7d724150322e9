"""The highest rate at which a promise is kept: by large steps to a rate that is too high, then halving what is between.

Pure: whoever asks says how a rate is tried.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEP = 1.5
CLOSE = 1.06  # between what was held and what was not: near enough
TRIES = 2  # a rate counts as too high when it failed twice: once may be the machine's doing
SECOND_LOOKS = (
    2  # at the end, at the rate that was too high: what failed twice may have met a bad moment of the machine
)
LEAST, MOST = 5.0, 100_000.0  # requests a second


@dataclass(frozen=True, slots=True)
class Tried:
    """One rate, and whether it was held."""

    rate: float
    held: bool


def highest_rate(holds: Callable[[float], bool], start: float) -> tuple[float, Sequence[Tried]]:
    """Return the highest rate that was held, 0.0 for none, and all that were tried."""
    tried: list[Tried] = []

    def test(rate: float) -> bool:
        tried.append(Tried(rate, any(holds(rate) for _ in range(TRIES))))
        return tried[-1].held

    low, high = _bracket(test, 0.0, start)
    low, high = _halve(test, low, high)
    for _ in range(SECOND_LOOKS if low else 0):
        if high > MOST or not test(high):
            break
        low, high = _bracket(test, high, high * STEP)
        low, high = _halve(test, low, high)
    return low, tried


def _bracket(test: Callable[[float], bool], low: float, rate: float) -> tuple[float, float]:
    """Return a rate that was held (0.0: none) and the next one that was not."""
    high = float("inf")
    while (low == 0.0 or high == float("inf")) and LEAST <= rate <= MOST:
        if test(rate):
            low = rate
            rate = low * STEP if high == float("inf") else high
        else:
            high = rate
            rate = high / STEP
    return low, high


def _halve(test: Callable[[float], bool], low: float, high: float) -> tuple[float, float]:
    while low and high / low > CLOSE and high < float("inf"):
        middle = (low * high) ** 0.5
        if test(middle):
            low = middle
        else:
            high = middle
    return low, high

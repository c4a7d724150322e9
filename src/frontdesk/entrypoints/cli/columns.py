"""How wide the columns of a table are: ids stay in one piece, to be copied; what is beside them gives way."""

from collections.abc import Sequence

LONGEST_WHOLE = 43  # characters of a key's id, the longest id that a table shows
GAP = 2  # blanks between columns
SMALL_GAP = 1  # where it is tight


def layout(columns: Sequence[Sequence[str]], room: int) -> tuple[int, list[int]]:
    """Return the gap between columns and the width of each, for their cells and this much room.

    The widest give way first, down to their longest word. Where not even that is room enough the table is wider than
    the room: better that the terminal goes on below than that an id is cut.
    """
    widths = [max(map(len, cells)) for cells in columns]
    gaps = len(columns) - 1
    if sum(widths) + GAP * gaps <= room:
        return GAP, widths
    least = [max(map(_longest_word, cells)) for cells in columns]
    while sum(widths) + SMALL_GAP * gaps > room:
        place = max(
            range(len(widths)), key=lambda place: widths[place] if widths[place] > least[place] else 0
        )
        if widths[place] <= least[place]:
            break
        widths[place] -= 1
    return SMALL_GAP, widths


def _longest_word(text: str) -> int:
    return max((min(len(word), LONGEST_WHOLE) for word in text.split()), default=1)

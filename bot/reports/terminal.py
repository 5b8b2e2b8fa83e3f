"""Terminal: the blocks of a report for a terminal, no line longer than that is wide. Pure.

Columns are counted as a terminal counts them: an emoji is two wide. Nothing is coloured, so that it
may be piped and pasted.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from bot.reports.blocks import Block, Head, Line, Quote, Score, Table

NARROWEST = 40
WIDEST = 100
"""Columns: longer lines are hard to read."""

_BAR = 30
_GAP = "  "
_KEPT = "\u00a0"
"""A space that holds a number and its unit together."""


def render_terminal(blocks: Sequence[Block], columns: int) -> str:
    """Give a report as lines of at most ``columns``, within reason: `NARROWEST` to `WIDEST`."""
    width = max(NARROWEST, min(columns, WIDEST))
    lines = (line.rstrip() for block in blocks for line in _lines(block, width))
    return "\n".join(lines).replace(_KEPT, " ").strip()


def _lines(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Head):
        yield from _head(block, width)
    elif isinstance(block, Line):
        yield from _wrap(block.text, width)
    elif isinstance(block, Score):
        yield from _wrap(block.name, width)
        for part in (" · ".join(block.facts), block.change):
            yield from _wrap(part, width, _GAP)
    elif isinstance(block, Quote):
        yield from _wrap(f"“{block.text}”", width)
        yield from _wrap(block.about, width, _GAP)
    elif isinstance(block, Table):
        yield from _table(block, width)


def _head(head: Head, width: int) -> Iterator[str]:
    lines = list(_wrap(head.text, width))
    yield ""
    yield from lines
    yield ("=" if head.level == 1 else "-") * max(map(cell_len, lines), default=0)


def _table(table: Table, width: int) -> Iterator[str]:
    """Give a table in columns where they fit, else a row a line with what is in it."""
    named = table.title and table.title != table.header[0]
    yield from _wrap(table.title, width) if named else ()
    rows = (table.header, *table.rows)
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    room = width - sum(widths) - len(_GAP) * len(widths)
    if room < 0:
        yield from _stacked(table, width)
        return
    bars = _bars(table, room - len(_GAP))
    for row, bar in zip(rows, ("", *bars), strict=True):
        cells = (_fill(cell, widths, place) for place, cell in enumerate(row))
        yield f"{_GAP}{_GAP.join(cells)}{_GAP}{bar}"


def _fill(cell: str, widths: Sequence[int], place: int) -> str:
    """Set a cell: counts to the right, names and what is said in words to the left."""
    spaces = " " * (widths[place] - cell_len(cell))
    is_count = 0 < place < 3 and len(widths) < 5
    return f"{spaces}{cell}" if is_count else f"{cell}{spaces}"


def _bars(table: Table, room: int) -> Sequence[str]:
    """Draw how often each value was given, where a table counts that and there is room."""
    if len(table.header) != 3 or room < 8:
        return [""] * len(table.rows)
    counts = [int("".join(filter(str.isdigit, row[1])) or 0) for row in table.rows]
    longest = max(counts, default=0) or 1
    return ["█" * round(min(room, _BAR) * n / longest) for n in counts]


def _stacked(table: Table, width: int) -> Iterator[str]:
    for name, *cells in table.rows:
        facts = (
            cell if not title or title == cell else f"{title}: {cell}"
            for title, cell in zip(table.header[1:], cells, strict=True)
            if cell not in ("", "–")
        )
        yield from _wrap(name, width, _GAP)
        yield from _wrap("; ".join(facts), width, _GAP * 2)


def _wrap(text: str, width: int, indent: str = "") -> Iterator[str]:
    """Cut a text between its words into lines; a word that is too long is cut itself."""
    line = ""
    for word in _words(text, width - len(indent)):
        if line and cell_len(line) + 1 + cell_len(word) > width - len(indent):
            yield f"{indent}{line}"
            line = ""
        line = f"{line} {word}" if line else word
    if line:
        yield f"{indent}{line}"


def _words(text: str, room: int) -> Iterator[str]:
    for word in filter(None, text.replace(" %", f"{_KEPT}%").split(" ")):
        yield from chop_cells(word, room) if cell_len(word) > room else (word,)

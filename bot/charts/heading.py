"""The words above a picture: title, what it is about, the score and the facts beside it."""

from bot.charts.canvas import MARGIN, PALETTES, SMALL, WIDTH, Canvas
from bot.charts.font import load_face, wrap
from bot.charts.pictures import Heading

ROOM = WIDTH - 2 * MARGIN
EMPTY_HEIGHT = 340

_TITLE, _SCORE, _FACT = 27, 64, 19
_LINE, _LEAST_BESIDE = 26, 250


def draw_heading(canvas: Canvas, heading: Heading) -> float:
    """Draw the heading; give the y below it."""
    y = 18.0
    for line in wrap(heading.title, ROOM, _TITLE, bold=True):
        y += 32
        canvas.text(MARGIN, y, line, size=_TITLE, room=ROOM, bold=True)
    for line in wrap(heading.subtitle, ROOM, SMALL):
        y += 26
        canvas.text(MARGIN, y, line, room=ROOM, color=canvas.palette.muted)
    return _draw_facts(canvas, heading, y + 10)


def heading_height(heading: Heading) -> float:
    """Give the y below a heading."""
    return draw_heading(Canvas(height=0, palette=PALETTES["light"]), heading)


def _draw_facts(canvas: Canvas, heading: Heading, top: float) -> float:
    """Draw the score with the facts beside it, below it where they do not fit beside."""
    left, width = float(MARGIN), 0.0
    if heading.score:
        canvas.text(MARGIN, top + 62, heading.score, size=_SCORE, room=ROOM, bold=True)
        width = load_face(bold=True).width(heading.score, _SCORE)
        left += width + 24
    below = WIDTH - MARGIN - left < _LEAST_BESIDE
    left, y = (MARGIN, top + 80) if below else (left, top)
    for fact in heading.facts:
        for line in wrap(fact, WIDTH - MARGIN - left, _FACT):
            y += _LINE
            canvas.text(left, y, line, size=_FACT, room=WIDTH - MARGIN - left)
    return max(y, top + (72 if heading.score else 0)) + 14


def draw_empty(canvas: Canvas, words: str) -> None:
    """Say in the middle of the picture that there is nothing to draw."""
    color = canvas.palette.muted
    canvas.text(
        WIDTH / 2, canvas.height - 70, words, size=26, room=ROOM, color=color, anchor="middle"
    )

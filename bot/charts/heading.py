"""The words above a picture: title, what it is about, the score and the facts beside it."""

from bot.charts.canvas import MARGIN, WIDTH, Canvas
from bot.charts.pictures import Heading

ROOM = WIDTH - 2 * MARGIN
EMPTY_HEIGHT = 360


def draw_heading(canvas: Canvas, heading: Heading) -> float:
    """Draw the heading; give the y below it."""
    muted = canvas.palette.muted
    canvas.text(MARGIN, 54, heading.title, size=32, room=ROOM, bold=True)
    canvas.text(MARGIN, 88, heading.subtitle, size=20, room=ROOM, color=muted)
    if not heading.score:
        for line, fact in enumerate(heading.facts):
            canvas.text(MARGIN, 122 + 28 * line, fact, size=20, room=ROOM)
        return 104 + 28 * len(heading.facts)
    width = canvas.text(MARGIN, 176, heading.score, size=82, room=ROOM / 2, bold=True)
    left = MARGIN + width + 28
    for line, fact in enumerate(heading.facts[:3]):
        canvas.text(left, 129 + 29 * line, fact, size=21, room=WIDTH - MARGIN - left)
    return 200


def draw_empty(canvas: Canvas, words: str) -> None:
    """Say in the middle of the picture that there is nothing to draw."""
    middle = canvas.height / 2 + 100
    color = canvas.palette.muted
    canvas.text(WIDTH / 2, middle, words, size=28, room=ROOM, color=color, anchor="middle")

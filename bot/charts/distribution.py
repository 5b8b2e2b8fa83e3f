"""The distribution picture: how often each value was given."""

from bot.charts.canvas import MARGIN, PALETTES, SMALL, WIDTH, Canvas, Theme
from bot.charts.font import load_face
from bot.charts.heading import EMPTY_HEIGHT, ROOM, draw_empty, draw_heading, heading_height
from bot.charts.pictures import Distribution, Part
from surveys.message import Image

_STANDING = 240  # pixels of the tallest bar, with its count
_FOOT = 30  # the values below standing bars
_ROW, _WORDY_ROW = 36, 66  # of one bar lying down: with its label beside it, and above it
_SHORT = 60  # pixels of a label that stands beside its bar
_MOST_ROWS = 11
_LEGEND, _SWATCH = 30, 18


def distribution_chart(picture: Distribution, theme: Theme = "light") -> Image:
    """Draw how often each value was given: standing bars for scales, rows for choices and for
    counts that are too wide to stand beside each other.
    """
    return Image(png=distribution_canvas(picture, theme).png(), alt=_alt(picture))


def distribution_canvas(picture: Distribution, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    drawn = any(bar.n for bar in picture.bars)
    top = heading_height(picture.heading)
    lying = picture.wide or not _stands(picture)
    legend = _legend_lines(picture)
    bars = _rows_height(picture) if lying else _STANDING + _FOOT
    height = top + bars + _LEGEND * len(legend) + 34 if drawn else max(top + 90, EMPTY_HEIGHT)
    canvas = Canvas(height=round(height), palette=PALETTES[theme])
    draw_heading(canvas, picture.heading)
    if not drawn:
        draw_empty(canvas, picture.words.say("empty"))
        return canvas
    if lying:
        _draw_rows(canvas, picture, top)
    else:
        _draw_bars(canvas, picture, top)
    _draw_legend(canvas, picture, legend, top + bars + 36)
    return canvas


def _stands(picture: Distribution) -> bool:
    """Whether every count has room above its bar: one that is cut would read as another."""
    face = load_face()
    pitch = ROOM / max(len(picture.bars), 1)
    widest = max((face.width(picture.words.whole(b.n), SMALL) for b in picture.bars), default=0)
    return widest <= pitch - 4


def _draw_bars(canvas: Canvas, picture: Distribution, top: float) -> None:
    """Draw standing bars: counts above them, values below."""
    bars, bottom = picture.bars, top + _STANDING
    pitch = ROOM / len(bars)
    width = min(pitch * 0.8, 84)
    tallest = max(bar.n for bar in bars)
    for place, bar in enumerate(bars):
        middle = MARGIN + pitch * (place + 0.5)
        height = (_STANDING - 34) * bar.n / tallest
        if bar.n:
            color = canvas.palette.band(bar.band)
            canvas.box(middle - width / 2, bottom - height, width, height, color)
        count = picture.words.whole(bar.n)
        ink = canvas.palette.ink if bar.n else canvas.palette.muted
        canvas.text(middle, bottom - height - 8, count, room=pitch, color=ink, anchor="middle")
        canvas.text(middle, bottom + 24, bar.label, room=pitch, bold=True, anchor="middle")
    base = bottom + 1
    canvas.line((MARGIN, base), (WIDTH - MARGIN, base), color=canvas.palette.rule, width=2)


def _rows_height(picture: Distribution) -> float:
    pitch = _WORDY_ROW if _is_wordy(picture) else _ROW
    more = len(picture.bars) > _MOST_ROWS
    return 12 + pitch * min(len(picture.bars), _MOST_ROWS) + (30 if more else 0)


def _is_wordy(picture: Distribution) -> bool:
    face = load_face(bold=True)
    return any(face.width(bar.label, SMALL) > _SHORT - 12 for bar in picture.bars)


def _draw_rows(canvas: Canvas, picture: Distribution, top: float) -> None:
    """Draw bars lying down: labels that are words stand above their bars. What does not fit is
    counted in words.
    """
    words, wordy = picture.words, _is_wordy(picture)
    left, pitch = (MARGIN, _WORDY_ROW) if wordy else (MARGIN + _SHORT, _ROW)
    counts = [f"{words.whole(bar.n)} · {words.percent(bar.share)}" for bar in picture.bars]
    room = WIDTH - MARGIN - left - 10 - max(load_face().width(count, SMALL) for count in counts)
    most = max(bar.n for bar in picture.bars)
    for place, bar in enumerate(picture.bars[:_MOST_ROWS]):
        y = top + 12 + pitch * place
        canvas.text(
            MARGIN,
            y + 20,
            bar.label,
            size=18 if wordy else SMALL,
            room=ROOM if wordy else _SHORT,
            bold=not wordy,
        )
        base = y + (48 if wordy else 20)
        length = max(room * bar.n / most, 3 if bar.n else 0)
        if length:
            canvas.box(left, base - 18, length, 24, canvas.palette.band(bar.band))
        canvas.text(left + length + (10 if length else 0), base, counts[place])
    if (more := len(picture.bars) - _MOST_ROWS) > 0:
        base = top + 12 + pitch * _MOST_ROWS + 22
        canvas.text(MARGIN, base, words.say("and_more", n=more), color=canvas.palette.muted)


def _legend_lines(picture: Distribution) -> list[list[tuple[float, Part]]]:
    """Give the bands line by line, each with where it begins: as many beside each other as fit."""
    lines: list[list[tuple[float, Part]]] = []
    x = float(WIDTH)
    for part in picture.parts:
        width = _SWATCH + 10 + load_face().width(_part_words(picture, part), SMALL)
        if not lines or x + width > WIDTH - MARGIN:
            lines.append([])
            x = MARGIN
        lines[-1].append((x, part))
        x += width + 22
    return lines


def _draw_legend(
    canvas: Canvas, picture: Distribution, lines: list[list[tuple[float, Part]]], top: float
) -> None:
    """Draw each band's colour, name and share."""
    for number, line in enumerate(lines):
        y = top + _LEGEND * number
        for x, part in line:
            canvas.box(x, y - 15, _SWATCH, _SWATCH, canvas.palette.band(part.band))
            room = WIDTH - MARGIN - x - _SWATCH - 10
            canvas.text(x + _SWATCH + 10, y, _part_words(picture, part), room=room)


def _part_words(picture: Distribution, part: Part) -> str:
    return f"{part.label} {picture.words.percent(part.share)}"


def _alt(picture: Distribution) -> str:
    heading, words = picture.heading, picture.words
    head = f"{heading.title} {heading.score}".strip()
    facts = (head, heading.subtitle, *heading.facts)
    if not any(bar.n for bar in picture.bars):
        return f"{'; '.join(facts)}. {words.say('empty')}."
    values = ", ".join(f"{bar.label}: {words.whole(bar.n)}" for bar in picture.bars)
    parts = ", ".join(_part_words(picture, part) for part in picture.parts)
    bands = f" {parts}." if parts else ""
    return f"{'; '.join(facts)}. {picture.counted or words.say('alt_values')}: {values}.{bands}"

"""The distribution picture: how often each value was given."""

from bot.charts.canvas import MARGIN, PALETTES, WIDTH, Canvas, Theme
from bot.charts.font import load_face
from bot.charts.heading import EMPTY_HEIGHT, ROOM, draw_empty, draw_heading
from bot.charts.pictures import Bar, Distribution, Part
from surveys.message import Image

_ROW = 46  # of one bar lying down
_MOST_ROWS = 10


def distribution_chart(picture: Distribution, theme: Theme = "light") -> Image:
    """Draw how often each value was given: standing bars for scales, rows for choices."""
    return Image(png=distribution_canvas(picture, theme).png(), alt=_alt(picture))


def distribution_canvas(picture: Distribution, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    canvas = Canvas(height=_height(picture), palette=PALETTES[theme])
    top = draw_heading(canvas, picture.heading)
    if not any(bar.n for bar in picture.bars):
        draw_empty(canvas, picture.empty)
    elif picture.wide:
        _draw_rows(canvas, picture.bars, top + 20)
    else:
        bottom = 430 if picture.parts else 460
        _draw_bars(canvas, picture.bars, top + 34, bottom)
        _draw_parts(canvas, picture.parts, bottom + 66)
    return canvas


def _height(picture: Distribution) -> int:
    if not any(bar.n for bar in picture.bars):
        return EMPTY_HEIGHT
    rows = min(len(picture.bars), _MOST_ROWS + 1)
    lying = 160 + 28 * len(picture.heading.facts) + rows * _ROW
    return max(lying, EMPTY_HEIGHT) if picture.wide else 520


def _draw_bars(canvas: Canvas, bars: tuple[Bar, ...], top: float, bottom: float) -> None:
    """Draw standing bars: counts above them, values below."""
    pitch = ROOM / len(bars)
    width = min(pitch * 0.78, 96)
    tallest = max(bar.n for bar in bars)
    widest = max(load_face().width(f"{bar.n:,}", 20) for bar in bars)
    size = 20 * min(1, pitch * 0.95 / widest)  # a count is never cut: it would read as another
    for place, bar in enumerate(bars):
        middle = MARGIN + pitch * (place + 0.5)
        height = (bottom - top) * bar.n / tallest
        if bar.n:
            color = canvas.palette.band(bar.band)
            canvas.box(middle - width / 2, bottom - height, width, height, color)
        ink = canvas.palette.ink if bar.n else canvas.palette.muted
        canvas.text(
            middle,
            bottom - height - 9,
            f"{bar.n:,}",
            size=size,
            room=pitch,
            color=ink,
            anchor="middle",
        )
        canvas.text(middle, bottom + 28, bar.label, size=22, room=pitch, bold=True, anchor="middle")
    base = bottom + 1
    canvas.line((MARGIN, base), (WIDTH - MARGIN, base), color=canvas.palette.rule, width=2)


def _draw_parts(canvas: Canvas, parts: tuple[Part, ...], y: float) -> None:
    """Draw the legend: each band's colour, name and share, spread over the width."""
    for place, part in enumerate(parts):
        x = MARGIN + ROOM / len(parts) * place
        canvas.box(x, y - 16, 20, 20, canvas.palette.band(part.band))
        words = f"{part.label} {_percent(part.share)}"
        canvas.text(x + 30, y, words, size=20, room=ROOM / len(parts) - 40)


def _draw_rows(canvas: Canvas, bars: tuple[Bar, ...], top: float) -> None:
    """Draw bars lying down, for labels that are words; what does not fit is counted in words."""
    label_room, left = 290, MARGIN + 310
    counts = [f"{bar.n:,} · {_percent(bar.share)}" for bar in bars]
    room = WIDTH - MARGIN - left - 10 - max(load_face().width(words, 20) for words in counts)
    most = max(bar.n for bar in bars)
    for place, bar in enumerate(bars[:_MOST_ROWS]):
        base = top + _ROW * place + 28
        canvas.text(MARGIN, base, bar.label, size=21, room=label_room)
        length = max(room * bar.n / most, 3 if bar.n else 0)
        if length:
            canvas.box(left, base - 21, length, 28, canvas.palette.band(bar.band))
        gap = 10 if length else 0
        canvas.text(left + length + gap, base, counts[place], size=20)
    if (more := len(bars) - _MOST_ROWS) > 0:
        base = top + _ROW * _MOST_ROWS + 28
        canvas.text(MARGIN, base, f"and {more} more", size=20, color=canvas.palette.muted)


def _percent(share: float) -> str:
    return f"{int(share * 100 + 0.5)} %"


def _alt(picture: Distribution) -> str:
    heading = picture.heading
    head = f"{heading.title} {heading.score}".strip()
    facts = (head, heading.subtitle, *heading.facts)
    if not any(bar.n for bar in picture.bars):
        return f"{'; '.join(facts)}. {picture.empty}."
    values = ", ".join(f"{bar.label}: {bar.n}" for bar in picture.bars)
    parts = ", ".join(f"{part.label} {_percent(part.share)}" for part in picture.parts)
    return f"{'; '.join(facts)}. {picture.counted}: {values}.{f' {parts}.' if parts else ''}"

"""The bundled font: how wide a text is, so that it can be cut before it runs off the picture.

Pictures are drawn with DejaVu Sans from this package alone: a server has no fonts, and the same
bytes must come out on every machine. Only three tables of the file are read, as described in
https://learn.microsoft.com/typography/opentype/spec/ (cmap format 12, hhea, hmtx).
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FAMILY = "DejaVu Sans"
_FOLDER = Path(__file__).parent.parent / "fonts"
REGULAR, BOLD = _FOLDER / "DejaVuSans.ttf", _FOLDER / "DejaVuSans-Bold.ttf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One weight of the font.

    ``starts``, ``ends`` and ``glyphs`` are the cmap's groups: code points from start to end are
    the glyphs counted up from the group's first. ``advances`` is each glyph's width in
    thousandths of the font size.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    glyphs: tuple[int, ...]
    advances: tuple[float, ...]

    def glyph(self, character: str) -> int:
        """Give the glyph's number, 0 where the font does not have the character."""
        code = ord(character)
        group = bisect_right(self.starts, code) - 1
        if group < 0 or code > self.ends[group]:
            return 0
        return self.glyphs[group] + code - self.starts[group]

    def width(self, text: str, size: float) -> float:
        """Give the text's width in pixels, kerning left out."""
        last = len(self.advances) - 1
        return sum(self.advances[min(self.glyph(c), last)] for c in text) * size / 1000


def fit(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Give the text as it fits into ``width`` pixels: what the font cannot draw becomes ``□``, and
    what is too long ends in ``…``.
    """
    face = load_face(bold=bold)
    drawable = "".join(c if face.glyph(c) else "□" for c in " ".join(text.split()))
    if face.width(drawable, size) <= width:
        return drawable
    while drawable and face.width(drawable + "…", size) > width:
        drawable = drawable[:-1]
    return drawable.rstrip() + "…"


def wrap(text: str, width: float, size: float, *, bold: bool = False, most: int = 2) -> list[str]:
    """Give the text as up to ``most`` lines of ``width`` pixels, broken between words; the last
    ends in ``…`` where it is too long. A number stays with its per cent sign.
    """
    face = load_face(bold=bold)
    lines: list[str] = []
    for word in text.replace(" %", "\u00a0%").split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and (len(lines) == most or face.width(joined, size) <= width):
            lines[-1] = joined
        else:
            lines.append(word)
    return [fit(line, width, size, bold=bold) for line in lines]


@cache
def load_face(*, bold: bool = False) -> Face:
    """Read one weight of the bundled font."""
    data = (BOLD if bold else REGULAR).read_bytes()
    tables = _tables(data)
    starts, ends, glyphs = _read_cmap(data, tables[b"cmap"])
    return Face(starts=starts, ends=ends, glyphs=glyphs, advances=_read_advances(data, tables))


def _tables(data: bytes) -> dict[bytes, int]:
    (count,) = struct.unpack_from(">H", data, 4)
    rows = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    return {tag: offset for tag, _, offset, _ in rows}


def _read_cmap(data: bytes, at: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    (count,) = struct.unpack_from(">H", data, at + 2)
    for i in range(count):
        _, _, offset = struct.unpack_from(">HHI", data, at + 4 + 8 * i)
        if struct.unpack_from(">H", data, at + offset) == (12,):
            (groups,) = struct.unpack_from(">I", data, at + offset + 12)
            rows = struct.iter_unpack(
                ">III", data[at + offset + 16 : at + offset + 16 + 12 * groups]
            )
            starts, ends, glyphs = zip(*rows, strict=True)
            return starts, ends, glyphs
    raise ValueError("the bundled font has no cmap of format 12")


def _read_advances(data: bytes, tables: dict[bytes, int]) -> tuple[float, ...]:
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (count,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    at = tables[b"hmtx"]
    rows = struct.iter_unpack(">Hh", data[at : at + 4 * count])
    return tuple(advance * 1000 / units for advance, _ in rows)

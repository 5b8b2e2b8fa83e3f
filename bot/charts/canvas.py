"""The canvas: SVG by small text templates, and SVG to PNG. Every text is escaped here."""

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from bot.charts.font import BOLD, FAMILY, REGULAR, fit, load_face
from bot.charts.painting import paint
from surveys.metric import Band

Theme = Literal["light", "dark"]
Anchor = Literal["start", "middle", "end"]

WIDTH = 560
MARGIN = 28
SCALE = (
    1280 / WIDTH
)  # 1,280 pixels: the widest photo Telegram keeps, and dense enough for any phone

SMALL = 18
"""The smallest letters: 11 pixels high in a chat on a phone 375 pixels wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one theme. Bands are Okabe and Ito's vermillion, grey and blue (2008), lighter
    on dark ground: people with any common colour blindness tell them apart.
    """

    ground: str
    ink: str
    muted: str
    rule: str
    low: str
    middle: str
    high: str

    def band(self, band: Band | None) -> str:
        """Give a band's colour; what has no band is drawn in blue, which judges nothing here."""
        return {Band.LOW: self.low, Band.MIDDLE: self.middle}.get(band or Band.HIGH, self.high)


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        ground="#ffffff",
        ink="#1b1f24",
        muted="#59636e",
        rule="#d8dee4",
        low="#d55e00",
        middle="#9a9fa6",
        high="#0072b2",
    ),
    "dark": Palette(
        ground="#15181d",
        ink="#f0f3f6",
        muted="#a5afba",
        rule="#3a424c",
        low="#f08c4a",
        middle="#8b929b",
        high="#56b4e9",
    ),
}


@dataclass(slots=True, kw_only=True)
class Canvas:
    """A picture being drawn, ``WIDTH`` logical pixels wide."""

    height: int
    palette: Palette
    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SMALL,
        room: float = WIDTH,
        color: str = "",
        bold: bool = False,
        anchor: Anchor = "start",
    ) -> float:
        """Write one line with its base at ``y``, cut to ``room`` pixels; give its width."""
        shown = fit(text, room, size, bold=bold)
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
            f' fill="{color or self.palette.ink}"{weight}>{escape(shown)}</text>'
        )
        return load_face(bold=bold).width(shown, size)

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """Fill a rectangle with slightly rounded corners."""
        radius = min(4.0, width / 2, height / 2)
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' rx="{radius:.1f}" fill="{color}"/>'
        )

    def cover(self, x: float, y: float, width: float, height: float) -> None:
        """Hide what lies behind words that come next."""
        self.box(x, y, width, height, self.palette.ground)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        color: str,
        width: float = 1,
        dashes: str = "",
    ) -> None:
        """Draw a straight line."""
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
            f' stroke="{color}" stroke-width="{width:g}" stroke-linecap="round"{dash}/>'
        )

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """Draw a filled circle with a rim of the ground's colour."""
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{color}"'
            f' stroke="{self.palette.ground}" stroke-width="3"/>'
        )

    def svg(self) -> str:
        """Give the picture as SVG."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}"'
            f' viewBox="0 0 {WIDTH} {self.height}" font-family="{FAMILY}">'
            f'<rect width="{WIDTH}" height="{self.height}" fill="{self.palette.ground}"/>'
            f"{''.join(self.parts)}</svg>"
        )

    def png(self) -> bytes:
        """Give the picture as PNG at ``SCALE``; no network and no fonts of the machine are used."""
        return paint(
            {
                "svg_string": self.svg(),
                "zoom": SCALE,
                "skip_system_fonts": True,
                "font_files": [str(REGULAR), str(BOLD)],
                "font_family": FAMILY,
            }
        )

"""The web channel's block in config.yaml, and what the page can do."""

import re
from dataclasses import dataclass

from channels.web.colour import contrast, mix
from channels.web.origins import check_origin
from surveys.message import Capabilities, Offers

CAPABILITIES = Capabilities(
    max_text=4000,
    max_buttons=100,
    button_text=200,
    payload_bytes=256,
    markup="html",
    inline=True,
    offers=Offers.BUTTONS,
    waits=True,
    rate=1000.0,
    concurrency=50,
    notes={"waits": "a page pushes nothing: people come by a link"},
)
"""Nothing leaves this machine: rate and concurrency only keep the dispatcher's batches small."""

AA_TEXT = 4.5
"""Least contrast of text with its background (WCAG 2.2, success criterion 1.4.3, level AA)."""

AAA_TEXT = 7.0
"""The same at level AAA (1.4.6): our own aim on the dark page, where 4.5 looks dull."""

_WHITE, _NIGHT = "#ffffff", "#1b2124"  # _NIGHT is --card of the dark scheme in style.css


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``accent`` is the colour of buttons and of the chosen answer, as ``#rrggbb``. ``cards`` is
    whether anybody may write a comment card at ``/c``.

    ``origins`` are the sites whose pages may show the widget ("https://www.acme.example"), "*" for
    any. None is allowed unless it is named: a widget asks in our name wherever it stands.

    :raises ValueError: where it is no colour, or white words on it could not be read; where an
        origin is none.
    """

    accent: str = "#0f6b5c"
    cards: bool = True
    origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "origins", tuple(map(check_origin, self.origins)))
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.accent):
            raise ValueError(
                f"accent: {self.accent!r} is not a colour; write it as #rrggbb, such as '#0f6b5c'"
            )
        found = contrast(self.accent, _WHITE)
        if found < AA_TEXT:
            raise ValueError(
                f"accent: white words on {self.accent!r} are too hard to read (contrast"
                f" {found:.1f}:1, at least {AA_TEXT}:1 is needed); a darker shade that works is"
                f" {_step_towards(self.accent, '#000000', _WHITE, AA_TEXT)!r}"
            )

    @property
    def night_accent(self) -> str:
        """The accent made light enough to be read on the dark page."""
        return _step_towards(self.accent, _WHITE, _NIGHT, AAA_TEXT)


def _step_towards(colour: str, end: str, ground: str, least: float) -> str:
    """Give the first shade from ``colour`` to ``end`` with that contrast on its ground."""
    shades = (mix(colour, end, step / 50) for step in range(51))
    return next(shade for shade in shades if contrast(shade, ground) >= least)

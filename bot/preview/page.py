"""The page: an album as one HTML file that needs nothing else, works without scripts, and may be
mailed to a colleague.

Mails and pages are shown in frames without any right (``sandbox``), so that nothing in a text can
act on the page around it; the page's own policy allows inline styles and nothing else.
"""

from pathlib import Path

from markupsafe import Markup

from bot.preview.album import Album, title_of
from bot.preview.pictures import Call, Chat, Picture, Sheet
from bot.templates import open_templates

_HERE = Path(__file__).parent
_JINJA = open_templates(_HERE)
_JINJA.filters["title_of"] = title_of
_TEMPLATE = _JINJA.get_template("page.html")

KEYPAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")


def render_page(album: Album) -> str:
    """Give the HTML of an album."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return _TEMPLATE.render(
        album=album,
        style=Markup(style),  # noqa: S704 - our own file
        title_of=title_of,
        kind_of=_kind_of,
        keypad=KEYPAD,
    )


def _kind_of(picture: Picture) -> str:
    kinds: dict[type[Picture], str] = {Chat: "chat", Sheet: "sheet", Call: "call"}
    return kinds[type(picture)]

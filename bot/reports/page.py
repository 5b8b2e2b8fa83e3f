"""Page: the blocks of a report as HTML that mail programs show as it is meant. Pure.

What they have in common is little (https://www.caniemail.com): tables hold the width, styles stand
with their elements, since some programs drop the style sheet, and pictures come along with the
mail. The style sheet only turns the colours round where the reader's screen is dark.
"""

import base64
from collections.abc import Callable, Sequence
from html import escape

from bot.reports.blocks import Block, Head, Line, Picture, Quote, Score, Table
from surveys.message import Image

LARGEST = 100_000
"""Bytes of a page: Gmail cuts a mail above 102 kB, and says so in small print only."""

_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_DARK = (
    "@media (prefers-color-scheme:dark){"
    ".page{background:#15181d!important}.ink{color:#f0f3f6!important}"
    ".quiet{color:#a5afba!important}.rule{border-color:#3a424c!important}}"
)
_SIDE = "margin:6px 16px"
_INK, _QUIET = "color:#1b1f24", "color:#59636e;font-size:14px"

_NUMBER, _NAME = "padding-left:12px;white-space:nowrap", "overflow-wrap:anywhere"
_VERDICT = 3
"""The column that has the verdict of a group."""

Source = Callable[[int, Image], str]
"""(number, picture) -> where a page finds it."""


def render_page(blocks: Sequence[Block], language: str, source: Source) -> str:
    """Give a report as one page that needs nothing from elsewhere but its pictures."""
    number, parts = 0, []
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Picture):
            parts.append(_image(block.image, source(number, block.image)))
            number += 1
        elif not (isinstance(block, Table) and isinstance(before, Picture)):
            parts.append(_tag(block))  # the values of a picture are in it, and in its words
        before = block
    title = next((block.text for block in blocks if isinstance(block, Head)), "")
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(title)}</title><style>{_DARK}</style></head>\n"
        '<body class="page" style="margin:0;padding:0;background:#ffffff">'
        f"{_frame(chr(10).join(parts))}</body></html>\n"
    )


def fit_page(blocks: Sequence[Block], language: str, source: Source, left_out: str) -> str:
    """Give a page of at most `LARGEST` bytes: the last tables are left to the plain part, and
    ``left_out`` says so.
    """
    shown = list(blocks)
    while len((page := render_page(shown, language, source)).encode()) > LARGEST:
        tables = [place for place, block in enumerate(shown) if isinstance(block, Table)]
        if not tables:
            break
        shown = [*shown[: tables[-1]], *shown[tables[-1] + 1 :]]
        if shown[-1] != (said := Line(text=left_out, quiet=True)):
            shown.append(said)
    return page


def inside(_number: int, image: Image) -> str:
    """Give a picture as part of the page itself."""
    return f"data:image/png;base64,{base64.b64encode(image.png).decode()}"


def _frame(content: str) -> str:
    """Hold the width: 640 pixels at most, in the middle."""
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
        ' style="table-layout:fixed">'
        '<tr><td align="center"><table role="presentation" width="100%" cellpadding="0"'
        ' cellspacing="0" border="0" style="table-layout:fixed;max-width:640px"><tr>'
        f'<td class="ink" align="left" style="{_INK};font:16px/1.5 {_FONT};padding:12px 0 24px">'
        f"<main>\n{content}\n</main></td></tr></table></td></tr></table>"
    )


def _tag(block: Block) -> str:
    if isinstance(block, Head):
        size, above = (24, 8) if block.level == 1 else (20, 32)
        style = f"font-size:{size}px;line-height:1.25;margin:{above}px 16px 6px"
        return f'<h{block.level} style="{style}">{_text(block.text)}</h{block.level}>'
    if isinstance(block, Line):
        return _paragraph(block.text, quiet=block.quiet)
    if isinstance(block, Score):
        return _score(block)
    if isinstance(block, Quote):
        return (
            '<blockquote style="margin:14px 16px;padding:0 0 0 12px;border-left:4px solid #0072b2">'
            f'<p style="margin:0">{_text(block.text)}</p>'
            f'<p class="quiet" style="margin:2px 0 0;{_QUIET}">{_text(block.about)}</p>'
            "</blockquote>"
        )
    return _table(block) if isinstance(block, Table) else ""


def _paragraph(text: str, *, quiet: bool) -> str:
    if quiet:
        return f'<p class="quiet" style="{_SIDE};{_QUIET}">{_text(text)}</p>'
    return f'<p style="{_SIDE}">{_text(text)}</p>'


def _score(block: Score) -> str:
    """Give a result as one reads it on a phone: the number, whether it changed, then the rest."""
    name = f'<p style="margin:20px 16px 0;font-size:20px"><strong>{_text(block.name)}</strong></p>'
    change = f'<p style="margin:2px 16px">{_text(block.change)}</p>' if block.change else ""
    facts = _text(" · ".join(block.facts))
    return f'{name}{change}<p class="quiet" style="margin:2px 16px 6px;{_QUIET}">{facts}</p>'


def _table(block: Table) -> str:
    title = ""
    if block.title and block.title != block.header[0]:
        style = "text-align:left;padding:8px 0 2px"
        title = f'<caption style="{style}"><strong>{_text(block.title)}</strong></caption>'
    names = block.header[:_VERDICT]
    head = "".join(_cell(_text(cell), place, "col") for place, cell in enumerate(names))
    hidden = [row for row in block.rows if len(row) > _VERDICT and not row[_VERDICT - 1]]
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in block.rows if row not in hidden)
    unseen = _text(f"{', '.join(row[0] for row in hidden)}: {hidden[0][1]}") if hidden else ""
    below = f'<p class="quiet" style="margin:6px 0;{_QUIET}">{unseen}</p>' if unseen else ""
    return (
        '<div style="margin:8px 16px 18px"><table width="100%" cellpadding="0" cellspacing="0"'
        f' border="0" style="border-collapse:collapse;font-size:15px">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{below}</div>"
    )


def _row(row: Sequence[str]) -> str:
    """Give a row; a verdict stands below what it is about, since a phone is too narrow for four
    columns.
    """
    cells = [_text(cell) for cell in row]
    if verdict := " · ".join(cell for cell in cells[_VERDICT:] if cell not in ("", "–")):
        cells[0] += f'<br><span class="quiet" style="{_QUIET}">{verdict}</span>'
    return "".join(
        _cell(cell, place, "" if place else "row") for place, cell in enumerate(cells[:_VERDICT])
    )


def _cell(html: str, place: int, scope: str) -> str:
    """Give a cell: names to the left, numbers to the right on one line. ``scope`` is "col" or
    "row" for what names others.
    """
    style = f"padding:6px 0;border-bottom:1px solid #d8dee4;{_NUMBER if place else _NAME}"
    style += ";font-weight:normal" if scope == "row" else ""
    tag, named = ("th", f' scope="{scope}"') if scope else ("td", "")
    align = "right" if place else "left"
    return f'<{tag}{named} class="rule" align="{align}" valign="top" style="{style}">{html}</{tag}>'


def _text(text: str) -> str:
    """Escape, and keep a number and its per cent sign on one line."""
    return escape(text.replace(" %", "\u00a0%"))


def _image(image: Image, source: str) -> str:
    return (
        f'<p style="margin:8px 0"><img src="{escape(source)}" alt="{escape(image.alt)}" width="460"'
        ' style="display:block;width:100%;max-width:460px;height:auto;border:0"></p>'
    )

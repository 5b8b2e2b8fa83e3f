"""Rendering: the blocks of a report as plain text, as a page, and for a terminal. Pure."""

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape

from bot.reports.blocks import Block, Head, Line, Picture, Quote, Table
from surveys.message import Image

_STYLE = """
body{margin:0;padding:16px;background:#fff;color:#1b1f24;
 font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:640px;margin:0 auto}h1{font-size:24px;margin:0 0 4px}
h2{font-size:19px;margin:28px 0 6px}
p{margin:6px 0}.quiet{color:#59636e;font-size:14px}img{width:100%;height:auto;border:0}
table{border-collapse:collapse;width:100%;margin:8px 0 16px}
th,td{padding:5px 6px;border-bottom:1px solid #d8dee4;text-align:right}
th:first-child,td:first-child,th:last-child:nth-child(4),td:last-child:nth-child(4){text-align:left}
blockquote{margin:10px 0;padding:2px 0 2px 12px;border-left:4px solid #0072b2}
@media (prefers-color-scheme:dark){body{background:#15181d;color:#f0f3f6}
.quiet{color:#a5afba}th,td{border-color:#3a424c}}
"""

_QUIET = ' class="quiet"'

Source = Callable[[int, Image], str]
"""(number, picture) -> where a page finds it."""


def render_text(blocks: Sequence[Block], *, tables: bool = True) -> str:
    """Give a report as plain lines, for chats and mail programs; without ``tables`` those that
    count single values are left to the picture.
    """
    return "\n".join(line for block in blocks for line in _lines(block, tables=tables)).strip()


def render_page(blocks: Sequence[Block], language: str, source: Source) -> str:
    """Give a report as one page that needs nothing from elsewhere but its pictures."""
    number = 0
    parts = []
    for block in blocks:
        if isinstance(block, Picture):
            parts.append(_image(block.image, source(number, block.image)))
            number += 1
        else:
            parts.append(_tag(block))
    title = next((block.text for block in blocks if isinstance(block, Head)), "")
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def inside(_number: int, image: Image) -> str:
    """Give a picture as part of the page itself."""
    return f"data:image/png;base64,{base64.b64encode(image.png).decode()}"


def _lines(block: Block, *, tables: bool) -> Iterable[str]:
    if isinstance(block, Head):
        return ("", block.text)
    if isinstance(block, Line):
        return (block.text,)
    if isinstance(block, Quote):
        return (f"“{block.text}”", f"  {block.about}")
    if isinstance(block, Table):
        return _table_lines(block) if tables or len(block.header) > 3 else ()
    return ()


def _table_lines(table: Table) -> Iterable[str]:
    """Give a table as lines: chats have no columns."""
    if len(table.header) > 3:
        yield table.header[0]
        for name, score, n, verdict in table.rows:
            counted = f", n {n}" if n else ""
            yield f"  {name}: {score}{counted}{f' · {verdict}' if verdict else ''}"
        return
    if table.title:
        yield f"{table.title}: " + ", ".join(f"{name} {n}" for name, n, *_ in table.rows)
    else:
        yield "  " + ", ".join(f"{name}: {n}" for name, n, *_ in table.rows)


def _tag(block: Block) -> str:
    if isinstance(block, Head):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Line):
        return f"<p{_QUIET if block.quiet else ''}>{escape(block.text)}</p>"
    if isinstance(block, Quote):
        about = f'<p class="quiet">{escape(block.about)}</p>'
        return f"<blockquote><p>{escape(block.text)}</p>{about}</blockquote>"
    if isinstance(block, Table):
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.header)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in block.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return ""


def _image(image: Image, source: str) -> str:
    return f'<p><img src="{escape(source)}" alt="{escape(image.alt)}" width="640"></p>'

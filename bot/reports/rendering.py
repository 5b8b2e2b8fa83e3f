"""Rendering: the blocks of a report as plain text, for chats, mail and terminals. Pure."""

from collections.abc import Iterable, Sequence

from bot.reports.blocks import Block, Head, Line, Quote, Score, Table


def render_text(blocks: Sequence[Block], *, tables: bool = True) -> str:
    """Give a report as plain lines, for chats and mail programs; without ``tables`` those that
    count single values are left to the picture.
    """
    return "\n".join(line for block in blocks for line in _lines(block, tables=tables)).strip()


def _lines(block: Block, *, tables: bool) -> Iterable[str]:
    if isinstance(block, Head):
        return ("", block.text)
    if isinstance(block, Line):
        return (block.text,)
    if isinstance(block, Score):
        change = (block.change,) if block.change else ()
        return ("; ".join((block.name, *block.facts, *change)),)
    if isinstance(block, Quote):
        return (f"“{block.text}”", f"  {block.about}")
    if isinstance(block, Table):
        return _table_lines(block) if tables or len(block.header) > 3 else ()
    return ()


def _table_lines(table: Table) -> Iterable[str]:
    """Give a table as lines: chats have no columns."""
    if len(table.header) > 4:
        yield f"  {' · '.join(table.header)}"
        for name, *rest in table.rows:
            yield f"  {name}: {'; '.join(rest)}"
        return
    if len(table.header) > 3:
        yield table.title or table.header[0]
        for name, score, n, verdict in table.rows:
            counted = f", n {n}" if n else ""
            yield f"  {name}: {score}{counted}{f' · {verdict}' if verdict else ''}"
        return
    if table.title:
        yield f"{table.title}: " + ", ".join(f"{name} {n}" for name, n, *_ in table.rows)
    else:
        yield "  " + ", ".join(f"{name}: {n}" for name, n, *_ in table.rows)

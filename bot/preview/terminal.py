"""The terminal: the same album in plain characters, as wide as the window."""

from collections.abc import Iterator
from typing import TextIO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.preview.album import Album, Card, Chapter, title_of
from bot.preview.pictures import Bubble, Call, Chat, Picture, Sheet

_WIDTH = 46
"""Columns of one picture: two fit an ordinary window, four a wide one."""


def print_album(album: Album, out: TextIO) -> None:
    """Write an album: a heading for each moment, and the channels side by side below it."""
    console = Console(file=out, highlight=False)
    for chapter in album.chapters:
        console.print(Rule(Text(f"{album.survey} in {chapter.name}")))
        for row in chapter.rows:
            moment = row.moment
            console.print()
            console.print(Text(moment.title, style="bold") + Text(_in_brackets(moment.detail)))
            console.print(Columns([_panel(card) for card in row.cards], padding=(0, 1)))
        console.print()
    print_remarks(album, out)


def print_picture(picture: Picture, title: str, out: TextIO) -> None:
    """Write one picture, such as a message that was not sent."""
    console = Console(file=out, highlight=False)
    console.print(Panel(_body(picture), title=Text(title), title_align="left", width=_WIDTH + 14))


def print_remarks(album: Album, out: TextIO) -> None:
    """Write what there is to know about an album, by language."""
    console = Console(file=out, highlight=False, soft_wrap=True)
    if not album.remark_count:
        console.print("Nothing is cut, missing or dear.")
    for chapter in album.chapters:
        for line in _remarks(chapter):
            console.print(Text(line))


def _remarks(chapter: Chapter) -> Iterator[str]:
    for note in chapter.notes:
        places = ", ".join(place.name for place in note.places)
        where = f", {title_of(note.channel)}" if note.channel else ""
        yield f"! {chapter.code}{where}: {note.words}{f' [{places}]' if places else ''}"


def _in_brackets(detail: str) -> str:
    return f"  ({detail})" if detail else ""


def _panel(card: Card) -> Panel:
    hint = f" ({card.hint})" if card.hint else ""
    return Panel(
        _body(card.picture),
        title=Text(f"{title_of(card.channel)}{hint}"),
        title_align="left",
        subtitle=Text(card.picture.note) if card.picture.note else None,
        subtitle_align="left",
        width=_WIDTH,
    )


def _body(picture: Picture) -> RenderableType:
    if isinstance(picture, Chat):
        return Group(*(Text(line) for bubble in picture.bubbles for line in _bubble(bubble)))
    if isinstance(picture, Call):
        return Text("\n".join(_call(picture)))
    return Text("\n".join(_sheet(picture)))


def _bubble(bubble: Bubble) -> Iterator[str]:
    if bubble.caption:
        yield f"— {bubble.caption} —"
    yield from (part.text for part in bubble.parts)
    for row in bubble.rows:
        yield " ".join(f"[{'*' if key.chosen else ''}{key.label}]" for key in row)


def _call(call: Call) -> Iterator[str]:
    yield from (f"“{text}”" for text in call.said)
    if call.keys:
        yield ""
        yield "Keys: " + ", ".join(
            press.key if press.key == press.means else f"{press.key} = {press.means}"
            for press in call.keys
        )
    if call.records:
        yield "(a tone; what is said is recorded)"


def _sheet(sheet: Sheet) -> Iterator[str]:
    if sheet.sender:
        yield f"From: {sheet.sender}"
    if sheet.subject:
        yield f"Subject: {sheet.subject}\n"
    yield sheet.plain

"""Messages: a report as one channel can carry it. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from bot.reports.blocks import Head, pictures
from bot.reports.contents import Contents
from bot.reports.page import fit_page
from bot.reports.rendering import render_text
from bot.reports.sections import compose
from bot.reports.words import Words
from surveys.message import Capabilities, Message

_LONGEST = 4000
"""Characters of one message in a chat."""


def make_messages(
    contents: Contents, words: Words, capabilities: Capabilities
) -> tuple[Message, ...]:
    """Give the messages of a report, without an address: one mail; in chats the first picture with
    the title, then the text, cut between lines.
    """
    blocks = compose(contents, words)
    head = next((block.text for block in blocks if isinstance(block, Head)), contents.name)
    images = pictures(blocks)
    if capabilities.subject:
        left_out = words.say("left_out")
        page = fit_page(blocks, words.code, lambda number, _: f"picture:{number}", left_out)
        text = render_text(blocks)
        return (
            Message(
                address="",
                text=text,
                subject=head,
                language=words.code,
                page=page,
                pictures=images,
            ),
        )
    room = min(_LONGEST, capabilities.max_text)
    plain = Message(address="", text="", language=words.code)
    said = [replace(plain, text=part) for part in _parts(render_text(blocks), room)]
    if images and capabilities.images:
        title = "\n".join(render_text(blocks[:2]).splitlines())[: capabilities.max_caption]
        return (replace(plain, text=title, image=images[0]), *said)
    return tuple(said)


def _parts(text: str, room: int) -> Iterator[str]:
    """Cut a text between its lines into parts of at most ``room`` characters."""
    part = ""
    for line in text.splitlines():
        cut = line[: room - 1]
        if part and len(part) + 1 + len(cut) > room:
            yield part.strip("\n")
            part = ""
        part = f"{part}\n{cut}" if part else cut
    if part.strip():
        yield part

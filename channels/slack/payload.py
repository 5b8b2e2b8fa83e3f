"""Slack's words: a Message as a call of the Web API, and a form to write in. Pure.

Blocks, fields and limits: https://docs.slack.dev/reference/block-kit
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from channels.chat import name_ends, plain
from channels.slack.update import FORM, WRITE, WritePress, from_payload
from surveys.message import Button, Entry, Link, Message

__all__ = ["Call", "escape", "from_payload", "plain", "to_form", "to_payload", "to_upload"]

_SECTION = 3000  # characters in one text of a section
_ROW = 25  # buttons in one block of actions
_LABEL = 75  # characters on a button, and in what a screen reader says of it
_URL = 3000  # characters of a button's link
_TITLE = 24  # characters above a form, and on its button
_FALLBACK = 3000  # characters of the text that notifications show

_Block = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Web API.

    ``params`` are JSON values; with GET they go into the query, and are text.
    """

    method: str
    params: Mapping[str, Any]
    verb: Literal["GET", "POST"] = "POST"

    @property
    def shows(self) -> bool:
        """Whether a repeat of this call would be seen by a person."""
        return self.method in ("chat.postMessage", "files.completeUploadExternal")


def to_payload(message: Message, *, write: str = "Write") -> Call:
    """Give the call that says a message, or that edits the one it ``replaces``.

    ``message.address`` is a user, a conversation or ``#name``. ``write`` stands on the button that
    opens a form for words. Every text is a plain_text object, which Slack shows as it is: no
    mrkdwn, so that nothing in it is a mention, a link or bold.

    What a mail says around a question (greeting, reason, footer, stop link) has no place in a
    chat, where "stop" is a word one can write.
    """
    params: dict[str, Any] = {
        "channel": message.address,
        "text": escape(_fallback(message)),
        "blocks": _blocks(message, write),
        "parse": "none",
        "link_names": False,
    }
    if message.delivery_id:
        params["metadata"] = {
            "event_type": "afterword",
            "event_payload": {"delivery_id": message.delivery_id},
        }
    if not message.replaces:
        _, _, thread = message.replies_to[0].partition(":") if message.replies_to else ("", "", "")
        if thread:
            params["thread_ts"] = thread
        return Call(
            method="chat.postMessage",
            params={**params, "unfurl_links": False, "unfurl_media": False},
        )
    channel, _, ts = message.replaces.partition(":")
    return Call(method="chat.update", params={**params, "channel": channel, "ts": ts})


def to_upload(message: Message, file_id: str, channel: str) -> Call:
    """Give the call that shows an uploaded picture in a conversation, with the message's words.

    Only mrkdwn can stand beside a picture, so what would be a mention or a link is escaped.
    """
    title = plain(message.image.alt if message.image else "")
    return Call(
        method="files.completeUploadExternal",
        params={
            "files": [{"id": file_id, "title": title}],
            "channel_id": channel,
            "initial_comment": escape(_words(message)) or title,
        },
    )


def to_form(press: WritePress, *, title: str, label: str, send: str) -> Call:
    """Give the call that opens the form to write in, which was asked for by ``press``.

    ``title`` stands above, ``label`` at the text field and ``send`` on the button.
    """
    question = [_section(part) for part in _parts(plain(press.question))][:10]
    field: _Block = {
        "type": "input",
        "block_id": "words",
        "label": _text(label[:2000]),
        "element": {
            "type": "plain_text_input",
            "action_id": "words",
            "multiline": True,
            "max_length": 3000,
        },
    }
    view = {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": press.external_id,
        "title": _text(title[:_TITLE]),
        "submit": _text(send[:_TITLE]),
        "blocks": [*question, field],
    }
    return Call(method="views.open", params={"trigger_id": press.trigger_id, "view": view})


def escape(text: str) -> str:
    """Encode for mrkdwn, where ``<!channel>`` would call everybody.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fallback(message: Message) -> str:
    """Give what a notification says, and a screen reader before the blocks."""
    return (_words(message) or (message.image.alt if message.image else "") or "…")[:_FALLBACK]


def _words(message: Message) -> str:
    return "\n".join(part for part in (message.notice, message.text) if part)


def _blocks(message: Message, write: str) -> list[_Block]:
    blocks = [
        _section(part) for said in (message.notice, message.text) for part in _parts(plain(said))
    ]
    if ends := plain(name_ends(message)):
        blocks.append({"type": "context", "elements": [_text(ends[:_SECTION])]})
    blocks += _rows(message.buttons, _write_key(message, write))
    # A question is answered here; only a note's link leads on to somewhere.
    if message.link and not (message.buttons or message.question_id):
        blocks.append(_link(message.link))
    if message.links:
        blocks.append(_row([_way(number, link) for number, link in enumerate(message.links)]))
    return blocks or [_section("…")]


def _parts(text: str) -> Iterator[str]:
    """Share a text among sections, cut behind a blank where there is one."""
    while len(text) > _SECTION:
        cut = max(text.rfind(blank, 0, _SECTION) for blank in " \n") + 1 or _SECTION
        yield text[:cut]
        text = text[cut:]
    if text.strip():
        yield text


def _text(text: str) -> _Block:
    """Give a text that means nothing but itself: not even ``:smile:`` is a picture."""
    return {"type": "plain_text", "text": plain(text).strip() or "…", "emoji": False}


def _section(text: str) -> _Block:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _link(url: str) -> _Block:
    """Give a link that can be pressed; plain_text has none, and mrkdwn is not for us."""
    pressed = {"type": "link", "url": plain(url)}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [pressed]}],
    }


def _rows(buttons: Sequence[Button], write: Sequence[_Block]) -> list[_Block]:
    """Lay buttons out: a scale in a block of its own, everything else in another."""
    rows: list[_Block] = []
    first: list[_Block] = list(write)
    for scaled, run in groupby(enumerate(buttons), key=lambda pair: pair[1].value is not None):
        keys = [*(() if scaled else first), *(_key(number, button) for number, button in run)]
        first = first if scaled else []
        rows += [_row(keys[start : start + _ROW]) for start in range(0, len(keys), _ROW)]
    return [*rows, _row(first)] if first else rows


def _row(keys: Sequence[_Block]) -> _Block:
    return {"type": "actions", "elements": list(keys)}


def _key(number: int, button: Button) -> _Block:
    label = f"✓ {button.label}" if button.chosen else button.label
    key: _Block = {
        "type": "button",
        "action_id": f"answer-{number}",
        "text": _text(label[:_LABEL]),
        "value": button.payload,
    }
    if button.chosen:
        key["style"] = "primary"
    if spoken := plain(button.spoken).strip():
        key["accessibility_label"] = spoken[:_LABEL]
    return key


def _way(number: int, link: Link) -> _Block:
    """Give a button that leads elsewhere; a press on it tells us nothing."""
    return {
        "type": "button",
        "action_id": f"link-{number}",
        "text": _text(link.label[:_LABEL]),
        "url": plain(link.url)[:_URL],
    }


def _write_key(message: Message, write: str) -> list[_Block]:
    """Give the button that opens the form; its value is the language to ask in."""
    if message.entry is not Entry.TEXT:
        return []
    language = re.sub(r"[^A-Za-z0-9_-]", "", message.language) or "en"
    return [{"type": "button", "action_id": WRITE, "text": _text(write), "value": language}]

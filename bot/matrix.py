"""The table of channels in the docs, made of what the channels say they can do.

``python -m bot.matrix`` writes the page to standard output; ``make docs`` puts it in its place. No
cell is kept by hand: change a channel's ``CAPABILITIES``, and the page follows.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.config.languages import load_languages
from channels import CHANNELS, Entry
from channels.base import Channel
from surveys.compose import Setting, compose_question
from surveys.message import Capabilities, Message, Offers
from surveys.preset import PRESETS
from surveys.question import Choice, Kind, Question
from surveys.survey import Survey

_HEAD = """\
# What each channel can do

One survey is asked on every channel as that channel does it best. Nothing is dropped in silence:
where a channel has no buttons, the same question is asked in words. This page is made from the code
by `make docs`; the small numbers lead to the notes below.
"""
_KINDS = """\
## How each kind of question is asked

Plain words ("nine", "9/10", "kyllä") are understood beside the buttons wherever the table above
says so.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: what it is about, which capabilities its notes are taken from, and
    what it says of a channel.
    """

    label: str
    about: Sequence[str]
    say: Callable[[Entry, Capabilities], str]


def _mind(_entry: Entry, can: Capabilities) -> str:
    if can.edits or can.links or can.waits:
        return "press another"
    return 'write "no, 9"' if can.replies else "no"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _offers(_entry: Entry, can: Capabilities) -> str:
    return {Offers.BUTTONS: "as buttons", Offers.TEXT: "written out", Offers.NONE: "no"}[can.offers]


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number else "–"


def _where(_entry: Entry, can: Capabilities) -> str:
    if can.links:
        return "on the page a press opens"
    if can.waits:
        return "on the page"
    return "in the call" if can.inline else "in the chat"


def _start(_entry: Entry, can: Capabilities) -> str:
    if can.waits:
        return "the customer"
    return "we do" if can.writes_first else "the customer"


def _window(_entry: Entry, can: Capabilities) -> str:
    if can.waits:
        return "–"
    return f"{_span(can.window)} after they last wrote" if can.window else "at any time"


def _span(time: timedelta) -> str:
    hours = time // timedelta(hours=1)
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"


def _arrival(_entry: Entry, can: Capabilities) -> str:
    if can.waits:
        return "–"
    return "the provider reports it" if can.receipts else "sent counts as arrived"


def _doubt(_entry: Entry, can: Capabilities) -> str:
    if can.waits:
        return "–"
    if can.send_key or can.lookup:
        return "said again, never twice"
    return "said once more" if can.resend else "not said again"


def _found(entry: Entry, can: Capabilities) -> str:
    others = f" or `{CHANNELS[can.finds_by].trait}`" if can.finds_by else ""
    same = can.finds_by and CHANNELS[can.finds_by].trait == entry.trait
    return f"`{entry.trait}`{'' if same else others}"


def _budget(_entry: Entry, can: Capabilities) -> str:
    return f"{can.daily_max:,}" if can.daily_max else "no limit"


def _speed(_entry: Entry, can: Capabilities) -> str:
    return "–" if can.waits else f"{can.rate:,g} a second"


def _opt_in(entry: Entry, _can: Capabilities) -> str:
    return _yes(entry.adapter_class().deep_link is not Channel.deep_link)


def _news(entry: Entry, can: Capabilities) -> str:
    adapter = entry.adapter_class()
    called = adapter.receive is not Channel.receive
    asks = adapter.listen is not Channel.listen
    if can.waits:
        return "the visitor's browser"
    return " or ".join(["it calls us"] * called + ["we ask it"] * asks)


def _stop(_entry: Entry, can: Capabilities) -> str:
    if can.links or can.waits:
        return "by a link"
    return "by a key" if can.inline else "by a word (STOP, lopeta …)"


ROWS = (
    Row(label="Answered", about=("links", "inline"), say=_where),
    Row(
        label="Buttons in one message",
        about=("max_buttons",),
        say=lambda _, can: f"up to {can.max_buttons}" if can.max_buttons else "none: a list",
    ),
    Row(
        label="Longest words on a button",
        about=("button_text",),
        say=lambda _, can: _count(can.button_text, "characters"),
    ),
    Row(
        label="Longest text",
        about=("max_text",),
        say=lambda _, can: _count(can.max_text, "characters"),
    ),
    Row(label="Answers in plain words", about=("replies",), say=lambda _, c: _yes(c.replies)),
    Row(
        label="Changing one's mind",
        about=(),
        say=_mind,
    ),
    Row(
        label="The question shows the answer afterwards",
        about=("edits",),
        say=lambda _, can: "yes" if can.edits or can.waits else "the next message says it",
    ),
    Row(label="Links to reviews and policies", about=("offers",), say=_offers),
    Row(label="Pictures", about=("images",), say=lambda _, can: _yes(can.images)),
    Row(label="Subject line", about=("subject",), say=lambda _, can: _yes(can.subject)),
    Row(label="Who writes first", about=("writes_first", "waits"), say=_start),
    Row(label="When we may write", about=("window", "talk_window"), say=_window),
    Row(label="Known by the trait", about=("finds_by",), say=_found),
    Row(label="Link that ties the chat to a customer", about=(), say=_opt_in),
    Row(label="Stopping", about=(), say=_stop),
    Row(label="Do we know that it arrived", about=("receipts",), say=_arrival),
    Row(label="Speed, at most", about=("rate",), say=_speed),
    Row(label="Messages a day, at most", about=("daily_max",), say=_budget),
    Row(
        label="A message that may have been sent",
        about=("resend", "send_key", "lookup"),
        say=_doubt,
    ),
    Row(label="How answers reach us", about=(), say=_news),
)
"""The table, top to bottom."""


def render_page() -> str:
    """Give the page, as Markdown."""
    can = {name: entry.capabilities() for name, entry in CHANNELS.items()}
    notes: dict[str, int] = {}
    table = [
        [row.label, *(_cell(row, name, can[name], notes) for name in CHANNELS)] for row in ROWS
    ]
    table.append(["Over the wire", *(f"[read it](../transcripts/{name}.md)" for name in CHANNELS)])
    names = [f"[{name}]({name}.md)" for name in CHANNELS]
    kinds = [[label, *(_asked(q, can[n]) for n in CHANNELS)] for label, q in _samples().items()]
    parts = [
        _HEAD,
        _table(["", *names], table),
        "\n".join(f"{number}. {text}" for text, number in notes.items()) + "\n",
        _KINDS,
        _table(["", *names], kinds),
    ]
    return "\n".join(parts)


def _cell(row: Row, name: str, can: Capabilities, notes: dict[str, int]) -> str:
    said = [f"**{name}**: {can.notes[field]}" for field in row.about if field in can.notes]
    marks = [notes.setdefault(text, len(notes) + 1) for text in said]
    return row.say(CHANNELS[name], can) + "".join(f" <sup>{mark}</sup>" for mark in marks)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# Kinds of question, composed as they would be for a customer


def _samples() -> Mapping[str, Question]:
    """Give a question of each kind, named as a marketer would."""
    three = tuple(Choice(id=f"c{n}", label={"en": f"Choice {n}"}) for n in (1, 2, 3))
    text = {"en": "What was it about?"}
    own: dict[str, Any] = {"id": "q", "wording": "q", "text": text}
    return {
        "A score from 0 to 10 (`nps`)": PRESETS["nps"],
        "A score from 1 to 5 (`csat`)": PRESETS["csat"],
        "Faces": Question(kind=Kind.RATING, metric_id="csat", scale_id="faces", **own),
        "One of three (`choice`)": Question(kind=Kind.CHOICE, choices=three, **own),
        "Several of three (`choices`)": Question(kind=Kind.CHOICES, choices=three, **own),
        "A number (`number`)": Question(kind=Kind.NUMBER, minimum=0, maximum=60, **own),
        "A comment (`comment`)": PRESETS["comment"],
    }


def _asked(question: Question, can: Capabilities) -> str:
    survey = Survey(id="sample", questions=(question,), languages=("en",), version="")
    token = "-" * 32
    setting = Setting(
        survey=survey, languages=load_languages(), language="en", address="", token=token
    )
    return _shape(question, compose_question(setting, question, can), can)


def _shape(question: Question, message: Message, can: Capabilities) -> str:
    count = len(question.scale.values) if question.scale else len(question.choices)
    if count and message.buttons:
        done = question.kind is Kind.CHOICES and not can.links
        return f"{count} {'links' if can.links else 'buttons'}{' and Done' if done else ''}"
    if question.scale:
        return f"a number, {question.scale.low} to {question.scale.high}"
    if question.choices:
        return "a numbered list"
    words = "a number" if question.kind is Kind.NUMBER else "words"
    return f"a link, then {words}" if can.links and not can.replies else words


if __name__ == "__main__":
    sys.stdout.write(render_page())

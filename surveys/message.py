"""Messages: what is said to one address, and what a channel can carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from surveys.scanner import Origin


class Entry(StrEnum):
    """What the person may enter besides pressing a button."""

    NONE = "none"
    TEXT = "text"
    NUMBER = "number"
    MANY = "many"  # any number of the buttons, then send


class Offers(StrEnum):
    """How a link is offered on a channel."""

    BUTTONS = "buttons"  # its words can be pressed
    TEXT = "text"  # its address is written out
    NONE = "none"  # not at all: nobody could follow it


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One tap. ``payload`` is opaque, at most ``Capabilities.payload_bytes`` long.

    ``chosen`` marks the answer already recorded. ``value`` is the scale value, None for other
    buttons (skip, choices); channels lay scales out by it. ``spoken`` is the full label for a
    screen reader ("9 of 10") where ``label`` alone is terse.
    """

    label: str
    payload: str
    chosen: bool = False
    value: int | None = None
    spoken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture with the text that stands for it."""

    png: bytes
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link with its words: privacy, stop, and what else stands under a message."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one address, fitted to its channel by `surveys.compose`.

    ``text`` is plain text; the adapter encodes it for its sink. ``ends`` names the two ends of a
    scale ("not at all likely", "extremely likely"). ``link`` opens the same question on the web
    page, ``stop_link`` opts out. ``replaces`` is the provider's id of the message to edit.
    ``greeting`` opens a mail, ``reason`` says why the person gets it, ``footer`` stands below.
    ``links`` lead on from what is said: a page for reviews, a policy.
    ``question_id`` is the question asked, "" for anything else, and ``scale_id`` the scale of its
    buttons, "" for none.
    ``step`` and ``steps`` say how far the survey is (0 of 0: not part of one).
    ``notice`` is a short word about what just happened ("Thanks, recorded."), shown first.
    ``changes`` is the question just answered where its answer may still be changed, "" for none.
    ``heard_at`` is when the person last wrote on this channel, None for never: what may be said
    depends on it where a provider has a window. ``replies_to`` are the provider's ids of the
    messages that this one answers, oldest first, where a channel has threads. ``origin`` is how a
    page came to be shown: what its buttons are worth depends on it. ``page`` is the same as a
    whole HTML page of ours, where a channel can show one, and ``pictures`` those it shows: the
    first as ``src="picture:0"``.
    """

    delivery_id: int = 0
    address: str
    text: str
    language: str = "en"
    subject: str = ""
    notice: str = ""
    ends: tuple[str, str] | None = None
    buttons: tuple[Button, ...] = ()
    entry: Entry = Entry.NONE
    link: str = ""
    stop_link: str = ""
    greeting: str = ""
    reason: str = ""
    footer: tuple[Link, ...] = ()
    links: tuple[Link, ...] = ()
    question_id: str = ""
    scale_id: str = ""
    image: Image | None = None
    page: str = ""
    pictures: tuple[Image, ...] = ()
    replaces: str = ""
    step: int = 0
    steps: int = 0
    changes: str = ""
    heard_at: datetime | None = None
    replies_to: tuple[str, ...] = ()
    origin: Origin = Origin.OPENED


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do: facts about the provider, as data.

    max_text       characters in one message
    max_buttons    buttons in one message; 0 where it has none
    button_text    characters on a button
    payload_bytes  bytes a button carries
    markup         "none", "html" or "blocks": for docs and preview only, texts are always plain
    subject        messages have a subject line
    replies        the person can answer with words
    edits          a sent message can be replaced
    inline         answers are given back in the reply to the same call (`Channel.ack`)
    receipts       the provider reports delivery; where not, sent counts as delivered
    links          answers are given on the linked page rather than in the message
    offers         how `Message.links` are offered
    images         a message may carry a picture
    max_caption    characters of text beside a picture
    writes_first   we may write without being written to
    waits          the person comes to us and nothing is pushed: a page
    window         how long after the person's last message we may write; None: always
    talk_window    the same for words of a colleague, where it is another; None: as ``window``
    rate           messages per second the provider allows an account
    concurrency    sends under way at once
    send_key       the provider drops a repeat with the same key
    lookup         the provider can be asked whether a message was sent
    resend         after an uncertain end: send once more (True) or park (False)
    finds_by       the channel whose address the provider can find a person by ("email"), or ""
    daily_max      messages a day at most, a hard budget; None: no budget
    notes          capability -> what a reader of the table of channels should know about it
    """

    max_text: int
    max_buttons: int
    button_text: int
    payload_bytes: int
    markup: str = "none"
    subject: bool = False
    replies: bool = True
    edits: bool = False
    inline: bool = False
    receipts: bool = False
    links: bool = False
    offers: Offers = Offers.TEXT
    images: bool = False
    max_caption: int = 1024
    writes_first: bool = True
    waits: bool = False
    window: timedelta | None = None
    talk_window: timedelta | None = None
    rate: float = 30.0
    concurrency: int = 10
    send_key: bool = False
    lookup: bool = False
    resend: bool = False
    finds_by: str = ""
    daily_max: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict, compare=False)

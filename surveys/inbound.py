"""What comes in over a channel, already verified and read by its adapter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from surveys.invitation import DeliveryState
from surveys.request import Request
from surveys.scanner import Press, Sighting


class Fault(StrEnum):
    """Why a message did not arrive, beyond what its status says of it."""

    UNSAID = ""
    PASSING = "passing"  # the address takes nothing for now: its mailbox is full
    OURS = "ours"  # refused because of who we are: the person's address may be as good as any


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a person or provider told us.

    ``event_id`` is the provider's id of it: together with ``channel`` the same id is the same
    event, for ever. ``address`` is who it came from. ``raw`` is kept for debugging and is erased
    with the person.
    """

    event_id: str
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Inbound):
    """The person pressed a button (``payloads``) or wrote words (``text``), or both.

    ``external_id`` is the provider's id of the message pressed or replied to, "" where unknown.
    Several payloads come only from a MANY entry. ``token`` is the invitation's answer token where
    the reply itself carries it (a mail's plus-address), with the question it was written to.
    ``press`` is how a page's button was pressed; None for what no link scanner can do. ``by`` is
    who pressed, where ``address`` is a group's. ``shared`` is whether it was said where others read
    along, such as a thread of a channel: that is for colleagues only. ``revealing`` is whether
    ``event_id`` is made of what was said.
    """

    payloads: tuple[str, ...] = ()
    text: str = ""
    external_id: str = ""
    token: str = ""
    question_id: str = ""
    press: Press | None = None
    by: str = ""
    shared: bool = False
    revealing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed(Inbound):
    """The person opened a link. Shows, and never records: machines open links too.

    ``question_id`` is the question they want to see again, "" for the one that is open.
    ``sighting`` is what `surveys.scanner` wants to know of it, None for a plain view.
    """

    token: str
    question_id: str = ""
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Inbound):
    """Somebody came to a survey by themselves: a public link, a QR code, a newsletter, a widget.

    ``survey`` is its name in config.yaml and ``source`` where they came from ("receipt").
    ``visitor`` is the browser's own unguessable word, by which coming back is the same response,
    "" where it has none yet. ``contact`` is what a mailing tool calls the person (``tool:id``), ""
    for nobody known. ``question_id``, ``value`` and ``text`` are the answer given with it, as in a
    button's payload ("=" for words; several choices are joined by commas, "!" last); without it is
    a look at that question, which records nothing. ``language`` is the visitor's wish: codes by
    preference, joined by commas, "" for none.
    """

    survey: str
    source: str = ""
    visitor: str = ""
    contact: str = ""
    question_id: str = ""
    value: str = ""
    text: str = ""
    language: str = ""

    @property
    def is_look(self) -> bool:
        """Whether no answer comes with it, or nobody to give one."""
        somebody = self.visitor or self.contact
        return not (somebody and self.question_id and (self.value or self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented(Inbound):
    """Somebody filled in a comment card on a page, unasked.

    ``source`` and ``visitor`` as in `Entered`; ``email`` is where they want to be answered, "" for
    nowhere; ``praise`` is whether it is praise, None where they did not say.
    """

    text: str
    source: str = ""
    visitor: str = ""
    email: str = ""
    praise: bool | None = None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Inbound):
    """The person tied this address to a contact by an opt-in link (Telegram ``/start TOKEN``).

    ``token`` is "" where they came without one.
    """

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut(Inbound):
    """The person said stop. ``token`` names the contact where the address does not (a link), or
    ``external_id`` the message of ours that they complained about. ``silent`` where they are not
    to be written to about it: they complained, a program said it for them, or the provider has
    confirmed it already.
    """

    token: str = ""
    external_id: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedIn(Inbound):
    """The person took their stop back. ``token`` as in `OptedOut`."""

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Inbound):
    """The person asked something of us by a button, or in words that were read as a request.

    ``token`` as in `OptedOut`. ``words`` is what they wrote, "" for a press. ``confirmed`` is
    whether this is the second press, or the word, that confirms being forgotten.
    """

    request: Request
    token: str = ""
    words: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblocked(Inbound):
    """The person unblocked us: the address works again. It takes no stop back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven(Inbound):
    """Somebody wrote a command such as ``/results nps 30d``; whether they may is decided inside."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Inbound):
    """The provider gave the address a new name (Telegram's chat migration)."""

    new_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Inbound):
    """The provider reports on a message we sent, or, with no ``external_id``, on the address."""

    status: DeliveryState
    external_id: str = ""
    reason: str = ""
    fault: Fault = Fault.UNSAID

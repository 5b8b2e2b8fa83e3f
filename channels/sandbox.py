"""The sandbox: a channel whose provider lives in this process.

It is a full member and never a mock: it keeps the conversations a provider would keep, holds
messages to its limits, fails as it is told to, and gives inbound values at least once. Under
another channel's name and capabilities it stands in for that channel, in development, demo and
tests.
"""

import asyncio
import uuid
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal, NamedTuple, Self

from channels.base import Channel, Receipt, Surroundings
from channels.errors import ChannelError, Rejected, Unavailable, Uncertain
from surveys.inbound import (
    CommandGiven,
    Inbound,
    Linked,
    OptedOut,
    Replied,
    StatusChanged,
)
from surveys.invitation import DeliveryState
from surveys.message import Capabilities, Message, Offers

LINES_KEPT = 200
"""Messages kept for one address; the oldest go first."""
ADDRESSES_KEPT = 10_000
"""Addresses kept; the one without a message for the longest time goes first."""
SENDS_KEPT = 100_000
"""Accepted sends kept in the ledger, and send keys remembered."""

CAPABILITIES = Capabilities(
    max_text=4096,
    max_buttons=100,
    button_text=64,
    payload_bytes=64,
    edits=True,
    images=True,
    offers=Offers.BUTTONS,
    rate=1000.0,
    concurrency=50,
    send_key=True,
    resend=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The sandbox's block in config.yaml: nothing to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of a conversation. ``message`` is what we sent, None for the person's words;
    ``text`` is what was written either way.
    """

    id: str
    at: datetime
    sender: Literal["us", "them"]
    message: Message | None
    text: str
    edited: bool = False


class Sent(NamedTuple):
    """One accepted send, as the provider's books show it."""

    delivery_id: int
    address: str


class Sandbox(Channel):
    """An in-process provider and the adapter to it, in one.

    ``name`` and ``capabilities`` make it stand in for another channel. ``clock`` gives aware UTC.
    ``ledger`` holds every accepted send, oldest first, the last `SENDS_KEPT` of them.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        name: str = "sandbox",
        capabilities: Capabilities = CAPABILITIES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings or Settings()
        self.name = name
        self.capabilities = capabilities
        self.ledger: deque[Sent] = deque(maxlen=SENDS_KEPT)
        self.conversations: OrderedDict[str, deque[Line]] = OrderedDict()
        self._clock = clock
        self._ids = _unique_ids()
        self._receipts: OrderedDict[int, Receipt] = OrderedDict()
        self._failures: dict[str, deque[ChannelError]] = {}
        self._inbox: deque[Inbound] = deque()
        self._inbox_filled = asyncio.Event()
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._closed = False

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make a sandbox that goes by its own name."""
        return cls(settings, clock=around.clock)

    async def send(self, message: Message) -> Receipt:
        """Put a message into the conversation with its address.

        A repeat of a ``delivery_id`` gives the first receipt again and shows nothing twice, where
        the capabilities promise a send key.

        :raises Rejected: where the message is beyond the capabilities.
        :raises Unavailable: once closed.
        :raises ChannelError: of whatever kind `fail_with` was told.
        """
        await asyncio.sleep(0)  # a provider is never reached without giving up the loop
        if self._closed:
            raise Unavailable("the sandbox is closed")
        _check(message, self.capabilities)
        failure = self._next_failure(message.address)
        if failure is not None and not isinstance(failure, Uncertain):
            raise failure
        receipt = self._receipts.get(message.delivery_id) or self._accept(message)
        if failure is not None:  # uncertain: it was taken, and the answer got lost on its way back
            raise failure
        return receipt

    async def listen(self) -> AsyncIterator[Inbound]:
        """Give what people did, oldest first, until closed. A value counts as taken when the next
        one is asked for; one whose taker went away before that is given again.
        """
        while not self._closed:
            if not self._inbox:
                self._inbox_filled.clear()
                await self._inbox_filled.wait()
                continue
            given = self._inbox[0]
            yield given
            if self._inbox and self._inbox[0] is given:
                self._inbox.popleft()

    async def close(self) -> None:
        """End `listen` and `watch` and refuse further sends. What was said stays readable."""
        self._closed = True
        self._inbox_filled.set()
        for waiting in self._watchers.values():
            for changed in waiting:
                changed.set()

    # The person's side

    def press(self, address: str, payload: str, external_id: str = "") -> Inbound:
        """Press a button; ``external_id`` is the id of the line that carries it."""
        return self._tell(
            Replied(**self._source(address), payloads=(payload,), external_id=external_id)
        )

    def write(self, address: str, text: str) -> Inbound | None:
        """Write words, as in a chat: ``/start TOKEN`` links, ``/stop`` opts out, any other
        ``/word`` is a command. None for blanks, and where the channel stood in for cannot read
        words.
        """
        if not text.strip():
            return None
        self._show(address, self._line("them", None, text))
        if not self.capabilities.replies:
            return None
        source = self._source(address)
        word, _, rest = text.strip().partition(" ")
        word = word.lower()
        if word == "/start":
            return self._tell(Linked(**source, token=rest.strip()))
        if word == "/stop":
            return self._tell(OptedOut(**source))
        if word.startswith("/") and len(word) > 1:
            return self._tell(CommandGiven(**source, text=text.strip()))
        return self._tell(Replied(**source, text=text))

    # The provider's side

    def history(self, address: str) -> list[Line]:
        """Give the conversation with an address, oldest first."""
        return list(self.conversations.get(address, ()))

    async def watch(self, address: str) -> AsyncGenerator[list[Line], None]:
        """Give the conversation now and after every change, until closed. Changes that follow
        each other faster than they are read are given as one.
        """
        changed = asyncio.Event()
        watchers = self._watchers.setdefault(address, set())
        watchers.add(changed)
        try:
            while not self._closed:
                changed.clear()
                yield self.history(address)
                await changed.wait()
        finally:
            watchers.discard(changed)
            if not watchers and self._watchers.get(address) is watchers:
                del self._watchers[address]

    def fail_with(self, address: str, error: ChannelError, times: int = 1) -> None:
        """Make the next ``times`` sends to an address end with this error. `Uncertain` is raised
        after the message was taken, every other kind instead of taking it.
        """
        self._failures.setdefault(address, deque()).extend([error] * times)

    def _next_failure(self, address: str) -> ChannelError | None:
        waiting = self._failures.get(address)
        if not waiting:
            return None
        failure = waiting.popleft()
        if not waiting:
            del self._failures[address]
        return failure

    def _accept(self, message: Message) -> Receipt:
        line = self._line("us", message, _words(message))
        if not self._edit(message, line):
            self._show(message.address, line)
        external_id = message.replaces or line.id
        receipt = Receipt(external_id=external_id)
        if self.capabilities.send_key and message.delivery_id:
            self._receipts[message.delivery_id] = receipt
            if len(self._receipts) > SENDS_KEPT:
                self._receipts.popitem(last=False)
        self.ledger.append(Sent(message.delivery_id, message.address))
        if self.capabilities.receipts:
            self._tell(
                StatusChanged(
                    **self._source(message.address),
                    status=DeliveryState.DELIVERED,
                    external_id=external_id,
                )
            )
        return receipt

    def _edit(self, message: Message, line: Line) -> bool:
        """Replace the line a message is meant to; False where it is too old to be kept still."""
        lines = self.conversations.get(message.address, deque())
        for place, old in enumerate(lines):
            if message.replaces and old.id == message.replaces:
                lines[place] = replace(line, id=old.id, at=old.at, edited=True)
                self._mark_changed(message.address)
                return True
        return False

    def _line(self, sender: Literal["us", "them"], message: Message | None, text: str) -> Line:
        replaces = message.replaces if message else ""
        return Line(
            id=replaces or next(self._ids),
            at=self._clock(),
            sender=sender,
            message=message,
            text=text,
        )

    def _show(self, address: str, line: Line) -> None:
        lines = self.conversations.setdefault(address, deque(maxlen=LINES_KEPT))
        self.conversations.move_to_end(address)
        lines.append(line)
        if len(self.conversations) > ADDRESSES_KEPT:
            self.conversations.popitem(last=False)
        self._mark_changed(address)

    def _mark_changed(self, address: str) -> None:
        for changed in self._watchers.get(address, ()):
            changed.set()

    def _source(self, address: str) -> dict[str, Any]:
        return {
            "event_id": next(self._ids),
            "channel": self.name,
            "at": self._clock(),
            "address": address,
        }

    def _tell(self, inbound: Inbound) -> Inbound:
        self._inbox.append(inbound)
        self._inbox_filled.set()
        return inbound


def _unique_ids() -> Iterator[str]:
    """Give ids that no other sandbox gives, in this process or after a restart."""
    born = uuid.uuid4().hex[:12]
    return (f"{born}-{number}" for number in count(1))


def _words(message: Message) -> str:
    """Give what a person reads, buttons aside."""
    ends = " – ".join(message.ends or ())
    return "\n\n".join(part for part in (message.notice, message.text, ends) if part)


def _check(message: Message, capabilities: Capabilities) -> None:
    """Hold a message to the limits, as a provider would.

    :raises Rejected: naming every limit it breaks, and by how much.
    """
    faults = [
        *_over("text", len(message.text), capabilities.max_text, "characters"),
        *_over("message", len(message.buttons), capabilities.max_buttons, "buttons"),
        *_button_faults(message, capabilities),
    ]
    if message.image and not capabilities.images:
        faults.append("message has a picture, this channel takes none")
    if message.replaces and not capabilities.edits:
        faults.append("message replaces another, this channel cannot edit")
    if faults:
        raise Rejected("; ".join(faults))


def _button_faults(message: Message, capabilities: Capabilities) -> Sequence[str]:
    faults: list[str] = []
    for place, button in enumerate(message.buttons, 1):
        label, payload = f"label of button {place}", f"payload of button {place}"
        size = len(button.payload.encode("utf-8", "replace"))
        faults += _over(label, len(button.label), capabilities.button_text, "characters")
        faults += _over(payload, size, capabilities.payload_bytes, "bytes")
    return faults


def _over(what: str, size: int, limit: int, unit: str) -> Sequence[str]:
    return [f"{what} has {size} {unit}, {limit} at most"] if size > limit else []

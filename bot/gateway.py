"""The gateway: one way in for everything people and providers tell us, pushed or pulled."""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import replace

from bot.commands import COMMANDS
from bot.commands.grammar import split_line
from channels.base import Ack, Channel, Request
from channels.errors import ChannelError, Untrusted
from scheduler.batch import Batch
from scheduler.carrying import send_shown
from scheduler.outbox import Messages
from storage.errors import StoreInUse, StoreMisconfigured, StoreUnavailable
from surveys.inbound import CommandGiven, Inbound, Replied
from surveys.message import Capabilities, Message, Offers

log = logging.getLogger("afterword.gateway")

LISTEN_AGAIN = 1.0
MEND_AGAIN = 30.0
"""Seconds between tries while a channel does not work until somebody mends its settings."""
MOST_TRIES = 5
COMMANDS_AT_ONCE = 2
"""Commands answered at the same time: each may draw a picture, and customers come first."""
COMMANDS_WAITING = 3
"""Commands of one colleague that may wait; what they write beyond that is let go."""
COMMANDS_KNOWN = 1000
"""Commands remembered, so that one a provider delivers again is not answered again."""
CUSTOMERS = frozenset({"help", "pause"})
"""Commands that are a wish, too, where a customer writes them (`surveys.request`)."""
SORRY = "That did not work, and it is our fault. Please try again in a minute."

AnswerCommand = Callable[[str, str, str], Awaitable[Message | None]]
"""(channel, address, text) -> the answer, None for strangers."""


class Gateway:
    """Takes inbound values from every channel to the reply intake or to the staff commands."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        replies: Batch[Inbound, Messages],
        answer_command: AnswerCommand,
        is_staff: Callable[[str, str], bool],
    ) -> None:
        """``is_staff`` says whose (channel, address) is a colleague's."""
        self._channels, self._replies, self._answer = channels, replies, answer_command
        self._is_staff = is_staff
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._room = asyncio.Semaphore(COMMANDS_AT_ONCE)
        self._tasks: set[asyncio.Task[Messages]] = set()

    async def close(self) -> None:
        """Let go of commands that are still being answered. They can be given again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def listen(self, name: str) -> None:
        """Take from one pull channel until cancelled.

        What could not be stored because the store is away is given again by the channel, which is
        resumed only after a success. What fails for any other reason fails again and again, so
        after a few tries it is let go, with an error in the log, before it blocks everybody.
        """
        tries: dict[str, int] = {}
        while True:
            listening = self._channels[name].listen()
            try:
                async for item in listening:
                    await self._take_or_let_go(item, tries)
                return
            except ChannelError as error:
                log.error("channel %s: %s", name, error)
                await asyncio.sleep(MEND_AGAIN)
            except Exception:
                log.exception("channel %s: listening again in a second", name)
                await asyncio.sleep(LISTEN_AGAIN)
            finally:
                if isinstance(listening, AsyncGenerator):
                    await listening.aclose()

    async def _take_or_let_go(self, item: Inbound, tries: dict[str, int]) -> None:
        try:
            await self.take(item)
        except (StoreUnavailable, StoreMisconfigured, StoreInUse):
            raise  # the store is away, not the item bad
        except Exception:
            tries[item.event_id] = tries.get(item.event_id, 0) + 1
            if tries[item.event_id] < MOST_TRIES:
                raise
            log.exception("channel %s: let go of event %s", item.channel, item.event_id)
        tries.pop(item.event_id, None)

    async def call(self, name: str, request: Request) -> Ack:
        """Answer one webhook or page call, once everything in it is stored."""
        channel = self._channels[name]
        try:
            items = await channel.receive(request)
        except Untrusted as error:
            log.warning("channel %s: refused a call: %s", name, error)
            return Ack(status=403, body=b"")
        said = await asyncio.gather(*[self.take(item) for item in items])
        return channel.ack(request, [message for messages in said for message in messages])

    async def take(self, item: Inbound) -> Messages:
        """Keep one inbound value; gives what an inline channel says back.

        A command of somebody who is no colleague is words, such as "/pause 2 weeks". Colleagues'
        commands are not stored as what came in: they are answered beside everything else, because a
        report takes its time and customers must not wait for it. One that is for staff goes the
        same way from whomever it comes, to be noted.
        """
        item = _as_command(item)
        if not isinstance(item, CommandGiven):
            return await self._replies.put(item)
        is_staff = self._is_staff(item.channel, item.address)
        if not is_staff and not _is_for_staff(item.text):
            return await self._replies.put(_as_words(item))
        if not self._is_wanted(item):
            return ()
        if self._channels[item.channel].capabilities.inline:
            return await self._command(item)
        task = asyncio.create_task(self._command(item), name=f"command {item.event_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return ()

    def _is_wanted(self, item: CommandGiven) -> bool:
        """Whether a command is new, and not one too many of the same colleague."""
        key, who = (item.channel, item.event_id), (item.channel, item.address)
        if key in self._known:
            return False
        self._known[key] = None
        if len(self._known) > COMMANDS_KNOWN:
            self._known.popitem(last=False)
        if self._waiting[who] >= COMMANDS_WAITING:
            log.warning("channel %s: let go of a command: too many at once", item.channel)
            return False
        self._waiting[who] += 1
        return True

    async def _command(self, item: CommandGiven) -> Messages:
        who = (item.channel, item.address)
        try:
            async with self._room:
                return await self._answer_command(item)
        finally:
            self._waiting[who] -= 1
            if not self._waiting[who]:
                del self._waiting[who]

    async def _answer_command(self, item: CommandGiven) -> Messages:
        try:
            message = await self._answer(item.channel, item.address, item.text)
        except Exception:
            log.exception("a command could not be answered")
            message = Message(address=item.address, text=SORRY)
        channel = self._channels[item.channel]
        if message is None:
            return ()
        if channel.capabilities.inline:
            return (message,)
        try:
            fitted = fit_links(message, channel.capabilities)
            for part in split_picture(fitted, channel.capabilities):
                await send_shown(channel, part, at_once=True)
        except ChannelError as error:
            log.warning("channel %s: a command's answer did not go out: %s", item.channel, error)
        except Exception:
            log.exception("channel %s: a command's answer did not go out", item.channel)
        return ()


def _as_words(item: CommandGiven) -> Replied:
    return Replied(
        event_id=item.event_id,
        channel=item.channel,
        at=item.at,
        address=item.address,
        raw=item.raw,
        text=item.text,
    )


def fit_links(message: Message, capabilities: Capabilities) -> Message:
    """Write links out where they cannot be buttons: below a picture not every provider has room for
    any, and one that leads to a machine on one's own desk is refused by some.
    """
    if not message.links or capabilities.offers is Offers.NONE:
        return replace(message, links=())
    safe = all(link.url.startswith("https://") for link in message.links)
    words = not (message.image and capabilities.images)
    long = len(message.text) > capabilities.max_caption
    if capabilities.offers is Offers.BUTTONS and safe and (words or long):
        return message
    lines = (f"{link.label}: {link.url}" for link in message.links)
    return replace(message, text="\n\n".join((message.text, *lines)), links=())


def split_picture(message: Message, capabilities: Capabilities) -> tuple[Message, ...]:
    """Give the picture and the long text apart where they do not fit one message; links stand below
    the words.
    """
    if capabilities.links or not capabilities.max_buttons:
        message = replace(message, buttons=())
    if message.image is None or not capabilities.images:
        return (replace(message, image=None),)
    if len(message.text) <= capabilities.max_caption:
        return (message,)
    caption = message.text.splitlines()[0][: capabilities.max_caption]
    return replace(message, text=caption, links=()), replace(message, image=None)


def _as_command(item: Inbound) -> Inbound:
    """Give the press of a button that carries a command as that command, from whoever pressed."""
    if not isinstance(item, Replied) or len(item.payloads) != 1:
        return item
    if not item.payloads[0].startswith("/"):
        return item
    return CommandGiven(
        event_id=item.event_id,
        channel=item.channel,
        at=item.at,
        address=item.by or item.address,
        raw=item.raw,
        text=item.payloads[0],
    )


def _is_for_staff(text: str) -> bool:
    """Whether a line is a staff command that means nothing to a customer."""
    return split_line(text)[0] in COMMANDS.keys() - CUSTOMERS

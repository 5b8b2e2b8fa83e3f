import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import gateway as module
from bot.gateway import COMMANDS_WAITING, MOST_TRIES, SORRY, Gateway, split_picture
from channels.base import Ack, Channel, Receipt, Request
from channels.errors import Misconfigured, Unavailable, Untrusted
from channels.sandbox import CAPABILITIES, Sandbox
from scheduler.batch import Batch
from storage.errors import StoreError, StoreUnavailable
from surveys.inbound import CommandGiven, Inbound, Replied
from surveys.message import Image, Message

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PICTURE = Image(png=b"png", alt="a bar")
Messages = tuple[Message, ...]


def said(event_id: str = "e1", text: str = "9", channel: str = "sandbox") -> Replied:
    return Replied(event_id=event_id, channel=channel, at=NOW, address="1", text=text)


def command(event_id: str = "e1", address: str = "1", channel: str = "sandbox") -> CommandGiven:
    return CommandGiven(
        event_id=event_id, channel=channel, at=NOW, address=address, text="/results"
    )


class Desk:
    """Stands for the reply intake: keeps what it is given, or fails as told."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.failures: dict[str, list[Exception]] = {}

    async def process(self, items: Sequence[Inbound]) -> list[Messages]:
        for item in items:
            if self.failures.get(item.event_id):
                raise self.failures[item.event_id].pop(0)
        self.kept += items
        return [(Message(address=i.address, text=f"took {i.event_id}"),) for i in items]


async def answer(channel: str, address: str, text: str) -> Message | None:
    return Message(address=address, text=f"{text} on {channel}") if address != "stranger" else None


def is_staff(channel: str, address: str) -> bool:
    return address != "stranger"


def make(
    desk: Desk | None = None,
    channel: Channel | None = None,
    answers: Callable[..., Any] = answer,
) -> Gateway:
    used = channel or Sandbox()
    return Gateway({used.name: used}, Batch((desk or Desk()).process), answers, is_staff)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.001)


async def listening(gateway: Gateway, true: Callable[[], Any], name: str = "sandbox") -> None:
    task = asyncio.create_task(gateway.listen(name))
    await until(true)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTEN_AGAIN", 0.001)
    monkeypatch.setattr(module, "MEND_AGAIN", 0.001)


# Pulled


async def test_what_people_write_is_kept_in_order() -> None:
    desk, sandbox = Desk(), Sandbox()
    for text in ("1", "2", "3"):
        sandbox.write("5", text)
    await listening(make(desk, sandbox), lambda: len(desk.kept) == 3)
    assert [i.text for i in desk.kept if isinstance(i, Replied)] == ["1", "2", "3"]


async def test_what_the_store_cannot_take_now_is_given_again_until_it_can() -> None:
    desk, sandbox = Desk(), Sandbox()
    first, second = sandbox.write("5", "9"), sandbox.write("5", "8")
    assert first and second
    desk.failures[first.event_id] = [StoreUnavailable("away")] * (3 * MOST_TRIES)
    await listening(make(desk, sandbox), lambda: len(desk.kept) == 2)
    assert desk.kept == [first, second]


@pytest.mark.parametrize("fault", [KeyError("x"), StoreError("the database refused a row")])
async def test_one_bad_event_is_let_go_before_it_blocks_everybody(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk, sandbox = Desk(), Sandbox()
    bad, good = sandbox.write("5", "poison"), sandbox.write("5", "8")
    assert bad and good
    desk.failures[bad.event_id] = [fault] * 1000
    await listening(make(desk, sandbox), lambda: desk.kept)
    assert desk.kept == [good]
    assert f"let go of event {bad.event_id}" in caplog.text and "poison" not in caplog.text


class Broken(Channel):
    """A channel whose first ``listen`` ends as told."""

    name = "sandbox"
    capabilities = CAPABILITIES

    def __init__(self, error: Exception) -> None:
        self.errors, self.listens = [error], 0

    async def send(self, message: Message) -> Receipt:
        return Receipt(external_id="1")

    async def listen(self) -> AsyncIterator[Inbound]:
        self.listens += 1
        if self.errors:
            raise self.errors.pop()
        yield said()


@pytest.mark.parametrize("error", [Misconfigured("wrong token"), RuntimeError("a bug")])
async def test_a_channel_that_breaks_is_listened_to_again(error: Exception) -> None:
    desk, channel = Desk(), Broken(error)
    await listening(make(desk, channel), lambda: desk.kept)
    assert channel.listens == 2


# Pushed


class Pushed(Channel):
    """A webhook channel; ``capabilities`` may make it a page."""

    def __init__(
        self, *items: Inbound, error: Exception | None = None, inline: bool = False
    ) -> None:
        self.name = items[0].channel if items else "hook"
        self.capabilities = replace(CAPABILITIES, inline=inline)
        self.items, self.error = items, error
        self.sent: list[Message] = []
        self.broken: Exception | None = None

    async def send(self, message: Message) -> Receipt:
        if self.broken:
            raise self.broken
        self.sent.append(message)
        return Receipt(external_id="1")

    async def receive(self, request: Request) -> Sequence[Inbound]:
        if self.error:
            raise self.error
        return self.items

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        return Ack(body="|".join(m.text for m in messages).encode())


REQUEST = Request(method="POST", path="")


async def test_a_call_is_acknowledged_after_everything_in_it_is_kept() -> None:
    desk = Desk()
    channel = Pushed(said("a", channel="hook"), said("b", channel="hook"))
    ack = await make(desk, channel).call("hook", REQUEST)
    assert [i.event_id for i in desk.kept] == ["a", "b"] and ack.body == b"took a|took b"


async def test_a_call_that_is_not_kept_is_not_acknowledged() -> None:
    desk = Desk()
    desk.failures["b"] = [StoreUnavailable("away")] * 5
    channel = Pushed(said("a", channel="hook"), said("b", channel="hook"))
    with pytest.raises(StoreUnavailable):
        await make(desk, channel).call("hook", REQUEST)


async def test_a_forged_call_is_refused_without_a_word() -> None:
    channel = Pushed(said(channel="hook"), error=Untrusted("no secret"))
    ack = await make(channel=channel).call("hook", REQUEST)
    assert (ack.status, ack.body) == (403, b"")


# Commands


async def test_a_slow_command_does_not_hold_up_customers() -> None:
    desk, sandbox, release = Desk(), Sandbox(), asyncio.Event()

    async def slow(channel: str, address: str, text: str) -> Message:
        await release.wait()
        return Message(address=address, text="done")

    gateway = make(desk, sandbox, slow)
    sandbox.write("777", "/results")
    sandbox.write("5", "9")
    await listening(gateway, lambda: desk.kept)
    assert sandbox.history("777")[-1].sender == "them"
    release.set()
    await until(lambda: sandbox.history("777")[-1].text == "done")


async def test_a_command_delivered_three_times_is_answered_once() -> None:
    channel = Pushed(command(channel="hook"))
    gateway = make(channel=channel)
    for _ in range(3):
        assert (await gateway.call("hook", REQUEST)).status == 200
    await until(lambda: channel.sent)
    await asyncio.sleep(0.01)
    assert [m.text for m in channel.sent] == ["/results on hook"]


async def test_a_flood_of_commands_is_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    release, asked = asyncio.Event(), []

    async def slow(channel: str, address: str, text: str) -> None:
        asked.append(address)
        await release.wait()

    gateway = make(answers=slow)
    for n in range(50):
        await gateway.take(command(f"e{n}"))
    await gateway.take(command("other", address="2"))
    release.set()
    await until(lambda: not gateway._tasks)
    assert asked.count("1") == COMMANDS_WAITING and asked.count("2") == 1
    assert "too many at once" in caplog.text
    assert not gateway._waiting
    await gateway.take(command("later"))
    await until(lambda: len(asked) == COMMANDS_WAITING + 2)


async def test_a_command_that_breaks_says_sorry(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(channel: str, address: str, text: str) -> Message:
        raise ZeroDivisionError

    sandbox = Sandbox()
    await make(channel=sandbox, answers=broken).take(command(address="777"))
    await until(lambda: sandbox.history("777"))
    assert sandbox.history("777")[-1].text == SORRY
    assert "a command could not be answered" in caplog.text


@pytest.mark.parametrize("error", [Unavailable("away"), RuntimeError("a bug")])
async def test_an_answer_that_does_not_go_out_is_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    channel = Pushed(command(channel="hook"))
    channel.broken = error
    gateway = make(channel=channel)
    await gateway.call("hook", REQUEST)
    await until(lambda: not gateway._tasks)
    assert "a command's answer did not go out" in caplog.text


async def test_strangers_hear_nothing_and_pages_answer_at_once() -> None:
    sandbox = Sandbox()
    gateway = make(channel=sandbox)
    await gateway.take(command(address="stranger"))
    await until(lambda: not gateway._tasks)
    assert sandbox.history("stranger") == []
    page = Pushed(command(channel="page"), inline=True)
    assert (await make(channel=page).call("page", REQUEST)).body == b"/results on page"


async def test_close_lets_go_of_commands() -> None:
    async def endless(channel: str, address: str, text: str) -> None:
        await asyncio.Event().wait()

    gateway = make(answers=endless)
    await gateway.take(command())
    await asyncio.sleep(0)
    await gateway.close()
    assert not gateway._tasks and not gateway._waiting


# Pictures


def test_a_short_text_goes_with_its_picture() -> None:
    short = Message(address="1", text="x" * 1024, image=PICTURE)
    assert split_picture(short, CAPABILITIES) == (short,)


def test_a_long_text_follows_its_picture() -> None:
    long = Message(address="1", text="Headline\n" + "x" * 1024, image=PICTURE)
    picture, words = split_picture(long, CAPABILITIES)
    assert (picture.text, picture.image) == ("Headline", PICTURE)
    assert (words.text, words.image) == (long.text, None)


def test_no_picture_goes_where_none_can_be_shown() -> None:
    message = Message(address="1", text="x", image=PICTURE)
    assert split_picture(message, replace(CAPABILITIES, images=False)) == (
        replace(message, image=None),
    )


async def test_a_strangers_command_is_words_kept_before_anybody_is_told() -> None:
    desk = Desk()
    await make(desk).take(replace(command(address="stranger"), text="/pause 7"))
    [kept] = desk.kept
    assert isinstance(kept, Replied)
    assert (kept.text, kept.event_id, kept.address) == ("/pause 7", "e1", "stranger")

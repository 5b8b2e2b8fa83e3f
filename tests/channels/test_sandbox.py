"""The sandbox as a provider: limits, memory, failures, the person's side. Cases are data."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import CHANNELS, sandbox
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.sandbox import CAPABILITIES, LINES_KEPT, Line, Sandbox
from surveys import inbound
from surveys.inbound import Inbound
from surveys.invitation import DeliveryState
from surveys.message import Button, Image, Message

PAYLOADS = Path(__file__).parent / "sandbox" / "payloads"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def recorded(prefix: str) -> list[Any]:
    files = sorted(PAYLOADS.glob(f"{prefix}_*.json"))
    assert files
    return [pytest.param(json.loads(f.read_text("utf-8")), id=f.stem) for f in files]


def ticking() -> Callable[[], datetime]:
    moments = (NOW + timedelta(seconds=n) for n in range(10**9))
    return lambda: next(moments)


def say(text: str = "Hello", **more: Any) -> Message:
    return Message(**{"address": "ada", "text": text, **more})


async def take(channel: Sandbox, count: int) -> list[Inbound]:
    taken: list[Inbound] = []
    async with asyncio.timeout(2):
        async for value in channel.listen():
            taken.append(value)
            if len(taken) == count:
                break
    return taken


@pytest.mark.parametrize("case", recorded("in"))
async def test_people_are_understood(case: dict[str, Any]) -> None:
    channel = Sandbox(clock=lambda: NOW)
    if "press" in case:
        channel.press("ada", case["press"], case["external_id"])
    else:
        channel.write("ada", case["write"])
    [value] = await take(channel, 1)
    expected = dict(case["inbound"])
    assert type(value) is getattr(inbound, expected.pop("kind"))
    for name, wanted in expected.items():
        assert getattr(value, name) == (tuple(wanted) if isinstance(wanted, list) else wanted)
    assert (value.channel, value.address, value.at) == ("sandbox", "ada", NOW)


@pytest.mark.parametrize("case", recorded("out"))
async def test_limits_are_kept_as_a_provider_would(case: dict[str, Any]) -> None:
    given = dict(case["message"])
    given["text"] *= given.pop("repeat_text", 1)
    buttons = [Button(**button) for button in given.get("buttons", ())]
    given["buttons"] = tuple(buttons * given.pop("repeat_buttons", 1))
    if "image" in given:
        given["image"] = Image(png=b"png", alt=given["image"])
    channel = Sandbox(capabilities=replace(CAPABILITIES, **case.get("channel", {})))
    if case["refused"] is None:
        await channel.send(say(**given))
        assert len(channel.history("ada")) == 1
        return
    with pytest.raises(Rejected) as caught:
        await channel.send(say(**given))
    assert str(caught.value).split("; ") == case["refused"]
    assert not channel.history("ada")
    assert not channel.ledger


async def test_a_conversation_holds_both_sides_in_order() -> None:
    channel = Sandbox(clock=ticking())
    sent = await channel.send(say("How did it go?", notice="Noted.", ends=("bad", "good")))
    channel.write("ada", "Well")
    first, second = channel.history("ada")
    assert first.id == sent.external_id
    assert (first.sender, second.sender) == ("us", "them")
    assert first.text == "Noted.\n\nHow did it go?\n\nbad – good"
    assert first.message is not None
    assert (second.text, second.message) == ("Well", None)
    assert first.at < second.at


async def test_an_edit_keeps_place_id_and_time() -> None:
    channel = Sandbox(clock=ticking())
    sent = await channel.send(say("Question"))
    await channel.send(say("Other"))
    before = channel.history("ada")[0]
    again = await channel.send(say("Answered", replaces=sent.external_id))
    now, other = channel.history("ada")
    assert again == sent
    assert now == replace(before, text="Answered", message=now.message, edited=True)
    assert (other.text, other.edited) == ("Other", False)


async def test_an_edit_of_what_is_forgotten_is_shown_anew() -> None:
    channel = Sandbox()
    receipt = await channel.send(say("Answered", replaces="from-an-earlier-run"))
    assert receipt.external_id == "from-an-earlier-run"
    assert [line.text for line in channel.history("ada")] == ["Answered"]
    await channel.send(say("Changed", replaces="from-an-earlier-run"))
    assert [line.text for line in channel.history("ada")] == ["Changed"]


async def test_nobody_edits_another_ones_message() -> None:
    channel = Sandbox()
    sent = await channel.send(say("To Ada"))
    await channel.send(say("To Bob", address="bob", replaces=sent.external_id))
    assert [line.text for line in channel.history("ada")] == ["To Ada"]


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "ADDRESSES_KEPT", 3)
    monkeypatch.setattr(sandbox, "SENDS_KEPT", 5)
    channel = Sandbox()
    for number in range(LINES_KEPT + 10):
        await channel.send(say(f"{number}", delivery_id=number + 1))
    assert len(channel.history("ada")) == LINES_KEPT
    assert channel.history("ada")[0].text == "10"
    for address in ("bob", "eve", "ada", "zoe"):
        await channel.send(say(address=address))
    assert set(channel.conversations) == {"eve", "ada", "zoe"}, "bob was silent the longest"
    assert len(channel._receipts) <= 5
    assert len(channel.ledger) == 5


async def test_a_repeated_delivery_gives_its_receipt_and_shows_once() -> None:
    channel = Sandbox()
    first = await channel.send(say(delivery_id=7))
    assert await channel.send(say(delivery_id=7)) == first
    assert list(channel.ledger) == [(7, "ada")]
    await channel.send(say())
    await channel.send(say())
    assert len(channel.history("ada")) == 3, "0 is no key"


async def test_without_a_send_key_a_repeat_shows_twice() -> None:
    channel = Sandbox(capabilities=replace(CAPABILITIES, send_key=False))
    await channel.send(say(delivery_id=7))
    await channel.send(say(delivery_id=7))
    assert [sent.delivery_id for sent in channel.ledger] == [7, 7]


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("x"),
        Throttled("x", retry_after=3),
        Rejected("x"),
        Unreachable("x"),
        Blocked("x"),
        Misconfigured("x"),
        BadResponse("x"),
        Relocated("x", new_address="ada2"),
    ],
)
async def test_it_fails_as_told_and_as_often(error: ChannelError) -> None:
    channel = Sandbox()
    channel.fail_with("ada", error, times=2)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            await channel.send(say())
        assert caught.value is error
    await channel.send(say(address="bob"))
    await channel.send(say())
    assert [sent.address for sent in channel.ledger] == ["bob", "ada"]


async def test_an_uncertain_send_was_taken_and_its_repeat_adds_nothing() -> None:
    channel = Sandbox()
    channel.fail_with("ada", Uncertain("the answer got lost"))
    with pytest.raises(Uncertain):
        await channel.send(say(delivery_id=3))
    assert len(channel.history("ada")) == 1
    receipt = await channel.send(say(delivery_id=3))
    assert receipt.external_id == channel.history("ada")[0].id
    assert list(channel.ledger) == [(3, "ada")]


async def test_failures_wait_their_turn() -> None:
    channel = Sandbox()
    channel.fail_with("ada", Unavailable("first"))
    channel.fail_with("ada", Blocked("second"))
    with pytest.raises(Unavailable):
        await channel.send(say())
    with pytest.raises(Blocked):
        await channel.send(say())


async def test_ids_differ_between_processes() -> None:
    ids: set[str] = set()
    for _ in range(20):  # each stands for a process of its own
        channel = Sandbox()
        ids.add((await channel.send(say())).external_id)
        pressed = channel.press("ada", "payload")
        ids.add(pressed.event_id)
    assert len(ids) == 40


@pytest.mark.parametrize("name", ["telegram", "email"])
async def test_it_stands_in_for_a_channel(name: str) -> None:
    capabilities = CHANNELS[name].capabilities()
    channel = Sandbox(name=name, capabilities=capabilities)
    await channel.send(say())
    channel.press("ada", "payload")
    [value] = await take(channel, 1)
    assert (channel.name, value.channel) == (name, name)
    with pytest.raises(Rejected):
        await channel.send(say("x" * (capabilities.max_text + 1)))


async def test_words_on_a_channel_that_cannot_read_them_are_seen_and_not_heard() -> None:
    channel = Sandbox(capabilities=replace(CAPABILITIES, replies=False))
    assert channel.write("ada", "Hello?") is None
    channel.press("ada", "payload")
    [value] = await take(channel, 1)
    assert isinstance(value, inbound.Replied)
    assert value.payloads == ("payload",)
    assert channel.history("ada")[0].text == "Hello?"


async def test_receipts_are_reported_where_promised() -> None:
    channel = Sandbox(capabilities=replace(CAPABILITIES, receipts=True))
    sent = await channel.send(say())
    [value] = await take(channel, 1)
    assert isinstance(value, inbound.StatusChanged)
    assert (value.status, value.external_id) == (DeliveryState.DELIVERED, sent.external_id)


async def test_two_listeners_lose_nothing() -> None:
    channel = Sandbox()
    heard: list[str] = []

    async def listen() -> None:
        async for value in channel.listen():
            await asyncio.sleep(0)
            heard.append(value.event_id)

    tasks = [asyncio.create_task(listen()) for _ in range(2)]
    told = [channel.press("ada", str(n)).event_id for n in range(20)]
    await asyncio.sleep(0.1)
    await channel.close()
    await asyncio.wait_for(asyncio.gather(*tasks), 2)
    assert set(heard) == set(told)


async def test_watching_gives_every_change() -> None:
    channel = Sandbox()
    seen: list[list[Line]] = []

    async def watch() -> None:
        async for lines in channel.watch("ada"):
            seen.append(lines)

    task = asyncio.create_task(watch())
    await asyncio.sleep(0)
    sent = await channel.send(say("Question"))
    await asyncio.sleep(0)
    await channel.send(say("Answered", replaces=sent.external_id))
    await asyncio.sleep(0)
    await channel.send(say("not hers", address="bob"))
    channel.write("ada", "Thanks")
    await asyncio.sleep(0)
    await channel.close()
    await asyncio.wait_for(task, 2)
    texts = [[line.text for line in lines] for lines in seen]
    assert texts == [[], ["Question"], ["Answered"], ["Answered", "Thanks"]]
    assert not channel._watchers


async def test_a_watcher_that_leaves_is_forgotten() -> None:
    channel = Sandbox()
    watching = channel.watch("ada")
    await anext(watching)
    await watching.aclose()
    assert not channel._watchers


async def test_closing_ends_listening_and_keeps_what_was_said() -> None:
    channel = Sandbox()
    await channel.send(say())
    listening = asyncio.create_task(take(channel, 1))
    await asyncio.sleep(0)
    await channel.close()
    assert await asyncio.wait_for(listening, 2) == []
    assert len(channel.history("ada")) == 1
    with pytest.raises(Unavailable, match="closed"):
        await channel.send(say())

"""What every channel must do with what comes in."""

import asyncio
import json
import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from channels.base import Request
from channels.errors import Untrusted
from surveys.inbound import Inbound, Viewed
from tests.channels.needs import needs
from tests.channels.rig import Rig, assert_tells_nothing
from tests.channels.trouble import garbage


class Reading:
    """Valid, repeated, forged and senseless calls; listening, and being cut off while at it."""

    # Reading what is pushed to us

    @needs(receive=True)
    async def test_a_valid_call_is_read(self, rig: Rig) -> None:
        assert rig.calls(), "the rig has no recorded call"
        for call in rig.calls():
            values = await rig.channel.receive(call)
            assert values
            for value in values:
                assert_stamped(rig, value)
            assert 200 <= rig.channel.ack(call, ()).status < 500

    @needs(receive=True)
    async def test_the_same_bytes_three_times_are_one_event(self, rig: Rig) -> None:
        for call in rig.calls():
            read = [await rig.channel.receive(call) for _ in range(3)]
            told = [[value.event_id for value in values] for values in read]
            assert told == [told[0]] * 3
        ids = [v.event_id for call in rig.calls() for v in await rig.channel.receive(call)]
        assert len(ids) == len(set(ids)), "two calls share an event id"

    @needs(receive=True)
    async def test_a_forged_call_is_untrusted(self, rig: Rig) -> None:
        assert rig.forged(), "the rig has no forged call"
        for call in rig.forged():
            with pytest.raises(Untrusted) as caught:
                await rig.channel.receive(call)
            assert_tells_nothing(rig, str(caught.value))

    @needs(receive=True)
    async def test_a_call_for_nobody_tells_nothing(self, rig: Rig) -> None:
        for call in rig.foreign():
            assert not await rig.channel.receive(call)
            assert 400 <= rig.channel.ack(call, ()).status < 500

    async def test_garbage_is_borne(self, rig: Rig) -> None:
        for body in garbage():
            for method in ("POST", "GET", "PUT", "\0"):
                call = replace(rig.call_with(body), method=method)
                await receive_calmly(rig, call)
        good = rig.call_with(b"{}")
        for path in ("", "/", "//", "/../etc/passwd", "/s/\0", "/" + "a" * 70_000, "/\ud800"):
            await receive_calmly(rig, replace(good, path=path))
        strange = {"content-type": "multipart/form-data; boundary=\0", "content-length": "-1"}
        for headers in ({}, strange, dict.fromkeys(good.headers, "\xff\0")):
            await receive_calmly(rig, replace(good, headers=headers, query={"q": "\0", "v": "["}))

    async def test_cut_and_bent_calls_are_borne(self, rig: Rig) -> None:
        dice = random.Random(20261121)
        for call in rig.calls():
            for _ in range(60):
                bent = bytearray(call.body or b"x")
                for _ in range(dice.randint(1, 4)):
                    bent[dice.randrange(len(bent))] = dice.randrange(256)
                cut = bytes(bent[: dice.randint(0, len(bent))])
                await receive_calmly(rig, replace(rig.call_with(cut), path=call.path))

    # Reading what we listen for

    @needs(listen=True)
    async def test_what_was_said_is_heard_in_order(self, rig: Rig) -> None:
        texts = ["one", "two", "three"]
        for text in texts:
            await rig.speak(text)
        heard = await hear(rig, 3)
        for value in heard:
            assert_stamped(rig, value)
        assert [getattr(value, "text", "") for value in heard] == texts
        assert len({value.event_id for value in heard}) == 3

    @needs(listen=True)
    async def test_what_was_not_stored_is_heard_again(self, rig: Rig) -> None:
        await rig.speak("kept")
        await rig.speak("next")
        dropped = await hear(rig, 1)
        again = await hear(rig, 2)
        assert again[0].event_id == dropped[0].event_id
        assert [getattr(value, "text", "") for value in again] == ["kept", "next"]

    @needs(listen=True)
    async def test_nonsense_is_passed_over(self, rig: Rig) -> None:
        await rig.speak_nonsense()
        await rig.speak("sense")
        assert getattr((await hear(rig, 1))[0], "text", "") == "sense"

    @needs(listen=True)
    async def test_a_cancelled_listener_loses_nothing(self, rig: Rig) -> None:
        waiting = asyncio.create_task(hear(rig, 1))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await rig.speak("after the cut")
        heard = await hear(rig, 1)
        assert getattr(heard[0], "text", "") == "after the cut"

    @needs(listen=True)
    async def test_listening_ends_with_closing(self, rig: Rig) -> None:
        waiting = asyncio.create_task(hear(rig, 1))
        await asyncio.sleep(0.05)
        await rig.channel.close()
        waiting.cancel()
        done, _ = await asyncio.wait({waiting}, timeout=10)
        assert done


async def receive_calmly(rig: Rig, call: Request) -> Untrusted | None:
    """Let the channel read a call; anything it raises but `Untrusted` is a fault."""
    try:
        values = await asyncio.wait_for(rig.channel.receive(call), 5)
    except Untrusted as error:
        return error
    for value in values:
        assert isinstance(value, Inbound)
        assert value.channel == rig.name
        assert_storable(value)
    assert rig.channel.ack(call, ()).status < 500
    return None


async def hear(rig: Rig, count: int) -> list[Inbound]:
    """Take that many values, and go away before the last one counts as stored."""
    heard: list[Inbound] = []
    listening = rig.channel.listen()
    try:
        async with asyncio.timeout(15):
            while len(heard) < count:
                heard.append(await anext(listening))
    finally:
        await listening.aclose()  # type: ignore[attr-defined]  # every listen is a generator
    return heard


def assert_stamped(rig: Rig, value: Inbound) -> None:
    assert value.event_id
    assert value.channel == rig.name
    assert_storable(value)
    assert value.at.utcoffset() == timedelta(0)
    if rig.channel.capabilities.inline:
        assert value.address or getattr(value, "token", "") or getattr(value, "payloads", ())
    else:
        assert value.address
    assert not isinstance(value, Viewed), "a view is no event to be kept"


def assert_storable(value: Inbound) -> None:
    """No database takes half a surrogate pair; PostgreSQL takes no NUL either."""
    json.dumps(dict(value.raw))
    for field in fields(value):
        given = getattr(value, field.name)
        for text in given if isinstance(given, tuple) else (given,):
            if isinstance(text, str):
                assert text.encode().find(b"\0") < 0, field.name

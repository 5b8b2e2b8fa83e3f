"""Calls over the wire: placing them, each kind of failure, and what the next step says."""

import asyncio
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from channels.errors import ChannelError, Rejected, Throttled, Unavailable, Uncertain
from channels.voice import Settings
from channels.voice.adapter import MOST_TURNS, Voice
from surveys.message import Button, Entry, Message
from tests.channels.rig import AROUND, TOKEN, Failure, ask, question
from tests.channels.voice.rig import VoiceRig, voice_rig
from tests.providers.twilio import Fault

ANSWER = f"/{TOKEN}/answer/{'q' * 16}"
KEYS = "0-1-2-3-4-5-6-7-8-9-10-h.SKIP-s.MENU"


def step(rig: VoiceRig, path: str, message: Message, **fields: str) -> list[str]:
    """Take one step of a call; gives the verbs and words of what comes next."""
    ack = rig.channel.ack(rig.request(path, rig.fields(**fields)), (message,))
    assert ack.status == 200
    assert ack.headers["content-type"].startswith("application/xml")
    root = fromstring(ack.body)
    return [e.text if e.tag == "Say" else e.tag for e in root.iter() if e is not root]  # type: ignore[misc]  # every Say has words


def address_of(rig: VoiceRig, path: str, message: Message, **fields: str) -> str:
    """Give the path that the next keys go to."""
    ack = rig.channel.ack(rig.request(path, rig.fields(**fields)), (message,))
    action = fromstring(ack.body).find("Gather")
    assert action is not None
    return action.attrib["action"].removeprefix("https://feedback.example.org/voice")


@pytest.mark.parametrize("kind", list(VoiceRig.faults), ids=lambda kind: kind.__name__)
async def test_each_failure_has_its_kind(kind: Failure) -> None:
    async with voice_rig() as rig:
        await rig.fail(kind)
        with pytest.raises(ChannelError) as caught:
            await rig.channel.send(question(rig))
        assert type(caught.value) is kind
        assert rig.address not in str(caught.value)
        assert len(rig.server.ledger) == (1 if kind is Uncertain else 0)
        if isinstance(caught.value, Throttled):
            assert caught.value.account
        await rig.channel.send(question(rig))


async def test_a_provider_that_is_away_is_unavailable() -> None:
    async with voice_rig() as rig:
        await rig.go_away()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(rig.channel.send(question(rig)), 10)


async def test_after_closing_it_says_so() -> None:
    async with voice_rig() as rig:
        await rig.channel.close()
        with pytest.raises(Unavailable):
            await rig.channel.send(question(rig))


async def test_no_verdict_is_never_called_again() -> None:
    async with voice_rig() as rig:
        assert not rig.channel.capabilities.resend
        rig.server.fail("Calls", Fault(status=201, body=b"<html>", after=True))
        with pytest.raises(Uncertain):
            await rig.channel.send(question(rig))


async def test_what_a_call_is_placed_with() -> None:
    async with voice_rig() as rig:
        receipt = await rig.channel.send(replace(question(rig), address="+358 40 111 2233"))
        fields = rig.server.ledger[-1].fields
        assert fields["Url"] == f"https://feedback.example.org/voice/{TOKEN}"
        assert fields["StatusCallback"] == "https://feedback.example.org/voice/status"
        assert "MachineDetection" not in fields
        assert receipt.address == "+358401112233", "found by the number to write to"
        assert isinstance(rig.settings, Settings)
        careful = Voice.build(replace(rig.settings, machine_detection=True), AROUND)
        await careful.send(question(rig))
        assert rig.server.ledger[-1].fields["MachineDetection"] == "Enable"
        await careful.close()


async def test_a_question_without_its_link_is_refused() -> None:
    async with voice_rig() as rig:
        with pytest.raises(Rejected):
            await rig.channel.send(replace(question(rig), link=""))


async def test_silence_and_wrong_keys_are_asked_again_twice_and_then_thanked() -> None:
    async with voice_rig() as rig:
        message, path = question(rig), f"/{TOKEN}"
        for wrong, words in (("", "We did not hear an answer."), ("77", "Not_understood")):
            path = address_of(rig, path, message)
            for misses in (1, 2):
                again = step(rig, path, message, Digits=wrong)
                assert again[:2] == ["Gather", words]
                assert message.text in again
                path = address_of(rig, path, message, Digits=wrong)
                assert f"/{misses}/" in path
            last = step(rig, path, message, Digits=wrong)
            assert last == ["Thank you for your time.", "Goodbye.", "Hangup"]
            path = f"/{TOKEN}"


async def test_an_answer_ends_the_count_of_misses() -> None:
    async with voice_rig() as rig:
        first = question(rig)
        following = replace(first, question_id="next", notice="Recorded 9")
        path = f"{ANSWER}/3/2/{KEYS}"
        found = step(rig, path, following, Digits="9")
        assert found[:2] == ["Gather", "Recorded 9"]
        assert "/answer/next/4/0/" in address_of(rig, path, following, Digits="9")


async def test_ticking_is_no_miss_but_ending_with_nothing_is() -> None:
    async with voice_rig() as rig:
        buttons = tuple(
            Button(label=name, payload=f"{TOKEN}.problem.{value}")
            for name, value in (("Late", "late"), ("Broken", "broken"), ("Done", "!"))
        )
        many = ask(
            rig,
            "What went wrong?",
            question_id="problem",
            buttons=buttons,
            entry=Entry.MANY,
            link=f"https://feedback.example.org/s/{TOKEN}",
        )
        path = f"/{TOKEN}/answer/problem/2/0/1.late-2.broken-h.DONE"
        assert "/3/0/" in address_of(rig, path, many, Digits="1")
        assert "/3/1/" in address_of(rig, path, many, Digits="#")


async def test_no_call_goes_on_for_ever() -> None:
    async with voice_rig() as rig:
        last = step(rig, f"{ANSWER}/{MOST_TURNS}/0/{KEYS}", question(rig), Digits="9")
        assert last[-1] == "Hangup"


async def test_thanks_end_the_call() -> None:
    async with voice_rig() as rig:
        thanks = Message(address=rig.address, text="Thank you!", notice="Recorded")
        found = step(rig, f"{ANSWER}/3/0/{KEYS}", thanks, Digits="9")
        assert found == ["Recorded", "Thank you!", "Goodbye.", "Hangup"]


async def test_nobody_hears_the_address_of_their_own_recording() -> None:
    async with voice_rig() as rig:
        notice = "Thank you. Your answer: [recording] https://api.twilio.com/RE1"
        thanks = Message(address=rig.address, text="Thank you!", notice=notice)
        recorded = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "4"}
        found = step(rig, f"{ANSWER}/3/0/REC-h.SKIP", thanks, **recorded)
        assert found == ["Thank you!", "Goodbye.", "Hangup"]


async def test_an_answering_machine_is_not_talked_to() -> None:
    async with voice_rig() as rig:
        call = rig.request(f"/{TOKEN}", rig.fields(AnsweredBy="machine_start"))
        found = await rig.channel.receive(call)
        assert [type(value).__name__ for value in found] == ["StatusChanged"]
        assert b"<Say" not in rig.channel.ack(call, ()).body


async def test_who_calls_without_a_question_hears_so() -> None:
    async with voice_rig() as rig:
        call = rig.request("", {**rig.fields(), "Direction": "inbound"})
        assert b"Hello" in rig.channel.ack(call, ()).body
        dead = rig.request(f"/{TOKEN}", rig.fields())
        assert b"Gone" in rig.channel.ack(dead, ()).body


async def test_the_same_keys_twice_are_one_event() -> None:
    async with voice_rig() as rig:
        path = f"{ANSWER}/3/0/{KEYS}"
        ids: set[Any] = set()
        for digits in ("9", "9"):
            call = rig.request(path, rig.fields(Digits=digits))
            ids |= {value.event_id for value in await rig.channel.receive(call)}
        assert len(ids) == 1
        later = rig.request(path.replace("/3/0/", "/4/0/"), rig.fields(Digits="9"))
        assert {value.event_id for value in await rig.channel.receive(later)}.isdisjoint(ids)


async def test_a_survey_that_is_anonymous_says_so_to_who_calls_and_is_called() -> None:
    async with voice_rig() as rig:
        asked = replace(question(rig), notice="Anonymous")
        assert "Anonymous" in step(rig, f"/{TOKEN}", asked)
        assert "Anonymous" in step(rig, "", asked, Direction="inbound")
        assert "Not_understood" not in step(rig, "", replace(asked, notice="Not_understood"))

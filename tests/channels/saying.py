"""What every channel must do with a message it is given to say."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from channels.errors import ChannelError
from surveys.message import Button, Image
from tests.channels.needs import needs
from tests.channels.rig import TOKEN, Rig, ask, question
from tests.channels.trouble import HOSTILE, PIXEL, fill_up, squeeze, visible

LANGUAGES = sorted(Path(__file__).parents[2].glob("surveys/languages/*.yaml"))


class Saying:
    """Plain and hostile texts, buttons, edits, pictures, many at once."""

    async def test_it_says_a_plain_message(self, rig: Rig) -> None:
        external_id = await rig.say(ask(rig, "How did it go?"))
        assert external_id
        assert [s for s in rig.shown() if "How did it go?" in s.text]

    async def test_receipts_are_distinct(self, rig: Rig) -> None:
        ids = [await rig.say(ask(rig, f"Text {n}")) for n in range(1, 4)]
        assert all(ids)
        assert len(set(ids)) == 3

    @needs(max_buttons=12)
    async def test_it_says_a_question_with_every_button(self, rig: Rig) -> None:
        await rig.say(question(rig))
        shown = rig.shown()[-1]
        assert "How likely" in shown.text
        assert "not at all likely" in shown.text
        assert "extremely likely" in shown.text
        values = [label for label in shown.labels if label.isdigit()]
        assert values == [str(n) for n in range(11)]
        assert "Skip" in shown.labels

    @needs(max_buttons=12, links=False, inline=False)
    async def test_buttons_give_back_their_payload(self, rig: Rig) -> None:
        message = question(rig)
        await rig.say(message)
        assert rig.shown()[-1].payloads == tuple(b.payload for b in message.buttons)

    async def test_it_says_the_longest_text_it_allows(self, rig: Rig) -> None:
        text = fill_up(rig.channel.capabilities.max_text)
        await rig.say(ask(rig, text))
        assert squeeze(text) in squeeze(rig.shown()[-1].text)

    @needs(max_buttons=1)
    async def test_it_says_the_longest_labels_it_allows(self, rig: Rig) -> None:
        label = "Ä" * rig.channel.capabilities.button_text
        button = Button(label=label, payload=f"{TOKEN}.{'q' * 16}.{'v' * 14}")
        link = f"https://feedback.example.org/s/{TOKEN}"
        await rig.say(ask(rig, "Choose", buttons=(button,), question_id="q" * 16, link=link))
        assert label in rig.shown()[-1].labels

    @pytest.mark.parametrize("case", sorted(HOSTILE))
    async def test_hostile_text_is_only_text(self, rig: Rig, case: str) -> None:
        text = HOSTILE[case]
        await rig.say(ask(rig, f"Before {text} after"))
        shown = squeeze(rig.shown()[-1].text)
        for part in ("Before", *visible(text).split(), "after"):
            assert part in shown

    @needs(max_buttons=2)
    @pytest.mark.parametrize("case", sorted(HOSTILE))
    async def test_hostile_words_around_the_text_are_only_words(self, rig: Rig, case: str) -> None:
        scale = tuple(
            Button(label=str(n), payload=f"{TOKEN}.q.{n}", value=n, spoken=HOSTILE[case])
            for n in (1, 2)
        )
        label = HOSTILE[case][: min(30, rig.channel.capabilities.button_text)].strip()
        choices = tuple(Button(label=label, payload=f"{TOKEN}.q.{n}") for n in "ab")
        for buttons in (scale, choices):
            message = replace(
                question(rig), buttons=buttons, notice=HOSTILE[case], greeting=HOSTILE[case]
            )
            ends = (HOSTILE[case], "the end")
            await rig.say(replace(message, ends=ends if buttons is scale else None))
            shown = rig.shown()[-1]
            for part in visible(HOSTILE[case]).split():
                assert part in squeeze(shown.text)
        assert squeeze(label) in [squeeze(shown_label) for shown_label in shown.labels]

    @pytest.mark.parametrize("character", ["\0", "\x08", "\x1b", "\x85", "\ud800"])
    async def test_control_characters_hurt_nobody(self, rig: Rig, character: str) -> None:
        message = ask(rig, f"Before{character} after", subject=f"Hello{character}", notice="Noted")
        try:
            await rig.say(message)
        except ChannelError:
            return
        shown = rig.shown()[-1].text
        assert "after" in shown
        if rig.channel.capabilities.markup == "html":
            assert character not in shown.replace("\r", ""), "a page and a mail show no such thing"

    @needs(subject=True)
    async def test_a_line_break_in_a_subject_adds_no_header(self, rig: Rig) -> None:
        for ending in ("\r\n", "\n", "\r"):
            subject = f"Hello{ending}X-Injected: 1{ending}{ending}<b>body</b>"
            try:
                await rig.say(ask(rig, "Text", subject=subject))
            except ChannelError:
                continue
            assert not re.search(rb"(?im)^X-Injected", rig.shown()[-1].raw)

    @pytest.mark.parametrize("language", [path.stem for path in LANGUAGES])
    async def test_it_says_each_shipped_language(self, rig: Rig, language: str) -> None:
        path = next(p for p in LANGUAGES if p.stem == language)
        bank = yaml.safe_load(path.read_text(encoding="utf-8"))
        for wording in ("nps", "csat", "comment"):
            text = bank["questions"][wording]
            await rig.say(ask(rig, text, language=language))
            assert squeeze(text) in squeeze(rig.shown()[-1].text)

    @needs(edits=True)
    async def test_an_edit_takes_the_place_of_the_message(self, rig: Rig) -> None:
        first = question(rig)
        external_id = await rig.say(first)
        count = len(rig.shown())
        changed = replace(first, delivery_id=9001, replaces=external_id, notice="Recorded: 9")
        assert await rig.say(changed) == external_id
        assert len(rig.shown()) == count
        now = next(s for s in rig.shown() if s.external_id == external_id)
        assert "Recorded: 9" in now.text
        assert await rig.say(replace(changed, delivery_id=9002)) == external_id, "nothing changed"

    @needs(images=True)
    async def test_a_picture_comes_with_its_words(self, rig: Rig) -> None:
        picture = Image(png=PIXEL, alt="A chart")
        await rig.say(ask(rig, "Results", image=picture))
        assert rig.shown()[-1].picture
        assert "Results" in rig.shown()[-1].text

    async def test_fifty_at_once_all_arrive_once(self, rig: Rig) -> None:
        messages = [ask(rig, f"Number <{n}>") for n in range(1, 51)]
        ids = await asyncio.gather(*(rig.say(message) for message in messages))
        assert len(set(ids)) == 50
        texts = [shown.text for shown in rig.shown()]
        for number in range(1, 51):
            assert sum(f"Number <{number}>" in text for text in texts) == 1, number

    @needs(send_key=True)
    async def test_a_repeated_key_is_said_once(self, rig: Rig) -> None:
        message = ask(rig, "Only once", delivery_id=9003)
        assert await rig.say(message) == await rig.say(message)
        assert sum("Only once" in shown.text for shown in rig.shown()) == 1

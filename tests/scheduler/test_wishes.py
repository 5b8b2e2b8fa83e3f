"""What a person asks of us: heard in chats, put into effect for the person, with a receipt."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.wishes import MOST_CALLS
from surveys.contact import AddressStatus, Contact
from surveys.invitation import InvitationState
from surveys.question import Choice, Kind, Question
from surveys.staff import Role, StaffMember
from surveys.survey import Survey
from tests.scheduler.spine import CHAT, LEADER, MAIL, PAGE, Spine, a_spine, make_rules

DAY = timedelta(days=1)
LETTERS = replace(MAIL, replies=True, subject=True)
BOSS = StaffMember(name="Otto", role=Role.MANAGER, addresses={"telegram": "778"})


@pytest.fixture
async def spine(tmp_path: Path, store_url: str) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path, url=store_url) as made:
        yield made


async def write(spine: Spine, text: str, address: str = "1001") -> str:
    """Write words and give the last thing we say to them."""
    await spine.hear(spine.said(address, text=text))
    await spine.dispatch()
    lines = spine.lines("telegram", address)
    return lines[-1].text if lines else ""


async def anna(spine: Spine, number: int = 1) -> Contact:
    return (await spine.conversation(number)).contact


async def asked(spine: Spine, **traits: Any) -> None:
    await spine.invite(**traits)
    await spine.dispatch()


def count(spine: Spine, channel: str = "telegram", address: str = "1001") -> int:
    return len(spine.lines(channel, address))


# Pause


async def test_a_pause_holds_questions_back_until_it_is_over(spine: Spine) -> None:
    await asked(spine)
    assert "28 November 2026" in await write(spine, "Pause 7 days!")
    before = count(spine)
    await spine.invite()
    await spine.dispatch()
    spine.now += 6 * DAY
    await spine.dispatch()
    assert count(spine) == before
    [*_, held] = await spine.store.decisions(2)
    assert held.verdict == "hold"
    assert held.rule == "the person asked for a pause until 2026-11-28"


async def test_questions_come_once_the_pause_is_over(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "pause 1 day")
    invited = await spine.invite()
    spine.now += DAY
    await spine.dispatch()
    # The trigger's max_age is a day: what waited just that long may still be asked.
    state = (await spine.conversation(invited.invitation.id)).invitation.state
    assert state is InvitationState.ASKED


async def test_what_a_pause_outlives_expires(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "pause")
    invited = await spine.invite()
    spine.now = invited.invitation.expires_at
    await spine.dispatch()
    state = (await spine.conversation(invited.invitation.id)).invitation.state
    assert state is InvitationState.EXPIRED


async def test_start_takes_a_pause_and_a_channel_back_at_once(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "pause 2 weeks")
    await write(spine, "only email")
    invited = await spine.invite()
    await spine.dispatch()
    assert "again" in await write(spine, "START")
    contact = await anna(spine)
    assert contact.paused_until is None and contact.only_channel == ""
    assert (await spine.conversation(invited.invitation.id)).invitation.channel == "telegram"


async def test_a_shorter_pause_takes_the_place_of_a_longer_one(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "pause 20 days")
    invited = await spine.invite()
    await spine.dispatch()
    await write(spine, "pause 1 day")
    spine.now += DAY
    await spine.dispatch()
    assert (await spine.conversation(invited.invitation.id)).invitation.channel == "telegram"


async def test_a_pause_does_not_soften_a_stop(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "stop")
    assert "will not ask you" in await write(spine, "pause 7")
    assert (await anna(spine)).opted_out_at


# One channel


async def test_only_one_channel_from_then_on(spine: Spine) -> None:
    await asked(spine)
    assert "email" in await write(spine, "only by e-mail")
    await spine.invite()
    await spine.dispatch()
    assert count(spine, "email", "u1@x.example") == 1
    rules = [d.rule for d in await spine.store.decisions(2)]
    assert rules == ["the person wants to be asked by email only", "reachable by email"]


async def test_a_channel_we_do_not_reach_them_on_is_named_with_those_we_do(
    spine: Spine,
) -> None:
    await asked(spine)
    said = await write(spine, "only sms")
    assert "Telegram, email" in said and "web" not in said
    assert (await anna(spine)).only_channel == ""


async def test_nobody_is_asked_elsewhere_once_that_channel_is_gone(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "only email")
    await spine.store.unit_of_work(
        lambda t: t.set_address("email", "u1@x.example", AddressStatus.BOUNCED)
    )
    before = count(spine)
    await spine.invite()
    await spine.dispatch()
    assert count(spine) == before
    [*_, last] = await spine.store.decisions(2)
    assert last.verdict == "skip" and "email address is not usable" in last.rule


# Language


async def test_the_open_question_goes_on_in_the_new_language(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.said("1001", text="suomeksi"))
    await spine.dispatch()
    receipt, question = [line.text for line in spine.lines("telegram", "1001")][-2:]
    assert receipt == "Kielesi on nyt suomi."
    assert "suosittelisit" in question
    assert "tyytyväinen" in await write(spine, "yhdeksän")
    conversation = await spine.conversation(1)
    assert conversation.invitation.language == "fi" and conversation.contact.language == "fi"
    assert conversation.response and conversation.response.answers[0].value == 9
    assert await spine.store.recount() == []


async def test_what_is_planned_already_is_asked_in_the_new_language(spine: Spine) -> None:
    await asked(spine)
    await write(spine, "pause 1 day")
    await spine.invite()
    await write(spine, "language finnish")
    spine.now += DAY
    await spine.dispatch()
    assert (await spine.conversation(2)).invitation.language == "fi"
    assert "suosittelisit" in spine.lines("telegram", "1001")[-1].text


async def test_a_language_we_do_not_have_is_answered_with_those_we_have(spine: Spine) -> None:
    await asked(spine)
    said = await write(spine, "/language klingon")
    assert "Deutsch" in said and "suomi" in said
    assert (await anna(spine)).language is None


# What we know


async def test_what_we_know_names_no_address_in_full(spine: Spine) -> None:
    await asked(spine, last_name="Virtanen")
    await spine.hear(spine.press("1001", "9"))
    said = await write(spine, "What do you know about me?")
    assert "Anna1 Virtanen" in said and "Telegram, email u…@x.example" in said
    assert "1 answer." in said and "21 November 2026" in said
    assert "u1@x.example" not in said and "1001" not in said


async def test_a_stranger_is_told_that_nothing_is_known(tmp_path: Path) -> None:
    channels = {"telegram": CHAT, "email": LETTERS, "web": PAGE}
    async with a_spine(tmp_path, capabilities=channels) as spine:
        assert await write(spine, "what do you know about me", "5005") == (
            "Acme does not know anything about you."
        )
        await spine.hear(spine.said("x@y.example", text="my data", channel="email"))
        await spine.dispatch()
        assert count(spine, "email", "x@y.example") == 0, "a mail may come from anybody"


# Somebody to talk to


async def test_the_team_is_told_that_somebody_wants_to_talk(spine: Spine) -> None:
    await asked(spine)
    assert "will get in touch" in await write(spine, "I want to talk to a person")
    [told] = [line.text for line in spine.lines("telegram", LEADER.addresses["telegram"])]
    assert told.startswith("Anna1 (support) wants to talk to somebody")
    assert "“I want to talk to a person”" in told and "email u1@x.example" in told


async def test_without_a_team_those_above_are_told(tmp_path: Path) -> None:
    async with a_spine(tmp_path, rules=make_rules(staff=(LEADER, BOSS))) as spine:
        await spine.invite()
        other = replace(spine.rules.staff[0], teams=("sales",))
        spine.rules = replace(spine.rules, staff=(other, BOSS))
        await write(spine, "call me")
        assert spine.lines("telegram", "777") == []
        assert len(spine.lines("telegram", "778")) == 1


async def test_asking_again_and_again_tells_nobody_more(spine: Spine) -> None:
    await asked(spine)
    for _ in range(MOST_CALLS + 2):
        await write(spine, "call me")
    assert len(spine.lines("telegram", "777")) == MOST_CALLS
    assert (await spine.store.counts())["cards"] == 2


# Heard among answers


async def test_a_wish_in_the_middle_leaves_the_question_open(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.press("1001", "9"))
    for words in ("help", "/pause 7", "only telegram", "my data", "call me"):
        await write(spine, words)
    await write(spine, "5")
    response = (await spine.conversation(1)).response
    assert response and [a.value for a in response.answers] == [9, 5]
    assert (await spine.store.counts())["cards"] == 0


@pytest.mark.parametrize("words", ["9", "nine", "9, pause"])
async def test_a_rating_stays_a_rating(spine: Spine, words: str) -> None:
    await asked(spine)
    await write(spine, words)
    response = (await spine.conversation(1)).response
    assert response and [a.value for a in response.answers if a.question_id == "nps"] == [9]
    assert (await anna(spine)).paused_until is None


async def test_a_choice_that_reads_the_same_wins_over_all_but_a_stop(tmp_path: Path) -> None:
    labels = {"a": "Help", "b": "Pause", "c": "Stop"}
    question = Question(
        id="what",
        kind=Kind.CHOICES,
        wording="what",
        text={"en": "What did you look for?"},
        choices=tuple(Choice(id=i, label={"en": label}) for i, label in labels.items()),
    )
    survey = Survey(id="call", questions=(question,), languages=("en",), version="v")
    async with a_spine(tmp_path, rules=make_rules(surveys={"call": survey})) as spine:
        await asked(spine)
        await write(spine, "help")
        response = (await spine.conversation(1)).response
        assert response and response.answers[0].choices == ("a",)
        await spine.invite()
        await spine.dispatch()
        await write(spine, "stop")
        assert (await anna(spine)).opted_out_at


async def test_a_repeated_wish_is_granted_once(spine: Spine) -> None:
    await asked(spine)
    said = spine.said("1001", text="call me")
    await spine.hear(said, said)
    await spine.hear(said)
    await spine.dispatch()
    assert len(spine.lines("telegram", "777")) == 1 and count(spine) == 2


async def test_two_wishes_at_once_both_hold(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(
        spine.said("1001", text="only telegram"),
        spine.said("1001", text="in finnish"),
        spine.said("1001", text="tauko 7"),
    )
    contact = await anna(spine)
    assert (contact.only_channel, contact.language) == ("telegram", "fi")
    assert contact.paused_until == spine.now.replace(microsecond=0) + 7 * DAY


async def test_a_command_we_do_not_have_is_answered_with_those_we_have(spine: Spine) -> None:
    await asked(spine)
    assert "You can write:" in await write(spine, "/results nps")
    assert "You can write:" in await write(spine, "/help")


async def test_a_wish_holds_on_the_other_channels_too(tmp_path: Path) -> None:
    channels = {"telegram": CHAT, "email": LETTERS, "web": PAGE}
    async with a_spine(tmp_path, capabilities=channels) as spine:
        await asked(spine)
        await spine.hear(spine.said("u1@x.example", text="Pause 2 weeks", channel="email"))
        await spine.invite()
        await spine.dispatch()
        assert count(spine) == 1, "a pause asked for by mail holds in the chat"
        [receipt] = spine.lines("email", "u1@x.example")
        assert "5 December 2026" in receipt.text

"""Comment cards on the spine: who is heard, what they get back, and what staff are told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from surveys.card import BURST
from surveys.inbound import Commented, Linked
from surveys.link import Purpose
from tests.banks import BANKS
from tests.scheduler.carding import KEPT, STRANGER, all_cards, card_spine, cards, heard, say
from tests.scheduler.spine import MINUTE, PAGE, Spine, a_spine, identify


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with card_spine(tmp_path) as made:
        yield made


# Known people


async def test_whoever_was_asked_lately_is_heard_by_their_teams_leader(spine: Spine) -> None:
    await spine.invite()
    await say(spine, "1001", "feedback the queue was long")
    [card] = await cards(spine)
    assert (card.text, card.team, card.praise) == ("the queue was long", "support", None)
    assert heard(spine, "1001")[-1] == KEPT
    told = heard(spine, "777")[-1]
    assert told.startswith("Comment card from Anna1 (telegram)\n“the queue was long”")
    assert "agent Pekka" in told
    assert heard(spine, "778") == []


async def test_after_thirty_days_a_card_concerns_no_team(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.now += timedelta(days=31)
    await spine.store.unit_of_work(lambda transaction: transaction.expire(spine.now))
    await say(spine, "1001", "Your new office is lovely")
    assert (await cards(spine))[-1].team == ""
    assert heard(spine, "777") == []
    assert "Your new office is lovely" in heard(spine, "778")[-1]


@pytest.mark.parametrize(
    ("said", "praise", "receipt", "mark"),
    [
        ("praise Pekka was great", True, "kind words", ": praise"),
        ("👍 quick", True, "kind words", ": praise"),
        ("complaint: nobody called", False, "sorry", ": complaint"),
    ],
)
async def test_praise_counts_too(
    spine: Spine, said: str, praise: bool, receipt: str, mark: str
) -> None:
    await spine.invite()
    await say(spine, "1001", said)
    assert (await cards(spine))[0].praise is praise
    assert receipt in heard(spine, "1001")[-1]
    assert mark in heard(spine, "777")[-1].splitlines()[0]


async def test_messages_in_a_row_are_one_card_with_one_receipt(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "The queue was long", "and it was cold", "and nobody cared")
    [card] = await cards(spine)
    assert card.text == "The queue was long\nand it was cold\nand nobody cared"
    assert heard(spine, "1001") == [KEPT]
    assert [text.splitlines()[0] for text in heard(spine, "778")] == [
        "Comment card from Anna1 (telegram)",
        "More words from Anna1 (telegram)",
        "More words from Anna1 (telegram)",
    ]
    await say(spine, "1001", "Another thing", pause=10 * MINUTE)
    assert len(await cards(spine)) == 1
    await say(spine, "1001", "And yet another")
    assert len(await cards(spine)) == 2
    assert heard(spine, "1001") == [KEPT, KEPT]


async def test_thanks_after_a_card_are_no_part_of_it(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "The queue was long", "thanks", "and it was cold")
    assert "thanks" not in "".join(card.text for card in (await cards(spine))[:1])
    assert heard(spine, "1001") == [KEPT]


async def test_messages_in_one_batch_are_one_card_too(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await spine.hear(*[spine.said("1001", text=f"part {n}") for n in "abc"])
    await spine.dispatch()
    assert [card.text for card in await cards(spine)] == ["part a\npart b\npart c"]
    assert heard(spine, "1001") == [KEPT]


async def test_small_talk_is_kept_and_troubles_nobody(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "hi", "Thanks!", "🙂", "ok")
    assert heard(spine, "1001") == heard(spine, "778") == []
    assert [card.quiet for card in await all_cards(spine)] == [True] * 4
    await say(spine, "1001", "The lift is broken")
    assert heard(spine, "1001") == [KEPT]
    assert [card.text for card in await cards(spine)] == ["The lift is broken"]


# "feedback" alone


async def test_the_bare_word_asks_and_the_next_message_is_the_card(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "feedback")
    assert heard(spine, "1001") == ["What would you like to tell us?"]
    assert heard(spine, "778") == [] and await cards(spine) == []
    assert (await spine.store.counts())["cards"] == 0
    spine.now += 50 * MINUTE
    await say(spine, "1001", "7 days I waited")
    assert [card.text for card in await cards(spine)] == ["7 days I waited"]
    assert heard(spine, "1001")[-1] == KEPT
    assert heard(spine, "778")[-1].startswith("Comment card from")


async def test_the_bare_word_wins_over_an_open_question_until_another_is_asked(
    spine: Spine,
) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.now += MINUTE
    await say(spine, "1001", "feedback", "9 of us waited")
    assert (await spine.conversation(1)).response is None
    assert [card.text for card in await cards(spine)] == ["9 of us waited"]
    await say(spine, "1001", "feedback")
    await spine.invite()
    await spine.dispatch()
    await say(spine, "1001", "9")
    response = (await spine.conversation(2)).response
    assert response and response.answers[0].value == 9


async def test_nothing_to_say_after_all_ends_the_wait(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "complaint", "no thanks", "The lift is broken")
    [card] = await cards(spine)
    assert (card.text, card.praise) == ("The lift is broken", None)


async def test_the_wait_is_over_after_an_hour(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "complaint", pause=61 * MINUTE)
    await say(spine, "1001", "Lovely office")
    assert [card.praise for card in await cards(spine)] == [None]


async def test_a_request_wins_over_a_card(spine: Spine) -> None:
    await spine.report(identify(1, "who", {"telegram_id": "1001"}))
    await say(spine, "1001", "feedback", "STOP")
    contact = await spine.store.find_contact("telegram", "1001")
    assert contact and contact.opted_out_at
    assert await cards(spine) == []


# Strangers


async def test_a_stranger_is_heard_and_told_what_we_keep(spine: Spine) -> None:
    await say(spine, STRANGER, "The lift is broken", "since Monday")
    [answer] = heard(spine, STRANGER)
    assert answer.startswith(KEPT)
    assert "We keep your message" in answer
    assert "https://acme.example/privacy" in answer
    assert heard(spine, "778")[0].startswith("Comment card from somebody new (telegram)")
    assert [card.text for card in await cards(spine)] == ["The lift is broken\nsince Monday"]
    spine.now += 60 * MINUTE
    await say(spine, STRANGER, "Mended now, I see")
    assert heard(spine, STRANGER)[-1] == KEPT


async def test_a_stranger_who_only_greets_is_nobody(spine: Spine) -> None:
    await say(spine, STRANGER, "hi", "Kiitos!", "👍")
    assert heard(spine, STRANGER) == []
    assert (await spine.store.counts())["contacts"] == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("palaute jono oli pitkä", "fi"),
        ("Rückmeldung: zu langsam", "de"),
        ("pritužba dugo sam čekao", "hr"),
        ("sūdzība rinda bija gara", "lv"),
        ("feedback slow", "en"),
    ],
)
async def test_a_stranger_is_answered_in_the_language_of_the_word(
    spine: Spine, said: str, code: str
) -> None:
    await say(spine, STRANGER, said)
    bank = BANKS[code]
    [answer] = heard(spine, STRANGER)
    assert bank.texts["card_privacy"] in answer
    assert answer.splitlines()[0] in (bank.texts["comment_kept"], bank.texts["card_complained"])


async def test_two_messages_of_a_stranger_in_one_batch_make_one_person(spine: Spine) -> None:
    await spine.hear(*[spine.said(STRANGER, text=text) for text in ("The lift", "is broken")])
    counts = await spine.store.counts()
    assert (counts["contacts"], counts["cards"]) == (1, 1)


async def test_a_stranger_is_asked_nothing_until_the_business_says_who_they_are(
    spine: Spine,
) -> None:
    await say(spine, STRANGER, "The lift is broken")
    stranger = await spine.store.find_contact("telegram", STRANGER)
    await spine.invite(7, telegram_id=STRANGER)
    await spine.dispatch()
    found = await spine.store.find_contact("telegram", STRANGER)
    assert found and stranger and found.keys == ("user:u7",)
    assert (await cards(spine))[0].contact_id == found.id
    assert (await spine.store.counts())["contacts"] == 1
    assert heard(spine, STRANGER)[-1].startswith("How likely")


async def test_a_stranger_who_opens_their_link_is_that_person(spine: Spine) -> None:
    await say(spine, STRANGER, "The lift is broken")
    await spine.report(identify(7, "who-7", {}))
    number = 2
    token = spine.token(number, Purpose.OPT_IN)
    await spine.hear(Linked(**spine.source(STRANGER), token=token))
    found = await spine.store.find_contact("telegram", STRANGER)
    assert found and found.keys == ("user:u7",)


async def test_staff_who_write_to_the_bot_are_no_customers(spine: Spine) -> None:
    await say(spine, "778", "resluts nps please")
    assert await cards(spine) == []
    await say(spine, "778", "/feedback the lift is broken")
    assert [card.text for card in await cards(spine)] == ["the lift is broken"]


async def test_a_mailbox_hears_no_strangers(tmp_path: Path) -> None:
    mailbox = replace(PAGE, inline=False, waits=False, subject=True)
    async with a_spine(tmp_path, capabilities={"email": mailbox}) as spine:
        await spine.hear(spine.said("robot@x.example", channel="email", text="Buy now"))
        assert await spine.store.counts() == {"contacts": 0, "cards": 0, "events": 0,
            "responses": 0, "dues": 0}  # fmt: skip


# Staff


async def test_many_cards_at_once_become_a_number(spine: Spine) -> None:
    for n in range(BURST + 3):
        await spine.hear(spine.said(str(5000 + n), text=f"The lift is broken, says {n}"))
    await spine.dispatch()
    assert len(heard(spine, "778")) == BURST
    spine.now += 5 * MINUTE
    await spine.dispatch()
    assert heard(spine, "778")[-1] == (
        "3 more comment cards in the last minutes. /comments today shows them."
    )
    assert len(heard(spine, "778")) == BURST + 1
    await say(spine, "6000", "And another")
    assert "And another" in heard(spine, "778")[-1]


async def test_the_same_message_three_times_is_one_card(spine: Spine) -> None:
    item = spine.said(STRANGER, text="The lift is broken")
    await spine.hear(item, item)
    await spine.hear(item)
    await spine.dispatch()
    assert len(heard(spine, "778")) == len(heard(spine, STRANGER)) == len(await cards(spine)) == 1


@pytest.mark.parametrize(("to", "readers"), [("manager", ["778"]), ("Maija", ["777"]), ("", [])])
async def test_the_file_says_who_reads_cards(spine: Spine, to: str, readers: list[str]) -> None:
    spine.rules = replace(spine.rules, cards_to=to)
    await say(spine, STRANGER, "The lift is broken")
    assert [a for a in ("777", "778") if heard(spine, a)] == readers


# Pages


def from_page(spine: Spine, event_id: str, **more: object) -> Commented:
    given = {**spine.source("", "web"), "event_id": event_id, "text": "Lovely office", **more}
    return Commented(**given)


async def test_a_card_from_a_page_is_kept_once_and_told(spine: Spine) -> None:
    item = from_page(spine, "c1", source="till", email="a@x.example", praise=True, language="fi")
    [[page]] = await spine.hear(item)
    [[again]] = await spine.hear(item)
    assert page.text == again.text == BANKS["fi"].texts["card_praised"]
    assert page.language == "fi"
    await spine.dispatch()
    [card] = await cards(spine)
    assert (card.contact_id, card.source, card.email) == (0, "till", "a@x.example")
    [told] = heard(spine, "778")
    assert told.startswith("Comment card from a visitor (web): praise")
    assert "Wants an answer at a@x.example" in told
    assert "from till" in told


async def test_a_visitor_we_know_is_named(spine: Spine) -> None:
    anonymous = replace(identify(1, "w", {}), user_id="", anonymous_id="v1")
    await spine.report(anonymous)
    await spine.hear(from_page(spine, "c1", visitor="v1"), from_page(spine, "c2", visitor="v2"))
    assert [bool(card.contact_id) for card in await cards(spine)] == [True, False]

"""Anonymous surveys, from the question to the report, over a real store on SQLite."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.parting import Parting
from storage.sql import statement
from surveys.anonymity import MARK
from surveys.case import RECOVERY, Case
from surveys.comment import Search
from surveys.compose import payload
from surveys.inbound import Replied
from surveys.report import Filter
from surveys.scanner import Origin, Press
from surveys.webhook import Endpoint
from tests.scheduler.spine import SURVEY, Spine, a_spine, make_rules

ANONYMOUS = replace(SURVEY, anonymous=True, version=f"v1{MARK}")
HOOK = Endpoint(
    name="crm",
    url="https://crm.example/hook",
    secret=b"k" * 24,
    events=("response.completed", "comment.received"),
)
WHOLE = Filter(since=date(2026, 11, 1), until=date(2027, 2, 1))


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    rules = make_rules(surveys={"call": ANONYMOUS}, via=("telegram",), webhooks=(HOOK,))
    async with a_spine(tmp_path, rules=rules) as made:
        yield made


async def rows(spine: Spine, text: str) -> list[dict[str, Any]]:
    return await spine.store._database.run(lambda s: s.fetch(statement(text)))


async def tick(spine: Spine, **later: int) -> None:
    spine.now += timedelta(**later)
    await Parting(spine.store, lambda: spine.now).tick()


async def answer(spine: Spine, who: int, score: str = "2", words: str = "too slow") -> None:
    """One customer answers the whole survey, badly."""
    await spine.invite(who)
    await spine.dispatch()
    for label in (score, "1", "Late", "Done"):
        await spine.hear(spine.press(f"{1000 + who}", label))
        await spine.dispatch()
    await spine.hear(spine.said(f"{1000 + who}", text=words))
    await spine.dispatch()


async def counted(spine: Spine) -> int:
    return sum(c.n for c in (await spine.store.tally(WHOLE)).values if c.question == "nps")


async def test_the_first_question_says_that_it_is(spine: Spine) -> None:
    await spine.invite(1)
    await spine.dispatch()
    (first,) = spine.lines("telegram", "1001")
    assert first.message and "anonymous" in first.message.notice
    await spine.hear(spine.press("1001", "9"))
    await spine.dispatch()
    second = spine.lines("telegram", "1001")[-1]
    assert second.message and "anonymous" not in second.message.notice


async def test_five_are_counted_together_and_nobody_is_told_of_one(spine: Spine) -> None:
    for who in range(1, 6):
        await answer(spine, who, words=f"words of {who}")
        await tick(spine, seconds=1)
        assert await counted(spine) == 0
    await tick(spine, minutes=14)
    assert await counted(spine) == 0  # the last may still change their mind
    await tick(spine, minutes=2)
    assert await counted(spine) == 5
    assert await spine.store.recount() == []
    assert spine.lines("telegram", "777") == []  # no alert
    assert await spine.store.list_responses(WHOLE, 10, 0) == []
    said = await spine.store.list_comments(Search(rows=WHOLE), 10, 0)
    assert {comment.text for comment in said} == {f"words of {n}" for n in range(1, 6)}
    assert all(comment.contact is None and comment.team == "support" for comment in said)
    assert all(c.response and not c.response.interaction.agent for c in said)
    assert await rows(spine, "SELECT * FROM webhook_call") == []
    assert await rows(spine, "SELECT * FROM customer_case") == []
    flows = {f.stage: f.n for f in (await spine.store.tally(WHOLE)).flows}
    assert (flows["sent"], flows["completed"]) == (5, 5)


async def test_nothing_of_what_came_in_is_kept(spine: Spine) -> None:
    await answer(spine, 1, words="planted words")
    found = await rows(spine, "SELECT * FROM inbound")
    assert found and all(row["address"] == "" and row["body"] == "{}" for row in found)
    assert all(row["event_id"] for row in found)  # the same again is a repeat


async def test_an_event_whose_name_tells_the_answer_is_not_kept(spine: Spine) -> None:
    conversation = await spine.invite(1)
    await spine.dispatch()
    token = spine.token(conversation.invitation.id)
    (pressed,) = (payload(token, "nps", "9"),)
    item = Replied(**spine.source("", "web"), payloads=(pressed,), revealing=True)
    for _ in range(2):
        await spine.hear(item)
    assert await rows(spine, "SELECT * FROM inbound") == []
    (reply,) = await rows(spine, "SELECT * FROM anonymous_reply")
    assert reply["body"].count('"question_id"') == 1


async def test_a_mind_may_be_changed_and_then_not_any_more(spine: Spine) -> None:
    for who in range(1, 6):
        await answer(spine, who)
    spine.now += timedelta(minutes=10)
    await spine.hear(spine.press("1003", "9"))
    await spine.dispatch()
    await tick(spine, minutes=10)
    assert await counted(spine) == 0  # four, and one who has just changed their mind
    await tick(spine, minutes=10)
    values = {c.value: c.n for c in (await spine.store.tally(WHOLE)).values if c.metric == "nps"}
    assert values == {"2": 4, "9": 1}
    before = await spine.store.tally(WHOLE)
    await spine.hear(spine.press("1003", "2"))
    await spine.dispatch()
    assert "closed" in spine.lines("telegram", "1003")[-1].text
    assert await spine.store.tally(WHOLE) == before


async def test_words_beside_the_survey_have_no_author(spine: Spine) -> None:
    for who in range(1, 6):
        await spine.invite(who)
        await spine.dispatch()
        await spine.hear(spine.said(f"{1000 + who}", text=f"the manager of {who} is rude"))
        await spine.hear(spine.press(f"{1000 + who}", "9"))
        await spine.dispatch()
        await spine.hear(spine.press(f"{1000 + who}", "5"))
        await spine.dispatch()
    assert await rows(spine, "SELECT * FROM comment_card") == []
    await tick(spine, minutes=16)
    said = await spine.store.list_comments(Search(rows=WHOLE), 10, 0)
    assert len(said) == 5 and all(comment.card is None for comment in said)
    await spine.hear(spine.said("1001", text="and another thing"))
    assert await rows(spine, "SELECT * FROM comment_card") == []


async def test_what_was_promised_holds_when_the_file_changes(spine: Spine) -> None:
    await spine.invite(1)
    await spine.dispatch()
    spine.rules = replace(spine.rules, surveys={"call": SURVEY})
    await spine.hear(spine.press("1001", "2"))
    assert await rows(spine, "SELECT * FROM response") == []
    spine.rules = replace(spine.rules, surveys={})
    await spine.hear(spine.said("1001", text="and this"))
    await spine.dispatch()
    assert await rows(spine, "SELECT * FROM comment_card") == []
    assert spine.lines("telegram", "777") == []


async def test_who_began_with_a_name_goes_on_with_it(spine: Spine) -> None:
    spine.rules = replace(spine.rules, surveys={"call": SURVEY})
    await spine.invite(1)
    await spine.dispatch()
    await spine.hear(spine.press("1001", "9"))
    await spine.dispatch()
    spine.rules = replace(spine.rules, surveys={"call": ANONYMOUS})
    await spine.hear(spine.press("1001", "5"))
    assert await rows(spine, "SELECT * FROM anonymous_reply") == []
    assert await spine.store.recount() == []


async def test_who_does_not_finish_is_counted_once_the_survey_is_over(spine: Spine) -> None:
    for who in range(1, 6):
        await spine.invite(who)
        await spine.dispatch()
        await spine.hear(spine.press(f"{1000 + who}", "9"))
    await tick(spine, days=1)
    assert await counted(spine) == 0
    await tick(spine, days=30)
    assert await counted(spine) == 5
    assert await spine.store.recount() == []


async def test_what_finds_no_company_is_deleted(spine: Spine) -> None:
    for who in range(1, 5):
        await answer(spine, who, words="planted words")
    await tick(spine, days=29)
    assert "planted" in repr(await rows(spine, "SELECT * FROM anonymous_reply"))
    await tick(spine, days=2)
    assert "planted" not in repr(await rows(spine, "SELECT * FROM anonymous_reply"))
    assert datetime(2026, 12, 1, tzinfo=UTC) < spine.now
    assert await spine.store.recount() == []


async def test_a_card_announced_beside_the_survey_has_no_author_either(spine: Spine) -> None:
    await spine.invite(1)
    await spine.dispatch()
    await spine.hear(spine.press("1001", "9"))
    await spine.dispatch()
    await spine.hear(spine.said("1001", text="feedback the manager is rude"))
    await spine.dispatch()
    await spine.hear(spine.said("1001", text="feedback"))
    await spine.dispatch()
    await spine.hear(spine.said("1001", text="and late"))
    await spine.dispatch()
    assert await rows(spine, "SELECT * FROM comment_card") == []
    assert "rude" not in repr(await rows(spine, "SELECT * FROM inbound"))


async def test_a_press_that_may_be_a_machines_is_not_kept(spine: Spine) -> None:
    conversation = await spine.invite(1)
    await spine.dispatch()
    press = Press(issued_at=spine.now, origin=Origin.OPENED, hints=("bare",))
    chosen = payload(spine.token(conversation.invitation.id), "nps", "2")
    await spine.hear(Replied(**spine.source("", "web"), payloads=(chosen,), press=press))
    assert await rows(spine, "SELECT * FROM held_press") == []
    assert await rows(spine, "SELECT * FROM anonymous_reply") == []


async def test_a_case_does_not_learn_what_was_answered_afterwards(spine: Spine) -> None:
    """Whether it was put right may be asked anonymously: then the case is not told."""
    conversation = await spine.invite(1)
    number, who = conversation.invitation.id, conversation.contact.id
    case = Case(
        contact_id=who,
        invitation_id=number,
        survey="call",
        interaction=conversation.invitation.interaction,
        opened_at=spine.now,
        recovery_id=number,
    )
    await spine.store.unit_of_work(lambda t: t.add_cases([case]))
    await rows(spine, f"UPDATE invitation SET trigger = '{RECOVERY}' RETURNING id")
    await spine.dispatch()
    await spine.hear(spine.press("1001", "2"))
    await spine.dispatch()
    assert len(await rows(spine, "SELECT * FROM anonymous_reply")) == 1
    assert await rows(spine, "SELECT * FROM case_entry") == []


async def test_who_asks_what_we_know_of_somebody_is_not_told_what_they_said(spine: Spine) -> None:
    await answer(spine, 1, words="planted words")
    (person,) = await spine.store.find_exactly("u1")
    known = await spine.store.read_person(person)
    assert "anonymous_reply" in known, "that they answered is known"
    assert "planted" not in repr(known)
    assert '"value"' not in repr(known["anonymous_reply"])

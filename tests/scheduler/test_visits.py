"""Visits: people who come by themselves, over a real store on SQLite."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from storage.sql import statement
from surveys.entrance import Entrance
from surveys.event import EventKind
from surveys.inbound import Entered
from surveys.invitation import InvitationState
from surveys.link import Purpose, unseal
from surveys.message import Message
from tests.scheduler.spine import START, Spine, a_spine, identify, make_rules

WORD = "w" * 22
ENTRANCE = Entrance(sources=("receipt", "door"), team="support", expires=timedelta(days=2))
_numbers = count(1)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    rules = make_rules(entrances={"call": ENTRANCE})
    async with a_spine(tmp_path, rules=rules) as made:
        yield made


def entered(value: str = "", question: str = "nps", **more: Any) -> Entered:
    given = {"survey": "call", "source": "receipt", "visitor": WORD, **more}
    asked = {"question_id": question, "value": value} if value or given.get("text") else {}
    return Entered(
        event_id=f"e{next(_numbers)}", channel="web", at=START, address="", **{**asked, **given}
    )


async def page(spine: Spine, item: Entered) -> Message:
    (said,) = await spine.hear(item)
    return said[-1]


def invitation_of(spine: Spine, message: Message) -> int:
    token = message.link.rpartition("/")[2]
    return unseal(spine.rules.key, Purpose.ANSWER, token, spine.now) or 0


async def inbound_rows(spine: Spine) -> int:
    found = await spine.store._database.run(
        lambda session: session.fetch(statement("SELECT COUNT(*) AS n FROM inbound"))
    )
    return int(found[0]["n"])


async def test_a_look_records_nothing(spine: Spine) -> None:
    before = await spine.store.counts()
    for look in (entered(visitor=""), entered(), entered(question_id="nps")):
        shown = await page(spine, look)
        assert shown.question_id == "nps"
        assert shown.link == ""
        assert shown.stop_link == ""
        assert not [link for link in shown.footer if "/u/" in link.url]
    assert await spine.store.counts() == before
    assert await inbound_rows(spine) == 0


async def test_the_first_press_makes_contact_invitation_and_answer(spine: Spine) -> None:
    shown = await page(spine, entered("9"))
    assert shown.question_id == "csat"
    number = invitation_of(spine, shown)
    found = await spine.conversation(number)
    assert found.contact.keys == (f"anon:{WORD}",)
    assert found.response is not None
    assert [a.value for a in found.response.answers] == [9]
    invitation = found.invitation
    assert invitation.state is InvitationState.STARTED
    assert invitation.trigger == "public:receipt"
    assert invitation.channel == "web"
    assert invitation.interaction.line == "receipt"
    assert invitation.interaction.team == "support"
    assert invitation.interaction.population == "visitor"
    assert invitation.expires_at == START + timedelta(days=2)
    counts = await spine.store.counts()
    assert counts["dues"] == 0
    assert await spine.store.recount() == []


async def test_pressing_twice_is_one_response_changed(spine: Spine) -> None:
    first = invitation_of(spine, await page(spine, entered("9")))
    second = invitation_of(spine, await page(spine, entered("3")))
    assert first == second
    response = (await spine.conversation(first)).response
    assert response is not None
    assert [a.value for a in response.answers] == [3]
    assert (await spine.store.counts())["responses"] == 1
    assert await spine.store.recount() == []


async def test_two_presses_in_one_batch_are_one_visit(spine: Spine) -> None:
    one, two = await spine.hear(entered("9"), entered("2"))
    assert invitation_of(spine, one[-1]) == invitation_of(spine, two[-1])
    assert (await spine.store.counts())["contacts"] == 1


async def test_the_same_event_again_shows_how_it_stands(spine: Spine) -> None:
    press = entered("9")
    first, again = await spine.hear(press, press)
    assert again[-1].question_id == first[-1].question_id == "csat"
    assert (await spine.store.counts())["responses"] == 1


async def test_two_browsers_are_two_responses(spine: Spine) -> None:
    await spine.hear(entered("9"), entered("2", visitor="x" * 22))
    counts = await spine.store.counts()
    assert (counts["responses"], counts["contacts"]) == (2, 2)


async def test_each_source_is_a_visit_of_its_own(spine: Spine) -> None:
    await spine.hear(entered("9"), entered("2", source="door"))
    counts = await spine.store.counts()
    assert (counts["responses"], counts["contacts"]) == (2, 1)


async def test_a_visit_that_ran_out_is_followed_by_a_new_one(spine: Spine) -> None:
    first = invitation_of(spine, await page(spine, entered("9")))
    spine.now += timedelta(days=3)
    shown = await page(spine, entered())
    assert shown.question_id == "nps"
    second = invitation_of(spine, await page(spine, entered("2")))
    assert first != second
    assert (await spine.store.counts())["responses"] == 2


async def test_a_browser_that_comes_back_goes_on_where_it_was(spine: Spine) -> None:
    await spine.hear(entered("9"))
    shown = await page(spine, entered())
    assert shown.question_id == "csat"
    assert invitation_of(spine, shown)


@pytest.mark.parametrize("survey", ["call", "nosuch", "Call", ""])
async def test_nobody_enters_what_is_not_public(spine: Spine, survey: str) -> None:
    spine.rules = replace(spine.rules, entrances={} if survey == "call" else {"nosuch": ENTRANCE})
    assert await spine.hear(entered(survey=survey), entered("9", survey=survey)) == [(), ()]
    counts = await spine.store.counts()
    assert (counts["contacts"], counts["responses"], await inbound_rows(spine)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("source", "line"),
    [("door", "door"), ("", "link"), ("qr", "qr"), ("facebook", "facebook"), ("evil", "other")],
)
async def test_sources_that_are_not_known_are_counted_as_other(
    spine: Spine, source: str, line: str
) -> None:
    number = invitation_of(spine, await page(spine, entered("9", source=source)))
    assert (await spine.conversation(number)).invitation.interaction.line == line


@pytest.mark.parametrize("value", ["11", "-1", "x", "!"])
async def test_an_answer_that_cannot_be_read_keeps_nothing(spine: Spine, value: str) -> None:
    shown = await page(spine, entered(value))
    assert shown.question_id == "nps"
    assert shown.link == ""
    assert shown.notice
    counts = await spine.store.counts()
    assert (counts["contacts"], counts.get("invitations.planned", 0)) == (0, 0)


@pytest.mark.parametrize(
    ("wish", "language"),
    [("fi", "fi"), ("sv,fi-fi,en", "fi"), ("de,sv", "en"), ("", "en"), ("EN-GB", "en")],
)
async def test_the_page_is_in_a_language_the_visitor_wishes(
    spine: Spine, wish: str, language: str
) -> None:
    assert (await page(spine, entered(language=wish))).language == language
    number = invitation_of(spine, await page(spine, entered("9", language=wish)))
    found = await spine.conversation(number)
    assert (found.invitation.language, found.contact.language) == (language, language)


async def test_a_low_score_tells_the_teams_leader(spine: Spine) -> None:
    await spine.hear(entered("1"))
    await spine.dispatch()
    (alert,) = spine.lines("telegram", "777")
    assert "NPS 1 of 10" in alert.text
    assert "receipt" in alert.text


async def test_a_source_may_have_a_team_of_its_own(spine: Spine) -> None:
    entrance = replace(ENTRANCE, team="web", teams={"door": "support"})
    spine.rules = replace(spine.rules, entrances={"call": entrance})
    for source, team in (("door", "support"), ("receipt", "web")):
        number = invitation_of(spine, await page(spine, entered("1", source=source)))
        assert (await spine.conversation(number)).invitation.interaction.team == team


async def test_a_subscriber_is_the_contact_the_business_named(spine: Spine) -> None:
    event = identify(1, "who", {"first_name": "Anna", "telegram_id": "1001"})
    await spine.report(replace(event, anonymous_id="listmonk:8f14e45f"))
    given = {"source": "newsletter", "contact": "listmonk:8f14e45f"}
    shown = await page(spine, entered("9", **given))
    found = await spine.conversation(invitation_of(spine, shown))
    assert found.contact.attributes["first_name"] == "Anna"
    assert (await spine.store.counts())["contacts"] == 1
    again = await page(spine, entered("2", visitor="another-browser-1234", **given))
    assert invitation_of(spine, again) == found.invitation.id


async def test_a_subscriber_nobody_named_joins_later(spine: Spine) -> None:
    await spine.hear(entered("9", source="newsletter", contact="listmonk:8f14e45f"))
    event = identify(1, "who", {"first_name": "Anna"})
    await spine.report(replace(event, anonymous_id="listmonk:8f14e45f", kind=EventKind.IDENTIFY))
    assert (await spine.store.counts())["contacts"] == 1
    assert (await spine.conversation(1)).contact.attributes["first_name"] == "Anna"


async def test_a_link_in_other_hands_tells_nothing_of_the_subscriber(spine: Spine) -> None:
    await spine.report(
        replace(identify(1, "who", {"first_name": "Anna"}), anonymous_id="listmonk:8f14e45f")
    )
    spine.rules = replace(
        spine.rules,
        surveys={
            "call": replace(
                spine.rules.surveys["call"],
                questions=tuple(
                    replace(q, text={"en": "How was it, {first_name}?"})
                    for q in spine.rules.surveys["call"].questions
                ),
            )
        },
    )
    given = {"source": "newsletter", "contact": "listmonk:8f14e45f", "visitor": "v" * 22}
    await spine.hear(entered("9", **given))
    look = await page(spine, entered(**given))
    assert look.question_id == "nps"
    assert not [b for b in look.buttons if b.chosen]
    after = await page(spine, entered("8", **given))
    for shown in (look, after):
        assert "Anna" not in repr(shown)
        assert "/u/" not in repr(shown.footer)


@pytest.mark.parametrize(
    "contact", ["*|UNIQID|*", "mailchimp:", "anna@example.com", "x:a@b.example"]
)
async def test_what_is_no_subscriber_is_a_visitor(spine: Spine, contact: str) -> None:
    shown = await page(spine, entered("9", source="newsletter", contact=contact))
    found = await spine.conversation(invitation_of(spine, shown))
    assert found.contact.keys == (f"anon:{WORD}",)


async def test_words_and_several_choices_can_be_the_first_answer(spine: Spine) -> None:
    survey = spine.rules.surveys["call"]
    words = replace(survey, questions=survey.questions[-1:])
    ticks = replace(survey, questions=(replace(survey.questions[2], condition=None),))
    spine.rules = replace(spine.rules, surveys={"call": words})
    await spine.hear(entered(question="comment", question_id="comment", text="Kiitos", value="="))
    spine.rules = replace(spine.rules, surveys={"call": ticks})
    await spine.hear(entered("late,rude,!", question="reasons", visitor="y" * 22))
    first, second = await spine.conversation(1), await spine.conversation(2)
    assert first.response and first.response.answers[0].text == "Kiitos"
    assert second.response and second.response.answers[0].choices == ("late", "rude")
    assert second.invitation.state is InvitationState.COMPLETED


async def test_visitors_are_not_held_back_by_a_stop_or_a_throttle(spine: Spine) -> None:
    await spine.hear(entered("9"))
    contact = (await spine.conversation(1)).contact
    await spine.store.unit_of_work(lambda t: t.opt_out({contact.id}, START, "test"))
    shown = await page(spine, entered("5", question="csat"))
    assert shown.question_id == "comment"

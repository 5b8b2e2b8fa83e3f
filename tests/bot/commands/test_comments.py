"""/comments: customers' own words, from surveys and comment cards."""

import pytest

from bot.commands import MOST_CHARACTERS
from bot.commands.comments import PAGE
from surveys.comment import CARDS, COMPLAINT, PRAISE, Comment
from surveys.message import Message
from tests.bot.commands.office import CHANNEL, commands, said_in_survey, said_on_card


async def ask(line: str, *comments: Comment, who: str = "2") -> Message:
    staff_commands, _ = commands(comments=comments)
    answer = await staff_commands.answer(CHANNEL, who, line)
    assert answer is not None
    return answer


async def test_cards_and_answers_stand_together_newest_first() -> None:
    answer = await ask("/comments", said_in_survey(), said_on_card(praise=False, team="support"))
    assert answer.text.splitlines() == [
        "Comments · 23 Oct – 21 Nov 2026",
        "",
        "21 Nov 2026, 13:00 · comment card, complaint",
        "“The lift is broken.”",
        "Anna Virtanen · team support · by telegram",
        "",
        "21 Nov 2026, 12:00 · after_call · NPS 3 of 10 · CSAT 2 of 5",
        "“Waited too long.”",
        "Anna Virtanen · agent Pekka · team support · by telegram",
        "",
        "Page 1",
    ]


async def test_who_is_not_known_is_said_so() -> None:
    visitor = said_on_card(
        known=False, contact_id=0, channel="web", source="till", email="a@x.example"
    )
    answer = await ask("/comments", visitor, said_on_card("Cold", known=False))
    assert "a visitor · by web · from till · answer to a@x.example" in answer.text
    assert "somebody new · by telegram" in answer.text


@pytest.mark.parametrize(
    ("line", "words", "only"),
    [
        ("/comments queue", ("queue",), ""),
        ("/comments queue lift", ("queue", "lift"), ""),
        ('/comments "long queue" 7d', ("long queue",), ""),
        ("/comments about delivery", ("delivery",), ""),
        ("/comments cards", (), CARDS),
        ("/comments praise Pekka", ("Pekka",), PRAISE),
        ("/comments 7d complaints", (), COMPLAINT),
        ("/comments about praise", ("praise",), ""),
    ],
)
async def test_words_are_looked_for(line: str, words: tuple[str, ...], only: str) -> None:
    staff_commands, store = commands()
    await staff_commands.answer(CHANNEL, "2", line)
    assert (store.searched[0].words, store.searched[0].only) == (words, only)


async def test_names_and_periods_still_limit() -> None:
    staff_commands, store = commands()
    line = "/comments after_call team support queue 7d channel email"
    await staff_commands.answer(CHANNEL, "2", line)
    [search] = store.searched
    assert search.words == ("queue",)
    rows = search.rows
    assert (rows.survey, rows.team, rows.channel) == ("after_call", "support", "email")
    assert (rows.until - rows.since).days == 6


async def test_each_sees_their_own_teams_only() -> None:
    rows = (
        said_on_card("ours", team="support"),
        said_on_card("theirs", team="sales"),
        said_on_card("nobody's"),
        said_in_survey(text="their call", team="sales"),
    )
    lead = (await ask("/comments", *rows, who="3")).text
    assert "ours" in lead
    assert not [word for word in ("theirs", "nobody's", "their call") if word in lead]
    manager = (await ask("/comments", *rows)).text
    assert [word for word in ("ours", "theirs", "nobody's", "their call") if word in manager]
    refused = await ask("/comments team sales", *rows, who="3")
    assert refused.text.startswith("You can see support only.")


async def test_pages_follow_each_other() -> None:
    rows = [said_on_card(f"word number {n:02}", hours_ago=n) for n in range(1, PAGE + 2)]
    first = await ask("/comments cards word 7d", *rows)
    assert f"number {PAGE:02}" in first.text
    assert f"number {PAGE + 1:02}" not in first.text
    more = first.text.rpartition("more: ")[2]
    assert more == "/comments cards about word 2026-11-15..2026-11-21 page 2"
    assert [button.payload for button in first.buttons] == [more]
    second = await ask(more, *rows)
    assert f"number {PAGE + 1:02}" in second.text
    third = await ask("/comments page 3", *rows)
    assert third.text.endswith("Page 3 is empty: the comments end before it.")


async def test_nothing_found_says_what_to_do() -> None:
    assert "Try a longer period" in (await ask("/comments")).text
    assert "No comment has these words" in (await ask("/comments zebra", said_on_card())).text


async def test_a_page_of_the_longest_still_fits() -> None:
    long = said_on_card("x" * 4000, team="t" * 90, source="s" * 90, email="e" * 90)
    answer = await ask("/comments", *[long] * (PAGE + 1))
    assert len(answer.text) < MOST_CHARACTERS
    assert answer.text.endswith("page 2")


async def test_words_of_customers_are_harmless() -> None:
    answer = await ask("/comments", said_on_card("hey @channel\n<!everyone> go"))
    assert "“hey @\u200bchannel <\u200b!everyone> go”" in answer.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/comments by team", "/comments has no groups"),
        ("/comments nps", "/comments about nps"),
        ("/comments 7d 30d", "I read two periods"),
    ],
)
async def test_what_it_cannot_do_it_says(line: str, answer: str) -> None:
    assert answer in (await ask(line)).text

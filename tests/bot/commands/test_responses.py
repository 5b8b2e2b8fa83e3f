"""/responses: single customers' words."""

import pytest

from surveys.contact import Contact
from surveys.message import Message
from surveys.response import Response
from tests.bot.commands.office import CHANNEL, commands, response


async def ask(line: str, *responses: tuple[Response, Contact], who: str = "2") -> Message:
    staff_commands, _ = commands(responses=responses)
    answer = await staff_commands.answer(CHANNEL, who, line)
    assert answer is not None
    return answer


async def test_a_response_is_four_lines() -> None:
    answer = await ask("/responses", response())
    assert answer.text.splitlines() == [
        "Responses · 23 Oct – 21 Nov 2026",
        "",
        "21 Nov 2026, 12:00 · after_call",
        "NPS 3 of 10 · CSAT 2 of 5",
        "“Waited too long.”",
        "Anna Virtanen · agent Pekka · team support · by telegram",
        "",
        "Page 1",
    ]


async def test_the_newest_stands_first_and_unfinished_ones_are_marked() -> None:
    answer = await ask(
        "/responses",
        response(hours_ago=30, name="Old One"),
        response(hours_ago=1, name="New One", finished=False),
    )
    assert answer.text.index("New One") < answer.text.index("Old One")
    assert "21 Nov 2026, 13:00 · after_call · not finished" in answer.text


async def test_comments_are_folded_and_cut() -> None:
    answer = await ask("/responses", response(comment="Bad.\nReally bad. @channel " + "x" * 300))
    line = next(line for line in answer.text.splitlines() if line.startswith("“"))
    assert line.startswith("“Bad. Really bad. @\u200bchannel xxx")
    assert line.endswith("…”")
    assert len(line) == 202


async def test_pages_follow_each_other_without_gaps() -> None:
    rows = [response(hours_ago=i, name=f"Person {i:02}") for i in range(1, 15)]
    first = await ask("/responses after_call 7d", *rows)
    assert "Person 06" in first.text
    assert "Person 07" not in first.text
    more = "after_call 2026-11-15..2026-11-21 page 2"
    assert first.text.endswith(f"Page 1 · more: /responses {more}")
    assert [button.payload for button in first.buttons] == [f"/responses {more}"]
    second = await ask(f"/responses {more}", *rows)
    assert [button.payload[-6:] for button in second.buttons] == ["page 1", "page 3"]
    assert "Person 07" in second.text
    assert "Person 12" in second.text
    third = await ask("/responses page 3", *rows)
    assert third.text.endswith("Page 3")
    assert "Person 14" in third.text
    assert (await ask("/responses page 4", *rows)).text.endswith("the responses end before it.")


async def test_the_way_to_more_keeps_every_limit() -> None:
    rows = [response(hours_ago=i) for i in range(1, 15)]
    answer = await ask("/responses channel telegram language fi team support agent Pekka", *rows)
    assert answer.text.endswith(
        "/responses channel telegram team support agent Pekka language fi page 2"
    )


async def test_longer_names_stay_in_quotes() -> None:
    staff_commands, store = commands(responses=[])
    await staff_commands.answer(CHANNEL, "2", '/responses agent "Pekka V"')
    assert store.asked[-1].agent == "Pekka V"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/responses by team", "/responses has no groups. Write /results by team."),
        ("/responses nps", "/responses shows whole responses. For nps write /results nps."),
        ("/responses page x", "'x' is not a page. Write page 2."),
    ],
)
async def test_what_it_cannot_do_is_said(line: str, says: str) -> None:
    assert (await ask(line)).text.startswith(says)


async def test_none_yet() -> None:
    assert (await ask("/responses")).text.endswith(
        "No responses yet. Try a longer period: /responses 90d."
    )


async def test_the_longest_page_fits_one_message() -> None:
    rows = [
        response(hours_ago=i, comment="ä" * 5000, name="N" * 500 + " " + "M" * 500)
        for i in range(1, 9)
    ]
    assert len((await ask("/responses", *rows)).text) <= 3000

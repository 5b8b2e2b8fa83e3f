"""/trend: every step in text and picture, and the verdict."""

from datetime import date
from typing import Any

import pytest

from bot.commands import Commands
from tests.bot.commands.memory_store import MemoryStore, Said, said
from tests.bot.commands.office import CHANNEL, CONFIG, NOW


async def ask(line: str, *rows: Said, who: str = "2") -> Any:
    commands = Commands(
        store=MemoryStore(rows=list(rows)), config=lambda: CONFIG, clock=lambda: NOW
    )
    answer = await commands.answer(CHANNEL, who, line)
    assert answer is not None
    return answer


def weekly(*counts: int, value: int = 10, start: int = 19) -> list[Said]:
    """So many answers in each of the weeks from Monday, 19 October 2026 on."""
    first = date(2026, 10, start).toordinal()
    return [
        said("nps", value, n, day=date.fromordinal(first + 7 * week))
        for week, n in enumerate(counts)
        if n
    ]


async def test_each_step_is_a_line_and_the_whole_is_judged() -> None:
    earlier = [said("nps", 0, 30, day=date(2026, 10, 1)), said("nps", 9, 10, day=date(2026, 10, 1))]
    answer = await ask("/trend nps weekly 19 oct..15 nov", *weekly(10, 0, 20, 30), *earlier)
    assert answer.text.splitlines() == [
        "Trend · nps · by week · 19 Oct – 15 Nov 2026",
        "",
        "after_call: NPS by week",
        "19 Oct 2026: +100 (+46…+100), n 10",
        "26 Oct 2026: –",
        "2 Nov 2026: +100 (+69…+100), n 20",
        "9 Nov 2026: +100 (+78…+100), n 30",
        "Goal +50: met",
        (
            "All of it: +100, n 60, against −50, n 40: clearly better (+150 points, "
            "95 %: +115…+169). Compared with 21 Sep – 18 Oct 2026."
        ),
    ]
    assert answer.image is not None
    assert "26 Oct no answers" in answer.image.alt
    assert "9 Nov +100 (95 % interval +78 to +100), n 30" in answer.image.alt


async def test_small_steps_are_hidden_in_text_and_picture() -> None:
    answer = await ask("/trend nps by week 19 oct..15 nov", *weekly(10, 3, 20, 2))
    assert "26 Oct 2026: hidden" in answer.text
    assert "9 Nov 2026: hidden" in answer.text
    assert "26 Oct hidden" in answer.image.alt
    assert "n 3" not in answer.text + answer.image.alt


async def test_the_usual_trend_is_of_twelve_weeks_with_the_last_one_open() -> None:
    answer = await ask("/trend nps", *weekly(10, 10, 10, 10, 10))
    assert answer.text.startswith("Trend · nps · by week · 31 Aug – 21 Nov 2026")
    assert "16 Nov 2026 (to 21 Nov 2026): +100" in answer.text


async def test_other_scores_are_named_with_what_to_write() -> None:
    rows = (*weekly(10), said("csat", 5, 10, day=date(2026, 10, 19)))
    answer = await ask("/trend", *rows)
    assert "after_call: NPS by week" in answer.text
    assert answer.text.endswith("More trends:\n  /trend after_call question csat")
    assert "CSAT by week" in (await ask("/trend after_call question csat", *rows)).text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/trend nps by team", "write /compare by team"),
        ("/trend nps by day 60d", "60 days are too many to show. Write by week."),
        ("/trend nps by weak", "Did you mean by week?"),
        ("/trend nps page 2", "/trend has no pages"),
        ("/trend nsp", "Did you mean nps?"),
        ("/trend nps", "No scores yet for nps in"),
    ],
)
async def test_what_cannot_be_shown_says_what_to_write(line: str, says: str) -> None:
    assert says in (await ask(line)).text


async def test_a_team_lead_sees_their_own_team_only() -> None:
    rows = (*weekly(10), *(said("nps", 0, 50, day=date(2026, 10, 19), team="sales") for _ in "1"))
    assert "n 10" in (await ask("/trend nps", *rows, who="3")).text
    assert "n 60" in (await ask("/trend nps", *rows, who="2")).text

"""/comments by theme and tone, and what customers speak of."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.commands import MOST_CHARACTERS
from bot.commands.theme_counting import MOST
from surveys.keyphrase import Written
from surveys.message import Message
from surveys.theme_count import Heard
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, commands, said_in_survey

NOW_DAY, BEFORE = date(2026, 11, 10), date(2026, 10, 10)
NPS: Any = {
    "survey": "after_call", "question": "nps", "metric": "nps", "metric_version": "nps-2003",
    "scale": "0-10", "population": "customer",
}  # fmt: skip


async def ask(
    line: str, *heard: tuple[date, Heard], unread: int = 0
) -> tuple[Message, MemoryStore]:
    staff_commands, store = commands()
    store.heard, store.unread = list(heard), unread
    answer = await staff_commands.answer(CHANNEL, "2", line)
    assert answer is not None
    return answer, store


def spoken(
    n: int,
    *themes: str,
    day: date = NOW_DAY,
    first: int = 1,
    tone: str = "negative",
    **more: Any,
) -> list[tuple[date, Heard]]:
    """Give ``n`` people's comments, from the person ``first`` on."""
    return [(day, Heard(themes, tone, people=frozenset([first + i]), **more)) for i in range(n)]


async def test_what_customers_speak_of_with_scores_and_what_changed() -> None:
    now = [
        *spoken(30, "waiting", "staff", value=2.0, **NPS),
        *spoken(50, first=31, tone="positive", value=10.0, **NPS),
        *spoken(3, "price", first=81),
    ]
    then = [*spoken(5, "waiting", day=BEFORE), *spoken(85, day=BEFORE, first=6)]
    answer, _ = await ask("/comments themes", *now, *then)
    assert answer.text.splitlines()[:7] == [
        "What customers speak of · 23 Oct – 21 Nov 2026",
        "83 people wrote 83 comments.",
        "All who wrote: NPS +25 (95 %: +3…+45), n 80, after_call",
        "",
        "Waiting time · 30 people, 36 %, more than before (6 %)",
        "  NPS −100 (95 %: −100…−78), n 30, after_call",
        "  sounds negative 30",
    ]
    assert "Spoken of by fewer than 5 people: Price." in answer.text
    assert "one comment in four" in answer.text
    assert answer.image is not None
    assert "People by theme: Waiting time: 30, Staff: 30." in answer.image.alt


async def test_each_person_counts_once_and_small_groups_are_hidden() -> None:
    same = spoken(5, "waiting") + spoken(5, "waiting")
    answer, _ = await ask("/comments themes", *same)
    assert "5 people wrote 10 comments." in answer.text
    assert "Waiting time · 5 people, 100 %\n" in answer.text
    few, _ = await ask("/comments themes", *spoken(4, "waiting", value=2.0, **NPS))
    assert few.text.endswith("Fewer than 5 people wrote: hidden.") and few.image is None
    assert "Waiting" not in few.text


async def test_a_score_of_few_is_hidden_where_the_theme_is_not() -> None:
    few = [*spoken(4, "waiting", value=2.0, **NPS), *spoken(6, "waiting", first=5)]
    answer, _ = await ask("/comments themes", *few)
    assert "Waiting time · 10 people" in answer.text and "NPS" not in answer.text


async def test_a_change_that_may_be_chance_is_none() -> None:
    both = [*spoken(12, "waiting"), *spoken(28, first=13)]
    then = [*spoken(10, "waiting", day=BEFORE), *spoken(30, day=BEFORE, first=13)]
    answer, _ = await ask("/comments themes", *both, *then)
    assert "30 %, no clear change from (25 %)" in answer.text


async def test_too_many_are_cut_and_said_so() -> None:
    many = [
        (NOW_DAY, Heard(("waiting",), "negative", people=frozenset([i])))
        for i in range(1, MOST + 2)
    ]
    answer, _ = await ask("/comments themes", *many)
    assert "The newest 30,000 comments of the period" in answer.text


async def test_nothing_to_count_says_why() -> None:
    assert (await ask("/comments themes"))[0].text.endswith("90d.")
    unread, _ = await ask("/comments themes", unread=1200)
    assert unread.text.endswith("1,200 comments are still being read; ask again in a while.")
    silent, _ = await ask("/comments themes", *spoken(9))
    assert "No theme is spoken of by 5 people" in silent.text


async def test_the_summary_fits_and_heeds_limits() -> None:
    themes = ("waiting", "staff", "solution", "price", "website", "delivery", "information")
    answer, store = await ask("/comments themes after_call channel email 7d", *spoken(9, *themes))
    assert len(answer.text) <= MOST_CHARACTERS
    assert [(f.survey, f.channel, f.until - f.since) for f in store.asked] == [
        ("after_call", "email", timedelta(6))
    ] * 2


@pytest.mark.parametrize(
    ("line", "themes", "tone", "words"),
    [
        ("/comments waiting", ("waiting",), "", ()),
        ("/comments Waiting Time 7d", ("waiting",), "", ()),
        ("/comments odotusaika", ("waiting",), "", ()),
        ("/comments negative", (), "negative", ()),
        ("/comments positive price queue", ("price",), "positive", ("queue",)),
        ("/comments theme delivery", ("delivery",), "", ()),  # a survey is called so too
        ("/comments delivery", (), "", ()),
        ("/comments about waiting", (), "", ("waiting",)),
        ("/comments about negative", (), "", ("negative",)),
        ("/comments agent price", (), "", ()),
        ("/comments theme:waiting theme:staff", ("waiting", "staff"), "", ()),
    ],
)
async def test_themes_and_tones_are_looked_for(
    line: str, themes: tuple[str, ...], tone: str, words: tuple[str, ...]
) -> None:
    _, store = await ask(line)
    [searched] = store.searched
    assert (searched.themes, searched.tone, searched.words) == (themes, tone, words)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/comments theme waitng", "I know no theme 'waitng'. Did you mean waiting?"),
        ("/comments theme zzz", "There is waiting, staff, solution"),
        ("/comments waitng", "Did you mean the theme waiting?"),
        ("/comments positive negative", "I read both 'positive' and 'negative'. Write one."),
        ("/comments themes waiting", "/comments themes counts all comments."),
        ("/comments themes by team", "/comments has no groups."),
    ],
)
async def test_what_cannot_be_read_is_answered_by_what_to_write(line: str, said: str) -> None:
    answer, _ = await ask(line)
    assert said in answer.text


async def test_the_next_page_asks_for_the_same() -> None:
    staff_commands, _ = commands(
        comments=[
            replace(said_in_survey(text=f"Waited too long {i}", hours_ago=i), question_id="comment")
            for i in range(1, 12)
        ]
    )
    first = await staff_commands.answer(CHANNEL, "2", "/comments waiting negative")
    assert first is not None
    assert first.text.startswith("Comments on Waiting time that sound negative · ")
    more = first.text.rpartition("more: ")[2]
    assert more.startswith("/comments negative theme waiting ") and more.endswith("page 2")
    second = await staff_commands.answer(CHANNEL, "2", more)
    assert second is not None and "Waited too long 11" in second.text


async def test_what_many_write_alike_language_by_language() -> None:
    staff_commands, store = commands()
    store.written = [
        *[("en", Written(n, "Such a long queue, Mia said", n < 5)) for n in range(6)],
        *[("fi", Written(10 + n, "Pitkä jonotus")) for n in range(5)],
        *[("hr", Written(20 + n, "Dug red")) for n in range(4)],
    ]
    answer = await staff_commands.answer(CHANNEL, "2", "/comments phrases")
    assert answer is not None
    assert answer.text.splitlines()[:6] == [
        "What customers write · 23 Oct – 21 Nov 2026",
        "",
        "en · 6 people",
        "“long queue” 6 people",
        "",
        "fi · 5 people",
    ]
    assert "“pitkä jonotus” 5 people" in answer.text
    assert "mia" not in answer.text.casefold(), "colleagues are not named"
    assert "hr" not in answer.text.split(), "too few people"


async def test_nothing_alike_is_said_so() -> None:
    staff_commands, store = commands()
    nothing = await staff_commands.answer(CHANNEL, "2", "/comments phrases 7d")
    assert nothing is not None and "No comments yet." in nothing.text
    store.written = [("en", Written(1, "long queue"))]
    one = await staff_commands.answer(CHANNEL, "2", "/comments phrases 7d")
    assert one is not None and "Nothing is written alike by 5 people." in one.text

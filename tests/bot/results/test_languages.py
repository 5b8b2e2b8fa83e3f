"""The page in its reader's language: every word of it, numbers and days as they are written there."""

import asyncio
import json
import re
from pathlib import Path

import pytest

import bot.words.words as module
from bot.words import words_of
from tests.bot.results.office import Given, Reader, hundred, office

LANGUAGES = ("en", "fi", "de", "hr", "lv")
TEXTS = json.loads((Path(module.__file__).parent / "page.json").read_text("utf-8"))


def reader_of(code: str) -> str:
    return f'{{ name: Ada, role: admin, language: {code}, telegram: "1" }}'


def sales() -> list[Given]:
    """Forty answers of another team, one of them in words and one of an agent's own."""
    return [
        *[
            Given(nps=n % 11, csat=1 + n % 5, team="sales", agent="Mia", days_ago=n % 29)
            for n in range(39)
        ],
        Given(nps=2, team="sales", agent="Tom", words="Nobody called back.", days_ago=1),
        *[Given(csat=5, survey="delivery", days_ago=4)] * 6,
    ]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_page_is_in_its_readers_language(code: str, tmp_path: Path) -> None:
    words = words_of(code)
    async with (
        office(tmp_path, staff=(reader_of(code),)) as here,
        Reader(here.service.url) as reader,
    ):
        await here.give(*hundred(), *sales())
        page = await reader.open(here.link("Ada"))
        assert page.get("lang") == code
        assert reader.headers["Content-Language"] == code
        headings = [part.text_content() for part in page.xpath("//h2")]
        names = ("overview", "detail", "cases", "comments")
        assert headings == [words.say(f"title_{name}") for name in names]
        said = reader.words("//body").replace("\u00a0", " ")
        for key in (
            "filters",
            "all_surveys",
            "how_often",
            "as_table",
            "case_none",
            "search",
            "leave",
            "hidden_short",
        ):
            assert words.say(key) in said, key
        assert words.count("n_answers", 140) in said
        assert words.say("of_team", name="sales") in said
        assert f"{words.say('one_team')}" in said
        assert words.say("nps_low") in said
        if code != "en":
            assert not english_in(said, code)


def english_in(said: str, code: str) -> list[str]:
    """Give the English texts of the page that stand in it and in no text of the language."""
    own = " ".join(TEXTS[code].values())
    texts = [part.strip(" .:,()") for t in TEXTS["en"].values() for part in re.split(r"{\w+}", t)]
    found = [text for text in texts if len(text) > 5 and re.search(rf"\b{re.escape(text)}\b", said)]
    return [text for text in found if text not in own]


async def test_numbers_and_days_are_written_as_there(tmp_path: Path) -> None:
    async with (
        office(tmp_path, staff=(reader_of("de"),)) as here,
        Reader(here.service.url) as reader,
    ):
        await here.give(*hundred())
        await reader.open(here.link("Ada"))
        said = reader.words("//section[@id='overview']").replace("\u00a0", " ")
        assert "100 von 100 zugestellten beantwortet, 100 %" in said
        assert "80 von 100 gaben 4–5, Mittelwert 4,4" in said
        assert re.search(r"\d{1,2}\.\d{1,2}\.–\d{1,2}\.\d{1,2}\.\d{4}", reader.words("//h1"))
        assert "Ziel +50: nicht erreicht" in said


async def test_a_fault_and_a_dead_link_are_told_there_too(tmp_path: Path) -> None:
    async with (
        office(tmp_path, staff=(reader_of("fi"),)) as here,
        Reader(here.service.url) as reader,
    ):
        await reader.open(here.link("Ada"))
        page = await reader.open("/r/?period=whenever")
        assert reader.status == 400
        (fault,) = page.xpath("//p[@role='alert']")
        assert fault.text_content().startswith("Tätä ei voi näyttää: I can't read 'whenever'")
        assert fault.xpath("span/@lang") == ["en"]
        page = await reader.open(f"/r/{'a' * 40}")
        assert reader.status == 404
        assert page.get("lang") == "en"  # who asks is not known: the service's
        assert "This link is no longer good" in reader.words()


async def test_one_metric_alone_leaves_the_words_of_customers(tmp_path: Path) -> None:
    async with (
        office(tmp_path, staff=(reader_of("hr"),)) as here,
        Reader(here.service.url) as reader,
    ):
        await here.give(*hundred(), *sales())
        await reader.open(here.link("Ada"))
        page = await reader.open("/r/?metric=nps")
        assert [card.text_content() for card in page.xpath("//li[@class='card']/h4")] == ["NPS"]
        assert "NPS" in reader.words("//h1")
        assert "Nobody called back." in reader.words("//section[@id='comments']")


async def test_readers_of_two_languages_who_look_at_once_each_get_their_own(tmp_path: Path) -> None:
    staff = (reader_of("en"), reader_of("fi").replace("Ada", "Aino").replace('"1"', '"2"'))
    async with (
        office(tmp_path, staff=staff) as here,
        Reader(here.service.url) as one,
        Reader(here.service.url) as two,
    ):
        await here.give(*hundred())
        await asyncio.gather(one.open(here.link("Ada")), two.open(here.link("Aino")))
        for _ in range(3):  # what several show alike is counted once for all of them
            await asyncio.gather(one.open("/r/"), two.open("/r/"))
            assert "Overview" in one.words()
            assert "Yleiskuva" in two.words()
            assert "Yleiskuva" not in one.words()

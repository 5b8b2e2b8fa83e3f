"""What the results page shows, over sockets: the numbers of /results, and how to get at them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from storage.store import Transaction
from surveys.case import Case, CaseState, Entry, EntryKind
from tests.bot.results.office import Given, Office, Reader, hundred, office
from tests.storage.make import HOUR

EVIL = '<script>alert("x")</script>'


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Office]:
    """A hundred answers of support, thirty of sales."""
    async with office(tmp_path) as here:
        sales = [Given(nps=0, team="sales", agent="Mia", channel="email", language="en")] * 30
        await here.give(*hundred(), *sales)
        yield here


async def test_it_says_what_the_command_says(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        words = reader.words("//section[@id='overview']").replace("\u00a0", " ")
        # Counted by hand in tests/bot/commands/test_results.py.
        for said in (
            "100 of 100 delivered answered, 100 %",
            "NPS +40",
            "95 %: +23…+54",
            "100 answers, response rate 100 %",
            "Detractors 20 %, passives 20 %, promoters 60 %",
            "Goal +50: not met",
            "CSAT 80 %",
            "80 of 100 gave 4–5",
            "no answers in ",
        ):
            assert said in words, words
        assert "Maija, team lead: support" in reader.words("//header")
        answer = await filled.service.commands.answer("telegram", "3", "/results nps")
        assert answer is not None
        assert "NPS +40 (95 %: +23…+54), n 100" in answer.text
        headings = [part.text_content() for part in page.xpath("//h2")]
        assert headings == ["Overview", "In detail", "Open cases", "Comments"]


async def test_pictures_have_words_and_a_table(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        pictures = page.xpath("//svg[@role='img']")
        assert len(pictures) == 4
        for picture in pictures:
            title = picture.xpath("title")[0]
            assert picture.get("aria-labelledby") == title.get("id")
            assert title.text_content().strip()
            table = picture.getparent().xpath("details//table")[0]
            assert table.xpath("thead//th[@scope='col']")
            assert table.xpath("tbody//th[@scope='row']")
        first = pictures[0].getparent().xpath("details//tbody/tr")
        rows = [tuple(cell.text_content() for cell in row) for row in first]
        assert rows[-1] == ("10", "40", "40\u00a0%")
        assert [row[1] for row in rows] == ["10", *"00000", "10", "5", "15", "20", "40"]
        assert all(not one.get("role") for one in page.xpath("//svg[@aria-hidden='true']"))


async def test_breakdowns_name_groups_best_first(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Otto"))
        table = page.xpath("//table[caption='By team']")[0]
        rows = [" ".join(row.text_content().split()) for row in table.xpath("tbody/tr")]
        assert rows[0].startswith("support clearly better than the others +40 +23…+54")
        assert rows[1].startswith("sales clearly worse than the others −100")
        agents = page.xpath("//table[caption='By agent']")[0].xpath("tbody/tr/th/bdi")
        assert {one.text_content() for one in agents} == {"Pekka", "Liisa", "Mia"}


async def test_small_groups_are_hidden_everywhere(filled: Office) -> None:
    await filled.give(*[Given(nps=3, agent="Tom", team="support", days_ago=3)] * 2)
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        table = page.xpath("//table[caption='By agent']")[0]
        rows = {row.xpath("th/bdi")[0].text_content(): row for row in table.xpath("tbody/tr")}
        assert "hidden" in rows["Tom"].text_content()
        hidden = [name for name, row in rows.items() if "hidden" in row.text_content()]
        assert len(hidden) == 2  # with one alone, the rest of the total would be Tom's
        assert "Hidden: groups of fewer than 5 answers" in reader.words()
        await reader.open("/r/?agent=Tom")
        assert "fewer than 5 answers: hidden" in reader.words()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("survey=after_call", "130 answers"),
        ("survey=AFTER_CALL", "130 answers"),
        ("team=sales", "30 answers"),
        ("agent=Mia", "30 answers"),
        ("agent=pekka", "No answers yet"),
        ("channel=email", "64 answers"),
        ("language=en", "30 answers"),
        ("metric=csat", "100 answers"),
        ("metric=CSAT&team=sales", "No answers yet"),
        ("period=today", "No answers yet"),
        ("period=last+week", "Results"),
        ("period=q3+2020", "1 Jul – 30 Sep 2020"),
        ("period=2020-01-01..2020-01-31", "1–31 Jan 2020"),
        ("survey=delivery", "No answers yet"),
        ("nonsense=1&page=0", "130 answers"),
        ("page=9", "Page 9 is empty"),
        ("page=99999999999", "No comments yet."),
    ],
)
async def test_filters_limit(filled: Office, query: str, said: str) -> None:
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Otto"))
        await reader.open(f"/r/?{query}")
        assert reader.status == 200
        assert said in reader.words()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("survey=after_cal", "I know no survey 'after_cal'. Did you mean after_call?"),
        ("channel=fax", "I know no channel 'fax'."),
        ("metric=nsp", "I know no metric 'nsp'. Did you mean nps?"),
        ("period=whenever", "I can't read 'whenever' as a period."),
        ("period=last+fortnight", "as a period. Write 7d"),
        ("period=7d+and+more", "I can't read '7d and more' as a period."),
        ("period=2099-01-01", "is still to come"),
        (f"survey={EVIL}", "I know no survey '<script>"),
    ],
)
async def test_what_cannot_be_read_is_said_above_the_form(
    filled: Office, query: str, said: str
) -> None:
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Otto"))
        page = await reader.open(f"/r/?{query}")
        assert reader.status == 400
        assert said in reader.words("//p[@role='alert']")
        assert page.xpath("//details[@id='filters']/@open")
        assert EVIL not in reader.text
        assert "130 answers" not in reader.text


async def test_the_form_keeps_what_was_written(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Otto"))
        page = await reader.open("/r/?survey=after_call&period=90d&agent=Mia&team=sales&q=x")
        form = page.xpath("//details[@id='filters']//form")[0]
        assert dict(form.form_values()) == {
            "survey": "after_call",
            "metric": "",
            "period": "90d",
            "channel": "",
            "team": "sales",
            "agent": "Mia",
            "language": "",
        }
        search = page.xpath("//form[@role='search']")[0]
        assert dict(search.form_values()) == {
            "survey": "after_call",
            "period": "90d",
            "team": "sales",
            "agent": "Mia",
            "q": "x",
        }


async def test_a_team_leader_chooses_among_their_own_teams(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        assert not page.xpath("//select[@id='team']")  # there is one only
        page = await reader.open(filled.link("Otto"))
        assert page.xpath("//select[@id='team']/option/@value") == ["", "support", "sales"]


# Comments


async def test_comments_are_listed_searched_and_paged(filled: Office) -> None:
    words = [Given(nps=9, words=f"Word number {n} 😀", days_ago=n / 10) for n in range(25)]
    await filled.give(*words, Given(nps=2, words=EVIL, team="sales", days_ago=0))
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        said = [one.text_content() for one in page.xpath("//blockquote")]
        assert said == [f"Word number {n} 😀" for n in range(20)]
        assert "NPS 9 of 10" in reader.words("//ol[@class='comments']")
        assert "Anna Virtanen · agent Pekka · team support" in reader.words("//ol")
        page = await reader.open("/r/" + page.xpath("//a[@rel='next']/@href")[0])
        said = [one.text_content() for one in page.xpath("//blockquote")]
        assert said == [f"Word number {n} 😀" for n in range(20, 25)]
        page = await reader.open("/r/?q=number+7")
        assert [one.text_content() for one in page.xpath("//blockquote")] == [
            "Word number 7 😀",
            "Word number 17 😀",
        ]
        await reader.open("/r/?q=nowhere")
        assert "No comment has these words." in reader.words()
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Otto"))
        assert EVIL not in reader.text
        assert EVIL in reader.words("//blockquote")


async def test_a_viewer_reads_what_was_said_and_not_who_said_it(filled: Office) -> None:
    told = "Ask anna@example.com or call +358 40 123 4567, order 12345."
    await filled.give(Given(nps=2, words=told, team="sales", name="Anna Virtanen"))
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Ville"))
        said = reader.words("//ol")
        assert "Ask … or call …, order 12345." in said
        assert "a customer · agent Pekka · team sales" in said
        assert "Virtanen" not in reader.text
        await reader.open(filled.link("Otto"))
        assert told in reader.text
        assert "Virtanen" in reader.text


# Cases


async def test_open_cases_stand_in_the_order_of_their_clocks(filled: Office) -> None:
    now = filled.clock()
    await open_case(filled, "Anna Virtanen", opened_at=now - 5 * HOUR, respond_by=now - HOUR)
    await open_case(
        filled,
        "Ben Berg",
        owner="Otto",
        state=CaseState.CLAIMED,
        opened_at=now,
        respond_by=now + HOUR,
    )
    await open_case(filled, "Cem Can", team="sales", opened_at=now)
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Maija"))
        listed = [
            " ".join(li.text_content().split()) for li in page.xpath("//section[@id='cases']//li")
        ]
        assert len(listed) == 2
        assert "Anna Virtanen · team support nobody has it · contact by" in listed[0]
        assert listed[0].endswith("late")
        assert "Ben Berg · team support Otto · contact by" in listed[1]
        assert "2 open, 1 late, 1 nobody's." in reader.words("//section[@id='cases']")
        await reader.open("/r/?team=support")
        assert "Cem" not in reader.text
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Ville"))
        assert "a customer · team sales" in reader.words("//section[@id='cases']")
        assert "Cem" not in reader.text


async def open_case(office: Office, name: str, *, team: str = "support", **given: Any) -> None:
    """Open a case of a customer."""
    [number] = await office.give(Given(nps=2, team=team, name=name))
    store = office.service.store
    about = (await store.load_conversations([number]))[number]
    case = Case(
        contact_id=about.contact.id, invitation_id=number, survey="after_call",
        interaction=about.invitation.interaction, **given,
    )  # fmt: skip

    async def work(transaction: Transaction) -> None:
        [kept] = await transaction.add_cases([case])
        await transaction.add_entries([(kept.id, Entry(at=office.clock(), kind=EntryKind.OPENED))])

    before = await store.last_said()
    await store.unit_of_work(work)
    assert await store.last_said() != before


# Nothing to show


async def test_empty_pages_say_so(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        page = await reader.open(here.link("Otto"))
        assert reader.status == 200
        words = reader.words()
        assert "nobody was asked" in words
        assert "No comments yet." in words
        page = await reader.open("/r/" + page.xpath("//p[@class='empty']/a/@href")[0])
        assert reader.at.endswith("?period=90d")
        await here.give(Given(csat=4, survey="delivery"))
        page = await reader.open("/r/")
        assert "fewer than 5 answers: hidden" in reader.words()
        assert not page.xpath("//svg")


async def test_without_a_script_it_loads_itself_again(filled: Office) -> None:
    async with Reader(filled.service.url) as reader:
        await reader.open(filled.link("Otto"))
        page = html.document_fromstring(reader.text)
        again = page.xpath("//head/noscript/meta[@http-equiv='refresh']/@content")
        assert again == ["60"]
        await reader.open("/r/?period=whenever")
        assert "http-equiv" not in reader.text  # a fault stands until it is read
        for path in page.xpath("//link[@rel='stylesheet']/@href | //script/@src"):
            async with reader.http.get(f"{reader.url}/r/{path}") as found:
                assert found.status == 200
                assert found.headers["Cache-Control"].startswith("public")
        assert not page.xpath("//script[not(@src)] | //style | //*[@style] | //*[@onclick]")


# What customers speak of


async def test_themes_and_tones_limit_the_comments(filled: Office) -> None:
    store, reader_of = filled.service.store, filled.service.config.gists
    slow = Given(nps=2, words="I waited far too long", language="en", team="support")
    await filled.give(*[slow] * 6, Given(nps=9, words="Lovely staff", language="en"))
    while await store.read_comments(reader_of, 100):
        pass
    async with Reader(filled.service.url) as reader:
        page = await reader.open(filled.link("Otto"))
        [waiting] = page.xpath("//nav[@aria-label='What customers speak of']/a[1]")
        assert " ".join(waiting.text_content().split()).startswith("Waiting time 6 · ")
        page = await reader.open("/r/" + waiting.get("href"))
        said = {one.text_content() for one in page.xpath("//blockquote")}
        assert said == {"I waited far too long"}
        [chosen] = page.xpath("//a[@aria-current='true']")
        assert "theme=waiting" not in chosen.get("href"), "pressed again it lets go"
        page = await reader.open("/r/?theme=staff&tone=positive")
        assert [one.text_content() for one in page.xpath("//blockquote")] == ["Lovely staff"]
        assert "fewer than 5 people" in reader.words("//nav[@aria-label='What customers speak of']")
        hidden = page.xpath("//form[@role='search']//input[@type='hidden']/@name")
        assert {"theme", "tone"} <= set(hidden), "a search keeps what was chosen"
        await reader.open("/r/?theme=price&tone=negative")
        assert "No such comment." in reader.words()
        page = await reader.open("/r/?theme=nonsense&tone=nonsense")
        assert not page.xpath("//a[@aria-current='true']")
        assert len(page.xpath("//blockquote")) > 1

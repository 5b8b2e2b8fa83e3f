"""From /results in a chat to the page in the browser."""

import re
from pathlib import Path

from tests.bot.results.office import Reader, hundred, office

LINK = re.compile(r"http://127\.0\.0\.1:1(/r/\S+)")


async def test_results_in_a_chat_lead_to_the_same_in_the_browser(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        await here.give(*hundred())
        asked = "/results after_call channel email agent Pekka since 2026-01-01 by team"
        answer = await here.service.commands.answer("telegram", "3", asked)
        assert answer is not None
        (link,) = answer.links
        found = LINK.fullmatch(link.url)
        assert found is not None
        page = await reader.open(found[1])
        assert reader.status == 200
        form = page.xpath("//details[@id='filters']//form")[0]
        fields = dict(form.form_values())
        assert fields["survey"] == "after_call"
        assert (fields["channel"], fields["agent"]) == ("email", "Pekka")
        assert re.fullmatch(r"2026-01-01\.\.\d{4}-\d\d-\d\d", fields["period"])
        assert "17 answers" in reader.words()


async def test_without_a_period_the_page_goes_on_with_time(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        answer = await here.service.commands.answer("telegram", "2", "/results")
        assert answer is not None
        assert "?" not in answer.links[0].url


async def test_other_commands_and_strangers_get_none(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        for text in ("/responses", "/comments", "/help", "/results no_such_thing"):
            answer = await here.service.commands.answer("telegram", "2", text)
            assert answer is not None
            assert not answer.links
        assert await here.service.commands.answer("telegram", "99", "/results") is None

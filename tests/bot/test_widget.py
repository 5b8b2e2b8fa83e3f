"""The widget's calls through the whole service: looks record nothing, visitors are apart, cards kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import load_config
from bot.service import Service
from tests.bot.whole import Clock

SITE = "https://www.acme.example"
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: sqlite://{folder}/widget.db
channels:
  web: {{ origins: ["{site}"] }}
surveys:
  helpful:
    questions: [thumbs, {{ comment: {{ if: thumbs = 0 }} }}]
    public: {{ sources: [docs] }}
  hidden: {{ questions: [nps] }}
"""


class Visitor:
    """A browser on a page of the site, as far as the service can see."""

    def __init__(
        self, service: Service, http: aiohttp.ClientSession, clock: Clock, word: str
    ) -> None:
        self._url, self._http, self._word, self._clock = service.url, http, word, clock
        self.token, self.form, self._drawings = "", "", 0

    async def look(self, survey: str = "helpful", **query: str) -> dict[str, Any]:
        return await self._call("GET", f"/w/v1/surveys/{survey}", params=query)

    async def press(
        self, question: str, value: str = "", seconds: float = 2, **more: Any
    ) -> dict[str, Any]:
        """Look, where nothing is drawn yet, take a moment, and press."""
        if not self.form:
            await self.look()
        self._clock.think(seconds)
        self._drawings += 1
        body = {
            "visitor": self._word,
            "source": "docs",
            "language": "en",
            "token": self.token,
            "form": self.form,
            "n": f"drawing-{self._drawings:04d}",
            "do": "send",
            "kind": "one",
            "question": question,
            "values": [value] if value else [],
            **more,
        }
        drawn = await self._call("POST", "/w/v1/surveys/helpful", json=body)
        self.token = drawn.get("token") or self.token
        return drawn

    async def card(self, text: str, seconds: float = 2) -> dict[str, Any]:
        drawn = await self._call("GET", "/w/v1/card")
        self._clock.think(seconds)
        said = {"source": "docs", "n": "card-0001", "text": text, "form": drawn["form"]}
        body = {"visitor": self._word, **said}
        return await self._call("POST", "/w/v1/card", json=body)

    async def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Origin": SITE}
        async with self._http.request(method, self._url + path, headers=headers, **more) as answer:
            found: dict[str, Any] = await answer.json()
            if not path.endswith("/card"):
                self.form = found.get("form") or self.form
            return found | {"status": answer.status}


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[Service, Visitor, Visitor]]:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(folder=folder, site=SITE))
    clock = Clock()
    async with (
        Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service,
        aiohttp.ClientSession() as http,
    ):
        one, other = (Visitor(service, http, clock, f"{n}-visitor-word-24-chars") for n in "ab")
        yield service, one, other


async def test_two_visitors_are_two_responses_and_each_goes_on_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, one, other):
        assert (await one.look())["question"] == "thumbs"
        assert await service.store.counts() == await service.store.counts()
        assert not (await service.store.counts()).get("responses")
        happy = await one.press("thumbs", "1")
        assert happy["over"] is True
        sad = await other.press("thumbs", "0")
        assert (sad["question"], sad["over"], sad["change"]) == ("comment", False, "thumbs")
        ended = await other.press("comment", kind="optional", text="I looked for the price")
        assert ended["over"] is True
        counts = await service.store.counts()
        assert counts["responses"] == counts["invitations.completed"] == 2
        assert await service.store.recount() == []


async def test_a_press_sent_twice_or_taken_back_is_one_response(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, one, _):
        await one.look()
        drawn = one.form
        first = await one.press("thumbs", "1", n="drawing-same")
        one.token, one.form = "", drawn  # as where the answer got lost on the way
        again = await one.press("thumbs", "1", n="drawing-same")
        assert first["title"] == again["title"]
        await one.press("thumbs", "0", token=first["token"], form=first["form"])
        assert (await service.store.counts())["responses"] == 1


async def test_what_is_not_public_or_does_not_exist_looks_the_same(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, one, _):
        hidden, nothing = await one.look("hidden"), await one.look("nothing")
        assert hidden == nothing
        assert hidden["status"] == 404
        refused = await one.press("thumbs", "1", source="not a source")
        assert refused["status"] == 400
        one.form = ""
        made_up = await one.press("thumbs", "1", source="elsewhere")
        assert made_up["status"] == 200  # counted under "other"
        counts = await service.store.counts()
        assert counts["responses"] == 1


async def test_a_machine_that_presses_at_once_counts_nothing_and_a_person_presses_again(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as (service, one, _):
        for _ in range(3):
            refused = await one.press("thumbs", "1", seconds=0)
            assert (refused["status"], refused["error"]["code"]) == (409, "again")
        assert (await one.card("Nice", seconds=0))["error"]["code"] == "again"
        counts = await service.store.counts()
        assert (counts.get("responses", 0), counts.get("cards", 0)) == (0, 0)
        sad = await one.press("thumbs", "0", n="drawing-first")
        assert sad["question"] == "comment"
        ended = await one.press("comment", kind="optional", text="Slow", seconds=0)
        assert ended["over"] is True, "a person is at work: the next questions are not timed"
        assert (await service.store.counts())["responses"] == 1


async def test_a_card_is_kept_with_its_receipt(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, one, _):
        before = await service.store.counts()
        receipt = await one.card("The queue was long")
        assert receipt["over"] is True
        await one.card("The queue was long")
        after = await service.store.counts()
        assert after["cards"] == before.get("cards", 0) + 1


async def test_the_script_and_its_paths_are_served(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, _, __), aiohttp.ClientSession() as http:
        async with http.get(f"{service.url}/widget.js") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "Afterword" in await answer.text()
        for path in ("/widget.js/", "/widget.jsx", "/w"):
            async with http.get(service.url + path) as answer:
                assert answer.status == 404

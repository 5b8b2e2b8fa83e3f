"""The web channel over a real socket, from link to thanks; and its place among the channels."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from channels import CHANNELS
from channels.base import Request
from channels.web import CAPABILITIES, Settings, Web
from surveys.inbound import Inbound, OptedOut, Replied, Viewed
from tests.channels.web.stage import (
    COMMENT,
    FORM,
    FORM_TYPE,
    HERE,
    NPS,
    PAGE,
    PROBLEMS,
    REASON,
    STOP,
    STOP_PAGE,
    STOPPED,
    THANKS,
    answering,
    fields_of,
    filled,
    make_web,
    message,
    page_of,
    recorded,
    serving,
)


class TestOverASocket:
    async def test_a_survey_from_link_to_thanks(self) -> None:
        heard: list[Inbound] = []
        said = iter([NPS, PROBLEMS, COMMENT, THANKS])
        async with serving(make_web(), lambda _: (next(said),), heard) as client:
            page = page_of(await (await client.get(f"{PAGE}?q=nps&v=9")).read())
            chosen = page.xpath("//input[@checked]/@value")
            steps: list[dict[str, Any]] = [
                {"v": chosen},
                {"v": ["late", "broken"]},
                {"text": "Kiitos\nčć"},
            ]
            for step in steps:
                fields = {**fields_of(page), **step, "do": "send"}
                url = f"/s/{page.forms[0].get('action')}"
                data = urlencode(fields, doseq=True)
                got = await client.post(url, data=data, headers={"content-type": FORM_TYPE})
                assert got.status == 200
                page = page_of(await got.read())
        assert page.xpath("string(//h1)") == "Thank you!"
        replies = [v for v in heard if isinstance(v, Replied)]
        assert [[p.split(".", 1)[1] for p in r.payloads] for r in replies] == [
            ["nps.9"],
            ["problems.late", "problems.broken", "problems.!"],
            ["comment.="],
        ]
        assert replies[-1].text == "Kiitos\nčć"
        assert len({r.event_id for r in replies}) == 3

    async def test_a_double_click_is_one_event(self) -> None:
        heard: list[Inbound] = []
        async with serving(make_web(), answering(NPS, COMMENT), heard) as client:
            page = page_of(await (await client.get(PAGE)).read())
            for _ in range(2):
                await client.post(PAGE, data={**fields_of(page), "v": "9", "do": "send"})
        first, second = [v for v in heard if isinstance(v, Replied)]
        assert first.event_id == second.event_id

    @pytest.mark.parametrize(
        "agent",
        [
            "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)",
            "Barracuda Sentinel (EE)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36",
        ],
    )
    async def test_a_scanner_that_opens_everything_records_nothing(self, agent: str) -> None:
        heard: list[Inbound] = []
        headers = {"User-Agent": agent, "Purpose": "prefetch", "Sec-Purpose": "prefetch"}
        async with serving(make_web(), answering(NPS, THANKS), heard) as client:
            for value in range(11):
                for method in ("HEAD", "GET"):
                    got = await client.request(
                        method, f"{PAGE}?q=nps&v={value}&do=send&form={FORM}", headers=headers
                    )
                    assert got.status == 200
            for method in ("HEAD", "GET"):
                await client.request(method, f"{STOP_PAGE}?do=stop", headers=headers)
        assert len(heard) == 24
        assert all(isinstance(value, Viewed) for value in heard)

    async def test_head_is_get_without_its_body(self) -> None:
        get, head = (make_web().ack(Request(method=m, path=PAGE), [NPS]) for m in ("GET", "HEAD"))
        assert (get.status, get.headers) == (head.status, head.headers)
        assert (bool(get.body), head.body) == (True, b"")
        async with serving(make_web(), answering(NPS, THANKS), []) as client:
            got = await client.head(PAGE)
            assert got.status == 200
            assert await got.read() == b""
            assert "style-src 'sha256-" in got.headers["Content-Security-Policy"]

    async def test_one_click_in_both_encodings(self) -> None:
        heard: list[Inbound] = []
        async with serving(make_web(), lambda _: (STOPPED,), heard) as client:
            for name in ("one_click_urlencoded", "one_click_multipart"):
                call = recorded(name)
                kind = {"content-type": call.headers["content-type"]}
                got = await client.post(call.path, data=call.body, headers=kind)
                assert got.status == 200
        assert [type(value) for value in heard] == [OptedOut, OptedOut]

    async def test_stopping_and_coming_back_by_button(self) -> None:
        heard: list[Inbound] = []
        said = iter([STOP, STOPPED, message("Welcome back.")])
        async with serving(make_web(), lambda _: (next(said),), heard) as client:
            page = page_of(await (await client.get(STOP_PAGE)).read())
            for _ in range(2):
                got = await client.post(f"/u/{page.forms[0].get('action')}", data=fields_of(page))
                page = page_of(await got.read())
        assert [type(v).__name__ for v in heard] == ["Viewed", "OptedOut", "OptedIn"]
        assert page.xpath("string(//h1)") == "Welcome back."

    async def test_a_cross_site_post_is_refused(self) -> None:
        heard: list[Inbound] = []
        async with serving(make_web(), answering(NPS, THANKS), heard) as client:
            headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
            got = await client.post(PAGE, data=filled(), headers=headers)
            assert got.status == 403
        assert not heard

    async def test_an_answer_not_understood_stays_in_the_field(self) -> None:
        confused = replace(REASON, notice="Please say more.")
        async with serving(make_web(), answering(REASON, confused), []) as client:
            page = page_of(await (await client.get(PAGE)).read())
            data = {**fields_of(page), "text": "hm", "do": "send"}
            page = page_of(await (await client.post(PAGE, data=data)).read())
        assert page.xpath("//*[@role='status']/p/text()") == ["Please say more."]
        assert page.xpath("//textarea")[0].text == "\nhm"


class TestTheRest:
    async def test_an_invitation_waits_for_its_visitor(self) -> None:
        channel = make_web()
        receipt = await channel.send(replace(NPS, delivery_id=41))
        assert receipt.external_id == "41"
        await channel.close()
        await channel.close()

    def test_is_the_registered_channel(self) -> None:
        entry = CHANNELS["web"]
        assert entry.adapter_class() is Web
        assert entry.settings_class() is Settings
        assert entry.capabilities() is CAPABILITIES
        assert CAPABILITIES.inline

    def test_the_sample_block_is_taken(self) -> None:
        sample = yaml.safe_load((HERE / "sample.yaml").read_text(encoding="utf-8"))
        origins = ("https://www.acme.example",)  # none by default
        assert Settings(**sample["channels"]["web"]) == Settings(origins=origins)

    def test_the_docs_name_every_setting(self) -> None:
        docs = Path(__file__).parents[3] / "docs" / "channels" / "web.md"
        for name in Settings.__dataclass_fields__:
            assert f"`{name}`" in docs.read_text(encoding="utf-8")

"""Sending, over real sockets: what arrives, when it may, and how a call proves itself."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels import errors
from channels.messenger.adapter import Messenger
from surveys.message import Button, Message
from tests.channels.messenger.conftest import ANNA, BEN, HOUSE, Clock, MakePage
from tests.channels.messenger.rig import settings_for
from tests.channels.rig import AROUND
from tests.providers.graph import GraphServer

TOKEN = "AAAAAAARTq8AAbcdEF-HijklM_OPqrst"
NPS = tuple(Button(label=str(v), payload=f"{TOKEN}.nps.{v}", value=v) for v in range(11))
FIRST = Message(
    address=ANNA,
    text="Would you recommend Acme to a friend?",
    ends=("not at all likely", "extremely likely"),
    buttons=NPS,
    question_id="nps",
    step=1,
    steps=2,
)
LATER = replace(FIRST, step=2)


async def test_a_first_question_arrives_as_a_sheet(
    page: Messenger, graph: GraphServer, clock: Clock
) -> None:
    graph.say(ANNA, "Hello")
    receipt = await page.send(replace(FIRST, heard_at=clock()))
    [sent] = graph.ledger
    assert receipt.external_id == sent.mid
    assert sent.body["messaging_type"] == "UPDATE"
    assert sent.question["type"] == "nps"
    assert sent.template["business_privacy"] == {"url": "https://acme.example/privacy"}


async def test_a_later_question_arrives_with_quick_replies(
    page: Messenger, graph: GraphServer, clock: Clock
) -> None:
    graph.say(ANNA, "Hello")
    await page.send(replace(LATER, heard_at=clock()))
    [sent] = graph.ledger
    assert sent.replies == {button.label: button.payload for button in NPS}
    assert "0 = not at all likely · 10 = extremely likely" in sent.text


async def test_the_window_closes_step_by_step(
    page: Messenger, graph: GraphServer, clock: Clock
) -> None:
    graph.say(ANNA, "Hello")
    heard = clock()
    clock.now = heard + timedelta(hours=24)
    await page.send(replace(LATER, heard_at=heard))
    clock.now = heard + timedelta(hours=24, seconds=1)
    with pytest.raises(errors.Rejected, match="outside Messenger's window"):
        await page.send(replace(LATER, heard_at=heard))
    await page.send(replace(FIRST, heard_at=heard))
    assert graph.ledger[-1].body["tag"] == "CUSTOMER_FEEDBACK"
    clock.now = heard + timedelta(days=7, seconds=1)
    with pytest.raises(errors.Rejected, match="more than 7 days"):
        await page.send(replace(FIRST, heard_at=heard))
    assert len(graph.calls) == 2, "what Messenger would refuse is not even sent"


async def test_messengers_own_record_decides_where_ours_is_silent(
    page: Messenger, graph: GraphServer, clock: Clock
) -> None:
    graph.say(ANNA, "Hello")
    clock.now += timedelta(hours=25)
    with pytest.raises(errors.Rejected, match="10/2018278: outside Messenger's window"):
        await page.send(LATER)
    await page.send(FIRST)
    graph.say(ANNA, "Hello again")
    await page.send(LATER)


async def test_every_call_proves_itself_and_keeps_the_token_out_of_its_address(
    page: Messenger, graph: GraphServer
) -> None:
    graph.say(ANNA, "Hello")
    await page.start()
    await page.send(LATER)
    assert [urlsplit(call).path for call in graph.calls] == [
        f"/v25.0/{graph.page_id}/messenger_profile",
        f"/v25.0/{graph.page_id}/messages",
    ]
    for call in graph.calls:
        assert list(parse_qs(urlsplit(call).query)) == ["appsecret_proof"]
        assert graph.token not in call


async def test_starting_gives_the_page_its_button(page: Messenger, graph: GraphServer) -> None:
    await page.start()
    await page.start()
    assert graph.profile == {"get_started": {"payload": "afterword.start"}}


async def test_the_service_builds_it(graph: GraphServer, clock: Clock) -> None:
    own = "https://acme.example/messenger-privacy"
    for block, url in (({"privacy_url": own}, own), ({}, AROUND.privacy_url)):
        around = replace(AROUND, languages=HOUSE.languages, clock=clock)
        built = Messenger.build(settings_for(graph, **block), around)
        graph.say(ANNA, "Hello")
        await built.send(FIRST)
        assert graph.ledger[-1].template["business_privacy"]["url"] == url
        assert graph.ledger[-1].template["title"] == "Acme: how did we do?"
        await built.close()


def test_its_link_opens_the_page_with_a_token(page: Messenger, graph: GraphServer) -> None:
    assert page.deep_link(TOKEN) == f"https://m.me/{graph.page_id}?ref={TOKEN}"


def test_settings_narrow_the_rate(make_page: MakePage) -> None:
    assert make_page(rate="5/s").capabilities.rate == 5.0


async def test_the_servers_own_limits(page: Messenger, graph: GraphServer) -> None:
    graph.say(ANNA, "Hello")
    too_much: list[dict[str, Any]] = [
        {"text": "x" * 2001, "ends": None},
        {"text": "", "ends": None},
        {"buttons": (Button(label="x" * 21, payload="p"),)},
        {"buttons": (Button(label="", payload="p"),)},
        {"buttons": (Button(label="x", payload="p" * 1001),)},
        {"buttons": tuple(Button(label=str(n), payload=str(n)) for n in range(14))},
    ]
    for change in too_much:
        with pytest.raises(errors.Rejected):
            await page.send(replace(LATER, **change))
    assert graph.ledger == []


async def test_nobody_listens_there(make_page: MakePage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and never listening
        page = make_page(api_base=f"http://127.0.0.1:{taken.getsockname()[1]}/v25.0")
        with pytest.raises(errors.Unavailable):
            await page.send(LATER)


async def test_closing_twice_and_sending_after(page: Messenger, graph: GraphServer) -> None:
    graph.say(ANNA, "Hello")
    await page.send(LATER)
    await page.close()
    await page.close()
    with pytest.raises(errors.Unavailable):
        await page.send(LATER)
    assert len(graph.ledger) == 1


async def test_many_at_once(page: Messenger, graph: GraphServer) -> None:
    people = [f"72109876543{number:05}" for number in range(100)]
    for psid in (*people, BEN):
        graph.say(psid, "Hello")
    asks = [replace(LATER, address=psid) for psid in people]
    receipts = await asyncio.gather(*map(page.send, asks))
    by_id = {sent.mid: sent.psid for sent in graph.ledger}
    assert [by_id[receipt.external_id] for receipt in receipts] == people
    assert graph.sent(BEN) == []

"""What every channel people can write on must do with a comment card: carry it in, and its receipt
back out.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.case_posts import CasePosts
from bot.rulebook import say_alert, say_call, say_card
from channels.base import Channel
from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from storage.store import Store
from surveys.comment import Search
from surveys.contact import Address, Contact
from surveys.inbound import Inbound, Replied
from surveys.message import Link, Message, Offers
from surveys.report import Filter
from tests.banks import BANKS
from tests.channels.needs import needs
from tests.channels.reading import hear
from tests.channels.rig import NOW, Rig, ask

WORDS = "feedback the queue was long"


class Commenting:
    """Cards and the links that thanks lead to."""

    @needs(replies=True, inline=False)
    async def test_words_nobody_asked_for_become_a_card_with_one_receipt(self, rig: Rig) -> None:
        said = await spoken(rig)
        async with opened() as store:
            await know(store, said)
            first = replace(said, text=WORDS)
            await take(store, rig, first, replace(first, event_id="again", text="and cold"))
            await take(store, rig, first)
            assert await cards(store) == ["the queue was long\nand cold"]
            receipts = await queued(store, rig)
        assert [message.text for message in receipts] == [BANKS["en"].texts["comment_kept"]]
        await rig.say(replace(receipts[0], delivery_id=9100, address=rig.address))
        assert receipts[0].text in rig.shown()[-1].text

    @needs(replies=True, inline=False)
    async def test_a_stranger_is_heard_in_chats_only(self, rig: Rig) -> None:
        said = await spoken(rig)
        async with opened() as store:
            await take(store, rig, replace(said, text=WORDS))
            heard = await cards(store)
        assert bool(heard) is not rig.channel.capabilities.subject

    @needs(replies=True, inline=False)
    async def test_small_talk_is_left_alone(self, rig: Rig) -> None:
        said = await spoken(rig)
        async with opened() as store:
            await know(store, said)
            await take(store, rig, replace(said, text="Thanks!"))
            assert await cards(store) == []
            assert await queued(store, rig) == []

    @needs(offers=Offers.BUTTONS.value)
    async def test_links_can_be_pressed_where_it_says_so(self, rig: Rig) -> None:
        links = (Link(label="Write a <review>", url="https://acme.example/review?a=1&b=2"),)
        await rig.say(ask(rig, "Thank you!", links=links))
        shown = rig.shown()[-1]
        assert "Thank you!" in shown.text
        assert "Write a <review>" in (*shown.labels, *shown.text.splitlines())


async def spoken(rig: Rig) -> Replied:
    """Give words as they come in over the channel, spoken or as a recorded call."""
    if type(rig).speak is not Rig.speak and type(rig.channel).listen is not Channel.listen:
        await rig.speak("words")
        found: list[Inbound] = await hear(rig, 1)
    else:
        found = [value for call in rig.calls() for value in await rig.channel.receive(call)]
    words = [v for v in found if isinstance(v, Replied) and v.text and not v.payloads]
    assert words, "nothing that came in is plain words"
    return replace(words[0], external_id="", token="")


@asynccontextmanager
async def opened() -> AsyncIterator[Store]:
    store = await Store.open("sqlite://:memory:")
    try:
        yield store
    finally:
        await store.close()


async def know(store: Store, said: Replied) -> None:
    address = Address(channel=said.channel, value=said.address)
    anna = Contact(keys=("user:1",), language="en", addresses=(address,))
    await store.unit_of_work(lambda t: t.save_contacts([anna]))


async def take(store: Store, rig: Rig, *items: Inbound) -> None:
    rules = Rules(
        company="Acme",
        public_url="https://acme.example",
        language="en",
        timezone="UTC",
        key=b"k" * 32,
        surveys={},
        triggers=(),
        languages=BANKS,
    )
    intake = ReplyIntake(
        store,
        lambda: rules,
        channels={rig.name: rig.channel.capabilities},
        compose_alert=say_alert,
        compose_card=say_card,
        compose_call=say_call,
        case_words=CasePosts(),
        clock=lambda: NOW,
        wake=lambda _lane: None,
    )
    await intake.handle_inbound(items)


async def cards(store: Store) -> list[str]:
    always = Search(rows=Filter(since=NOW.date() - timedelta(2), until=NOW.date() + timedelta(2)))
    return [comment.text for comment in await store.list_comments(always, 50, 0)]


async def queued(store: Store, rig: Rig) -> list[Message]:
    dues = await store.claim_due(rig.name, NOW, timedelta(minutes=1), 50)
    return [due.message for due in dues if due.message]

"""Messenger's people: they open the chat by their m.me link, tap quick replies and write."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person
from tests.bot.drivers.transcript import Note
from tests.bot.drivers.wire import Call
from tests.bot.whole import until
from tests.providers.graph import Accepted, GraphServer
from tests.providers.graph_api import GraphError, fault


class MessengerDriver(Driver):
    name = "messenger"
    provider = "https://graph.facebook.com"
    names = (
        (r"appsecret_proof=[0-9a-f]{64}", "appsecret_proof=…"),
        (r'"AAAA\w{28,90}_dnps"', '"TOKEN_dnps"'),
    )
    signed = ("X-Hub-Signature-256",)
    noise = ("recipient_id", "object", "time", "watermark", "content_type")
    opening = (
        "The page is written to first, by a customer's own m.me link. Where Meta's rules allow, the\n"
        "first question is its rating sheet; the others offer quick replies, which go once one is\n"
        "tapped. Nothing that was sent can be changed."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        async with GraphServer(clock=self.clock) as self.graph:
            base, version = self.graph.url.rsplit("/", 1)
            self.api.target = base
            self.transcript.names += [(self.graph.token, "PAGE-TOKEN")]
            yield (
                f'{{ page_id: "{self.graph.page_id}", page_token: "{self.graph.token}",'
                f' app_secret: "{self.graph.secret}", verify_token: "{self.graph.verify_token}",'
                f' api_base: "{self.api.url}/{version}", rate: 300 }}'
            )

    async def ready(self) -> None:
        await until(lambda: "get_started" in self.graph.profile)
        assert await self.graph.set_up(f"{self.door.url}/messenger")

    def traits(self, who: Person) -> Mapping[str, str]:
        return {}

    def psid(self, who: Person) -> str:
        return f"72109876543210{who.number:02}"

    async def meet(self, who: Person) -> None:
        """Open the chat by the link the business shows: Messenger lets us write to nobody else."""
        body = {"userId": who.user_id, "traits": {"first_name": who.name}}
        async with self.http.post(f"{self.service.url}/v1/identify", json=body) as answer:
            assert answer.status == 200
        where = f"{self.service.url}/v1/link?userId={who.user_id}&via=messenger"
        async with self.http.get(where) as answer:
            link = (await answer.json())["link"]
        self.graph.begin(self.psid(who), parse_qs(urlsplit(link).query)["ref"][0])
        await until(lambda: self.said(who))
        await self.pass_time(10)

    def said(self, who: Person) -> Sequence[Said]:
        return [_said(entry) for entry in self.graph.sent(self.psid(who))]

    def asks_nps(self, said: Said) -> bool:
        """A rating sheet has its scale in itself."""
        sheet = next(e.template for e in self.graph.ledger if e.mid == said.id)
        return "ow likely" in said.text and "zero_to_ten" in str(sheet)

    async def answer(self, who: Person, value: str) -> None:
        newest = self.graph.sent(self.psid(who))[-1]
        if newest.template:
            self.graph.rate(self.psid(who), newest.mid, int(value))
        else:
            self.graph.tap(self.psid(who), newest.mid, value)

    async def write(self, who: Person, words: str) -> None:
        self.graph.say(self.psid(who), words)

    async def stop(self, who: Person) -> None:
        await self.write(who, "STOP")

    async def block(self, who: Person) -> None:
        self.graph.block(self.psid(who))

    async def throttle(self, who: Person) -> float:
        self.graph.fail(fault(GraphError(613, "Calls to this API have exceeded the rate limit.")))
        return 60

    def values(self, call: Call) -> tuple[Any, ...]:
        """Give the events of a call to the webhook without what is around them."""
        said = super().values(call)
        if call.wire is self.door:
            return tuple(event for entry in said[0]["entry"] for event in entry["messaging"])
        return said

    def heard(self) -> list[Call]:
        return [c for c in super().heard() if b'"delivery"' not in c.body]

    def tell(self, call: Call) -> Note | None:
        """Everything but receipts, which come when they come, and typing dots."""
        return (
            None
            if b'"delivery"' in call.body or b"sender_action" in call.body
            else super().tell(call)
        )


def _said(entry: Accepted) -> Said:
    return Said(id=entry.mid, text=entry.text, labels=tuple(entry.replies))


DRIVER = MessengerDriver

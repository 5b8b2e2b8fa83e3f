"""Slack's people: they press buttons and write in the direct message; the app is called by HTTP."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from channels.slack.signature import WINDOW
from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person
from tests.bot.drivers.transcript import Note
from tests.bot.drivers.wire import Call
from tests.providers.slack import SlackServer
from tests.providers.slack_api import sign
from tests.providers.slack_workspace import dm


class SlackDriver(Driver):
    name = "slack"
    provider = "https://slack.com"
    signed = ("X-Slack-Signature",)
    names = ((r"\d{10}\.(\d{6})", r"TIME.\1"),)
    noise = (
        "accessibility_label", "action_ts", "api_app_id", "authorizations", "block_id", "container",
        "event_time", "link_names", "parse", "response_url", "team", "team_id", "token",
        "trigger_id", "username", "channel_type", "event_ts",
        "emoji", "metadata", "unfurl_links", "unfurl_media", "name",
    )  # fmt: skip
    opening = (
        "An app that is called by HTTP and signs with a secret and the time. A message is blocks;\n"
        "each button's `value` is a sealed token, the question and the value. The message that was\n"
        "answered is updated in place."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        async with SlackServer(clock=self._seconds) as self.server:
            self.api.target = self.server.root
            yield (
                f'{{ bot_token: "{self.server.bot_token}", api_base: "{self.api.url}/api/",'
                f' signing_secret: "{self.server.signing_secret}", rate: 100 }}'
            )

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    async def ready(self) -> None:
        self.server.hook = f"{self.door.url}/slack"

    def traits(self, who: Person) -> Mapping[str, str]:
        return {"slack_user_id": self.user(who)}

    def user(self, who: Person) -> str:
        return f"U0{who.name.upper()}"

    def said(self, who: Person) -> Sequence[Said]:
        return [
            Said(
                id=entry.external_id,
                text=entry.text,
                labels=tuple(entry.labels),
                edits=entry.method == "chat.update",
            )
            for entry in self.server.sent(self.user(who))
        ]

    async def answer(self, who: Person, value: str) -> None:
        newest = [s for s in self.said(who) if not s.edits][-1]
        self.server.press(self.user(who), newest.id, value)

    async def change(self, who: Person, value: str) -> None:
        self.server.press(self.user(who), self.said(who)[0].id, value)

    async def write(self, who: Person, words: str) -> None:
        self.server.say(self.user(who), words)

    async def stop(self, who: Person) -> None:
        await self.write(who, "STOP")

    async def block(self, who: Person) -> None:
        self.server.refuse(self.user(who), "user_disabled")
        self.server.refuse(dm(self.user(who)), "is_archived")

    async def throttle(self, who: Person) -> float:
        self.server.throttle("chat.postMessage", 7)
        return 7

    def forgeries(self, call: Call) -> Iterator[Call]:
        yield from super().forgeries(call)
        then = self.clock.now.timestamp() - WINDOW - 1
        old = sign(self.server.signing_secret, call.body, then)
        remark = ", rightly signed, but more than five minutes ago"
        yield replace(call, headers={**call.headers, **old}, remark=remark)

    def tell(self, call: Call) -> Note | None:
        """Everything but what only finds a person's direct message."""
        opens = call.wire is self.api and "/chat." not in call.path
        return None if opens else super().tell(call)


DRIVER = SlackDriver

"""Telegram's people: they press buttons and write; the bot is called by webhook."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person
from tests.bot.whole import until
from tests.providers.telegram import TelegramServer

SECRET = "hook-secret-1234567890"


class TelegramDriver(Driver):
    name = "telegram"
    provider = "https://api.telegram.org"
    signed = ("X-Telegram-Bot-Api-Secret-Token",)
    noise = ("from", "date", "chat_instance", "link_preview_options", "first_name", "type")
    opening = (
        "A bot in webhook mode. Buttons are an inline keyboard; their `callback_data` is a sealed\n"
        "token, the question and the value. The message that was answered is edited in place."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        async with TelegramServer(clock=self.clock) as self.server:
            self.api.target = self.server.url
            token = self.server.token
            self.transcript.names.append((f"bot{token}", "bot<token>"))
            yield (
                f'{{ token: "{token}", api_base: "{self.api.url}", mode: webhook,'
                f" secret: {SECRET}, rate: 1000 }}"
            )

    async def ready(self) -> None:
        await until(lambda: self.server.hook)

    def traits(self, who: Person) -> Mapping[str, str]:
        return {"telegram_id": str(self.chat(who))}

    def chat(self, who: Person) -> int:
        return 10_000 + who.number

    def said(self, who: Person) -> Sequence[Said]:
        return [
            Said(
                id=str(entry.message_id),
                text=entry.text,
                labels=[label for row in entry.labels for label in row],
                edits=entry.method == "editMessageText",
            )
            for entry in self.server.sent(self.chat(who))
        ]

    async def answer(self, who: Person, value: str) -> None:
        newest = [s for s in self.said(who) if not s.edits][-1]
        self.server.press(self.chat(who), int(newest.id), value)

    async def change(self, who: Person, value: str) -> None:
        self.server.press(self.chat(who), int(self.said(who)[0].id), value)

    async def write(self, who: Person, words: str) -> None:
        self.server.say(self.chat(who), words)

    async def stop(self, who: Person) -> None:
        self.server.say(self.chat(who), "/stop")

    async def block(self, who: Person) -> None:
        self.server.refuse(self.chat(who), 403, "Forbidden: bot was blocked by the user")

    async def throttle(self, who: Person) -> float:
        self.server.throttle("sendMessage", 7)
        return 7


DRIVER = TelegramDriver

"""The loop as a story over the wires: a bad answer in Telegram, taken up and put right from Slack,
asked about, and in the weekly report. What each of them reads is kept as a page.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.bot.loop_house import CX, MAIJA, House, a_house
from tests.bot.whole import until
from tests.providers.slack_workspace import dm

ANNA = 10_005
OTHERS = (("Bo", "9"), ("Cid", "9"), ("Dea", "10"), ("Eva", "10"))
DAY = 24 * 3600
HEAD = """# A bad answer is put right

Anna reads and writes in Telegram, Maija, who leads the support team, in Slack. This is what went over the wires between the two, played and
written by `make transcripts`. What is quoted is what a person sees; buttons stand in brackets.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message as somebody sees it."""

    who: str
    number: str
    new: bool
    shown: str
    thread: bool = False


@dataclass(slots=True)
class Story:
    """Plays the loop and writes down what people do and see."""

    house: House
    lines: list[str] = field(default_factory=list)
    told: tuple[int, int] = (0, 0)

    async def play(self) -> str:
        """Play the story to its end; gives the page."""
        await self.house.report()  # from now on there is a weekly one
        await self._answered()
        await self._taken_up()
        await self._written()
        await self._solved()
        await self._recovered()
        await self._reported()
        return "\n".join([HEAD.strip(), *self.lines]) + "\n"

    async def _answered(self) -> None:
        house = self.house
        for number, (name, score) in enumerate(OTHERS, 1):
            asked = await house.ask(number, name)
            house.telegram.press(10_000 + number, asked, score)
            await self._until(partial(self._has, 10_000 + number, 3))
        self._skip()
        self._begin("A bad answer")
        scores = [score for _, score in OTHERS]
        self._deed(
            f"Four customers called before Anna and answered {', '.join(scores)}. Anna calls."
        )
        asked = await house.ask(len(OTHERS) + 1, "Anna")
        await self._see()
        self.house.move(60)
        self._deed("Anna presses 2.")
        house.telegram.press(ANNA, asked, "2")
        await self._until(lambda: house.case_of("Anna") and len(house.telegram.sent(ANNA)) == 3)
        await self._see()

    async def _taken_up(self) -> None:
        self._begin("Taken up")
        self.house.move(10 * 60)
        self._deed("Maija presses Claim.")
        self._press("Claim")
        await self._until(lambda: "Maija has it" in self._case().text)
        await self._see()

    async def _written(self) -> None:
        house = self.house
        self._begin("Answered where she is")
        house.move(30 * 60)
        self._deed("Maija writes in the thread: I am sorry, Anna. Your money is on its way.")
        words = "I am sorry, Anna. Your money is on its way."
        house.slack.say(MAIJA, words, thread=self._case().external_id)
        await self._until(lambda: "on its way" in house.telegram.sent(ANNA)[-1].text)
        await self._until(lambda: "contacted" in self._case().text)
        await self._see()
        house.move(5 * 60)
        self._deed("Anna writes: That is kind, thank you")
        house.telegram.say(ANNA, "That is kind, thank you")
        await self._until(lambda: any(a.text.startswith("Anna: ") for a in house.slack.sent(MAIJA)))
        await self._until(lambda: "That is kind" in self._case().text)
        await self._see()

    async def _solved(self) -> None:
        self._begin("Solved")
        self.house.move(2 * 3600)
        self._deed("Maija presses Solved.")
        self._press("Solved")
        await self._until(lambda: "what was the cause" in self._case().text)
        await self._see()
        self._deed("Maija presses Too slow.")
        self._press("Too slow")
        await self._until(lambda: "solved · Maija" in self._case().text)
        await self._see()

    async def _recovered(self) -> None:
        house = self.house
        self._begin("Asked whether it was put right")
        house.move(DAY + 60)
        self._deed("A day later.")
        await self._until(lambda: "helpful" in house.telegram.sent(ANNA)[-1].text)
        await self._see()
        count = len(house.telegram.sent(ANNA))
        self._deed("Anna presses 👍.")
        house.telegram.press(ANNA, house.telegram.sent(ANNA)[-1].message_id, "👍")
        await self._until(lambda: len(house.telegram.sent(ANNA)) == count + 2)
        await self._until(lambda: any("Thumbs up" in a.text for a in house.slack.sent(MAIJA)))
        await self._see()

    async def _reported(self) -> None:
        self._begin("Known")
        monday = self.house.clock.now.replace(hour=6, minute=0, second=30)
        self.house.move((monday - self.house.clock.now).total_seconds() + DAY)
        self._deed("Monday, eight o'clock.")
        await self.house.report()
        await self._until(lambda: any("NPS" in a.text for a in self._report()))
        await self._see()

    # What people see

    def _report(self) -> list[Any]:
        return [a for a in self.house.slack.ledger if a.channel == CX]

    def _case(self) -> Any:
        first = self.house.case_of("Anna")
        assert first
        return self.house.slack.now(first.external_id)

    def _press(self, label: str) -> None:
        self.house.slack.press(MAIJA, self._case().external_id, label)

    async def _until(self, true: Callable[[], Any]) -> None:
        await until(true, seconds=20)

    async def _settle(self) -> None:
        """Wait until nothing is due and nobody is told anything more."""
        house, before = self.house, (-1, -1)
        while True:
            dues = [await house.service.store.next_due(lane) for lane in house.service.lanes]
            now = (len(house.telegram.ledger), len(house.slack.ledger))
            if now == before and not any(due and due <= house.clock() for due in dues):
                return
            before = now
            await asyncio.sleep(0.05)

    def _has(self, chat: int, number: int) -> bool:
        return len(self.house.telegram.sent(chat)) == number

    def _skip(self) -> None:
        self.told = (len(self.house.telegram.ledger), len(self.house.slack.ledger))

    async def _see(self) -> None:
        """Write down what everybody got since the last time; of several changes to a message the
        last.
        """
        await self._settle()
        seen = {(one.who, one.number): one for one in self._news()}
        last = [one for one in self._news() if one in seen.values()]
        for one in sorted(last, key=lambda one: one.who):
            where = " in the thread" if one.thread else ""
            verb = f"reads{where}" if one.new else "sees the message change"
            self.lines += ["", f"{one.who} {verb}:", ""]
            shown = [f"> {line.strip()}" for line in one.shown.splitlines() if line.strip()]
            self.lines += [*(f"{line}\\" for line in shown[:-1]), shown[-1]]
        self._skip()

    def _news(self) -> Iterator[Seen]:
        telegram, slack = self.told
        for one in self.house.telegram.ledger[telegram:]:
            labels = [label for row in one.labels for label in row]
            yield Seen(
                who="Anna",
                number=str(one.message_id),
                new=one.method != "editMessageText",
                shown=_shown(one.text, labels),
            )
        for post in self.house.slack.ledger[slack:]:
            yield Seen(
                who={dm(MAIJA): "Maija", CX: "#customer-experience"}[post.channel],
                number=post.ts,
                new=post.method != "chat.update",
                thread="thread_ts" in post.params,
                shown=_shown(post.text, post.labels, post.png),
            )

    def _begin(self, title: str) -> None:
        number = sum(line.startswith("## ") for line in self.lines) + 1
        self.lines += ["", f"## {number}. {title}"]

    def _deed(self, words: str) -> None:
        now = self.house.clock().astimezone(ZoneInfo("Europe/Helsinki"))
        self.lines += ["", f"`{now:%a %H:%M}` {words}"]


def _shown(text: str, labels: list[str], png: bytes = b"") -> str:
    parts = ["(a picture)" if png else "", text, " ".join(f"[{label}]" for label in labels)]
    return "\n".join(part for part in parts if part)


async def play_loop(folder: Path, port: int) -> str:
    """Play the loop over sockets and give what was seen of it."""
    async with a_house(folder, port) as house:
        return await Story(house).play()

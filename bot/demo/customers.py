"""Simulated customers: they read what reaches them, and most of them answer.

In chat they press the buttons of the sandbox; from a mail they open the survey page and send its
form, over HTTP, as a browser without JavaScript would.
"""

import asyncio
import html
import random
import re
from collections.abc import Sequence

import aiohttp

from bot.demo.business import Person
from channels.sandbox import Line, Sandbox
from surveys.message import Entry, Message

COMMENTS = {
    "en": (
        "Long wait before anybody answered.",
        "Friendly and quick, thank you!",
        "I had to explain it twice.",
    ),
    "fi": ("Jonotin liian kauan.", "Ystävällistä ja nopeaa palvelua!", "Asia jäi vähän auki."),
    "de": ("Lange Wartezeit.", "Sehr freundlich, danke!", "Ich musste alles zweimal erklären."),
    "hr": ("Predugo čekanje.", "Vrlo ljubazno, hvala!", "Morala sam dvaput objašnjavati."),
    "lv": ("Pārāk ilgi jāgaida.", "Ļoti laipni, paldies!", "Nācās skaidrot divreiz."),
}
ANSWER_SHARE = 0.62
SILENT_AFTER = 0.15
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


class Customers:
    """Everybody who may be asked. ``answered`` counts those who said anything."""

    def __init__(
        self, people: Sequence[Person], sandboxes: dict[str, Sandbox], dice: random.Random
    ) -> None:
        self._people = {(p.channel, p.address): p for p in people}
        self._sandboxes, self._dice = sandboxes, dice
        self._browser = aiohttp.ClientSession()
        self._seen: set[tuple[str, str, str]] = set()
        self._tempers: dict[tuple[str, str], float | None] = {}
        self.answered = 0

    async def look(self) -> int:
        """Let everybody read what is new and react; gives how many messages were read."""
        read = 0
        for person in self._people.values():
            for line in self._new_lines(person):
                read += 1
                await self._react(person, line)
        return read

    async def close(self) -> None:
        """Close their browsers."""
        await self._browser.close()

    def _new_lines(self, person: Person) -> list[Line]:
        found = []
        for line in self._sandboxes[person.channel].history(person.address):
            key = (person.channel, person.address, line.id)
            if line.sender == "us" and key not in self._seen:
                self._seen.add(key)
                found.append(line)
        return found

    async def _react(self, person: Person, line: Line) -> None:
        message = line.message
        if message is None or not message.question_id:
            return
        key = (person.channel, person.address)
        if key not in self._tempers:
            answers = self._dice.random() < ANSWER_SHARE
            self._tempers[key] = self._dice.betavariate(4, 1.6) if answers else None
            self.answered += answers
        temper = self._tempers[key]
        if temper is None or self._dice.random() < SILENT_AFTER * (message.step - 1):
            return
        if person.channel == "email":
            await self._answer_page(person, message, temper)
        else:
            self._answer_chat(person, line, message, temper)

    def _answer_chat(self, person: Person, line: Line, message: Message, temper: float) -> None:
        sandbox = self._sandboxes[person.channel]
        payload = self._pick(message, temper)
        if payload:
            sandbox.press(person.address, payload, line.id)
        elif message.entry is Entry.TEXT:
            sandbox.write(person.address, self._comment(person, temper))

    async def _answer_page(self, person: Person, message: Message, temper: float) -> None:
        """Answer the whole survey on its page, one form after the other."""
        async with self._browser.get(message.link) as answer:
            page = await answer.text()
        for _ in range(5):
            fields = _hidden_fields(page)
            if "q" not in fields:
                return
            values = re.findall(r'<input[^>]*type="radio"[^>]*value="([^"]*)"', page)
            fields["do"] = "send"
            if values:
                fields["v"] = values[self._place(len(values), temper)]
            else:
                fields["text"] = self._comment(person, temper)
            async with self._browser.post(message.link, data=fields) as answer:
                page = await answer.text()
            await asyncio.sleep(0)

    def _pick(self, message: Message, temper: float) -> str:
        scale = [b for b in message.buttons if b.value is not None]
        return scale[self._place(len(scale), temper)].payload if scale else ""

    def _place(self, count: int, temper: float) -> int:
        wobbly = temper + self._dice.gauss(0, 0.08)
        return max(0, min(count - 1, round(wobbly * (count - 1))))

    def _comment(self, person: Person, temper: float) -> str:
        sad, glad, mixed = COMMENTS[person.language]
        return sad if temper < 0.6 else glad if temper > 0.8 else mixed


def _hidden_fields(page: str) -> dict[str, str]:
    found = {}
    for tag in HIDDEN.findall(page):
        parts = dict(ATTRIBUTE.findall(tag))
        if "name" in parts:
            found[parts["name"]] = html.unescape(parts.get("value", ""))
    return found

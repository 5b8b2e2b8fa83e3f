"""Simulated customers: they read what reaches them, and most of them answer.

In chat they press the buttons of the sandbox; from a mail they open the survey page and send its
forms, over HTTP.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import NamedTuple

import aiohttp

from bot.demo.business import Person
from bot.demo.pages import read_question
from channels.sandbox import Line, Sandbox
from surveys.message import Entry, Message
from surveys.scanner import PRESS_AGE

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
MOST_PAGES = 8
READING = 1.5 * PRESS_AGE.total_seconds()
"""Seconds for which a page is read before it is answered: who presses at once is taken for a
machine (`surveys.scanner`).
"""


class Mood(NamedTuple):
    """How one customer feels: ``temper`` is 0 (furious) to 1 (delighted), None for who never
    answers. Their own ``dice`` make a run repeatable, whoever comes first.
    """

    temper: float | None
    dice: random.Random


class Customers:
    """Everybody who may be asked."""

    def __init__(self, people: Sequence[Person], sandboxes: dict[str, Sandbox], seed: int) -> None:
        self._people, self._sandboxes = people, sandboxes
        self._moods = {person.user_id: _mood(person, seed) for person in people}
        self._browser = aiohttp.ClientSession(raise_for_status=True)
        self._seen: set[str] = set()
        self._reading: set[asyncio.Task[None]] = set()

    def look(self) -> int:
        """Let everybody read what is new and react; gives how many messages were read or pages are
        open.
        """
        done = {task for task in self._reading if task.done()}
        self._reading -= done
        for task in done:
            task.result()
        read = len(self._reading)
        for person in self._people:
            for line in self._new_lines(person):
                read += 1
                self._react(person, line)
        return read

    async def close(self) -> None:
        """Close their browsers."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self._browser.close()

    def _new_lines(self, person: Person) -> list[Line]:
        lines = self._sandboxes[person.channel].history(person.address)
        found = [line for line in lines if line.sender == "us" and line.id not in self._seen]
        self._seen.update(line.id for line in found)
        return found

    def _react(self, person: Person, line: Line) -> None:
        message, mood = line.message, self._moods[person.user_id]
        if message is None or not message.question_id or mood.temper is None:
            return
        if mood.dice.random() < SILENT_AFTER * (message.step - 1):
            return
        if person.channel == "email":
            answering = self._answer_page(person, message, mood)
            self._reading.add(asyncio.create_task(answering, name="a customer reads a page"))
        else:
            self._answer_chat(person, line, message, mood)

    def _answer_chat(self, person: Person, line: Line, message: Message, mood: Mood) -> None:
        sandbox = self._sandboxes[person.channel]
        scale = [button.payload for button in message.buttons if button.value is not None]
        if scale:
            sandbox.press(person.address, _choose(scale, mood), line.id)
        elif message.entry is Entry.TEXT:
            sandbox.write(person.address, _comment(person, mood))

    async def _answer_page(self, person: Person, message: Message, mood: Mood) -> None:
        """Answer the whole survey on its page, one form after the other."""
        async with self._browser.get(message.link) as answer:
            page = await answer.text()
        await asyncio.sleep(READING)
        for _ in range(MOST_PAGES):
            form = read_question(page)
            if form is None or mood.dice.random() < SILENT_AFTER / 2:
                return
            sent = form.fill(lambda values: _choose(values, mood), _comment(person, mood))
            async with self._browser.post(message.link, data=sent) as answer:
                page = await answer.text()


def _mood(person: Person, seed: int) -> Mood:
    dice = random.Random(f"{seed} {person.user_id}")  # noqa: S311 - a play, not a secret
    temper = dice.betavariate(2.8, 1.0) if dice.random() < ANSWER_SHARE else None
    return Mood(temper=temper, dice=dice)


def _choose(values: Sequence[str], mood: Mood) -> str:
    """Give the value that fits a mood, of values from the worst to the best."""
    wobbly = (mood.temper or 0.0) + mood.dice.gauss(0, 0.08)
    return values[max(0, min(len(values) - 1, round(wobbly * (len(values) - 1))))]


def _comment(person: Person, mood: Mood) -> str:
    sad, glad, mixed = COMMENTS[person.language]
    temper = mood.temper or 0.0
    return sad if temper < 0.6 else glad if temper > 0.8 else mixed

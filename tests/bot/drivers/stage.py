"""The stage: a whole service between two wires, on a clock that is moved by hand."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import aiohttp

from bot.service import Service
from tests.bot.drivers.transcript import AS_BEFORE, Excerpts, Note, Section, Transcript
from tests.bot.drivers.wire import Call, Wire
from tests.bot.whole import until

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
US = "https://feedback.acme.example"


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: the number makes up their addresses."""

    name: str
    number: int

    @property
    def user_id(self) -> str:
        return self.name.lower()


ANNA, BEN, CLEO, DORA = (
    Person(name, number) for number, name in enumerate(("Anna", "Ben", "Cleo", "Dora"), 1)
)


@dataclass(slots=True)
class Clock:
    """The time on every side of the wires."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Stage:
    """Where a story is played.

    api    the wire on which we call the provider, which goes by ``provider``
    door   the wire on which the world calls us
    calls  what went over both, oldest first
    """

    name: ClassVar[str]
    ranks: ClassVar[tuple[int, int]] = (0, 1)
    """Which stands first of what happens at once: how the world calls us, how we call out."""

    def __init__(
        self, folder: Path, provider: str, transcript: Transcript, excerpts: Excerpts
    ) -> None:
        self.folder, self.transcript, self.clock = folder, transcript, Clock()
        self._excerpts = excerpts
        self._shown: set[bytes] = set()
        self.calls: list[Call] = []
        self.api = Wire(provider, self.calls.append)
        self.door = Wire(US, self.calls.append)
        self.service: Service
        self.http: aiohttp.ClientSession
        self._told = 0

    # The business

    async def report(self, who: Person, call: int, traits: Mapping[str, str]) -> None:
        """Report over the intake that the person ended a call."""
        track = {
            "type": "track",
            "messageId": f"call-{who.user_id}-{call}",
            "userId": who.user_id,
            "event": "Call Ended",
            "properties": {"interaction_id": f"{who.user_id}-{call}", "team": "support"},
        }
        identify = {
            "type": "identify",
            "messageId": f"{who.user_id}-{call}",
            "userId": who.user_id,
            "traits": {"first_name": who.name, **traits},
        }
        body = {"batch": [identify, track]}
        async with self.http.post(f"{self.door.url}/v1/batch", json=body) as answer:
            assert answer.status == 200, await answer.text()

    # The store

    def read(self, question: str, *given: Any) -> list[tuple[Any, ...]]:
        """Ask the store's own file."""
        with closing(sqlite3.connect(self.folder / "story.db")) as book:
            return book.execute(question, given).fetchall()

    def answers(self, who: Person) -> list[tuple[Any, ...]]:
        """Give the person's answers that stand: question, value or words, revision."""
        found = self.read(
            "SELECT a.question_id, a.value, a.text, a.revision FROM answer a"
            " JOIN invitation i ON i.id = a.invitation_id"
            " JOIN contact_key k ON k.contact_id = i.contact_id"
            " WHERE k.key = ? AND a.is_latest ORDER BY a.question_id DESC",
            f"user:{who.user_id}",
        )
        return [(q, text if value is None else int(value), n) for q, value, text, n in found]

    def invitations(self, who: Person) -> list[str]:
        """Give the states of what the person was, or was not, asked."""
        found = self.read(
            "SELECT i.state FROM invitation i JOIN contact_key k ON k.contact_id = i.contact_id"
            " WHERE k.key = ? ORDER BY i.id",
            f"user:{who.user_id}",
        )
        return [str(state) for (state,) in found]

    def deliveries(self, who: Person) -> list[str]:
        """Give the states of the attempts to ask the person."""
        found = self.read(
            "SELECT d.state FROM delivery d JOIN invitation i ON i.id = d.invitation_id"
            " JOIN contact_key k ON k.contact_id = i.contact_id"
            " WHERE k.key = ? AND d.due_id LIKE 'ask:%' ORDER BY d.id",
            f"user:{who.user_id}",
        )
        return [str(state) for (state,) in found]

    def has_stopped(self, who: Person) -> bool:
        """Whether the person's stop is stored."""
        key = f"user:{who.user_id}"
        found = self.read(
            "SELECT c.opted_out_at FROM contact c JOIN contact_key k ON k.contact_id = c.id"
            " WHERE k.key = ?",
            key,
        )
        return any(at is not None for (at,) in found)

    def address_status(self, who: Person) -> str:
        """Give the status of the person's address on the story's channel."""
        [(status,)] = self.read(
            "SELECT a.status FROM address a JOIN contact_key k ON k.contact_id = a.contact_id"
            " WHERE k.key = ? AND a.channel = ?",
            f"user:{who.user_id}",
            self.name,
        )
        return str(status)

    def skipped_by(self, who: Person) -> str:
        """Give the rule by which the person was not asked the last time."""
        found = self.read(
            "SELECT d.rule FROM decision d JOIN invitation i ON i.id = d.invitation_id"
            " JOIN contact_key k ON k.contact_id = i.contact_id"
            " WHERE k.key = ? AND d.verdict = 'skip' ORDER BY d.id DESC",
            f"user:{who.user_id}",
        )
        return str(found[0][0])

    def due_in(self, who: Person) -> float:
        """Give the seconds until the person is to be asked (again)."""
        [(at,)] = self.read(
            "SELECT d.due_at FROM due d JOIN invitation i ON i.id = d.invitation_id"
            " JOIN contact_key k ON k.contact_id = i.contact_id WHERE k.key = ? AND d.kind = 'ask'",
            f"user:{who.user_id}",
        )
        return float(at) / 1000 - self.clock.now.timestamp()

    def inbound(self) -> int:
        """Give how many replies are stored, for good; receipts aside."""
        [(count,)] = self.read("SELECT COUNT(*) FROM inbound WHERE kind = 'Replied'")
        return int(count)

    # Notes

    def begin(self, title: str, about: str) -> None:
        """Begin a section, at the next full minute."""
        self.clock.move(60 - self.clock.now.second)
        self._told = len(self.calls)
        self.transcript.sections.append(Section(title=title, about=about))

    async def pass_time(self, seconds: float) -> None:
        """Let time go by; what happened so far is kept under the time it happened."""
        await until(lambda: all(call.status for call in self.calls))
        self.keep()
        self.clock.move(seconds)
        for lane in self.service.lanes:
            self.service.wake(lane)

    async def end(self, outcome: str) -> None:
        """End the section with what came of it."""
        await until(lambda: all(call.status for call in self.calls))
        self.keep()
        self.transcript.sections[-1].outcome = outcome

    def keep(self) -> None:
        """Keep what went over the wires since the last time, before the clock is moved."""
        fresh, self._told = self.calls[self._told :], len(self.calls)
        for call in fresh:
            note = self._event(call) if call.path == "/v1/batch" else self.tell(call)
            self.transcript.sections[-1].notes += [note] if note else []

    def note(self, arrow: str, head: str, *values: Any, rank: int = 0) -> Note:
        """Make a note of what happens now; ``values`` are JSON, or text of any kind."""
        blocks = tuple(self._block(value) for value in values if value)
        if blocks[:1] == (("json", json.dumps(AS_BEFORE, ensure_ascii=False)),):
            head, blocks = f"{head}, as before", blocks[1:]
        return Note(at=self.clock.now, arrow=arrow, head=head, blocks=blocks, rank=rank)

    def _block(self, value: Any) -> tuple[str, str]:
        if isinstance(value, str):
            return "text", self._public(value)
        return "json", self._excerpts.make(json.loads(self._public(json.dumps(value))))

    def _public(self, text: str) -> str:
        """Write what differs from run to run as what it stands for."""
        text = text.replace(self.door.url, US).replace(self.api.url, self.api.called)
        return self.transcript.named(text)

    def tell(self, call: Call) -> Note | None:
        """Give what the transcript says of a call; None for what nobody wants to read."""
        head = f"`{call.method} {call.wire.called}{call.path}` `{call.status}`{call.remark}"
        inward, outward = self.ranks
        arrow, rank = ("←", inward) if call.wire is self.door else ("→", outward)
        values = self.values(call)
        if call.body and call.body in self._shown and call.wire is self.door:
            head, values = f"{head}, the same bytes", ()
        self._shown.add(call.body)
        return self.note(arrow, head, *values, rank=rank)

    def values(self, call: Call) -> tuple[Any, ...]:
        """Give what is shown of a call: what was said, and the answer where it is a refusal."""
        refused = call.wire is self.api and call.status >= 400
        return (body_of(call), json.loads(call.answer)) if refused else (body_of(call),)

    def _event(self, call: Call) -> Note:
        who, what = json.loads(call.body)["batch"]
        said = {"userId": who["userId"], "traits": who["traits"], "event": what["event"]}
        head = f"`POST {US}/v1/batch` `{call.status}`, from the telephone system"
        return self.note("←", head, said, rank=-1)


def body_of(call: Call) -> Any:
    """Give a call's body as a value to be read: JSON, a form, or its text."""
    kind = call.headers.get("Content-Type", "")
    if "json" in kind:
        return json.loads(call.body)
    if "urlencoded" in kind:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True)
        return {key: _decoded(value) for key, value in pairs}
    return call.body.decode("utf-8", "replace")


def _decoded(value: str) -> Any:
    try:
        return json.loads(value) if value[:1] in "{[" else value
    except ValueError:
        return value

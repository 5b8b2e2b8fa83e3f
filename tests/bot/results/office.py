"""An office whose results are read in the browser: the whole service, with answers in its store."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

import aiohttp
from lxml import html

from bot.commands.grammar import Request
from bot.config import load_config
from bot.service import Service
from surveys.event import Interaction
from surveys.invitation import InvitationState
from surveys.staff import StaffMember
from tests.bot.whole import Clock
from tests.storage.make import add_contacts, add_invitations, answer, contact, invitation, turn

CONFIG = """
service:
  name: Acme
  public_url: {public_url}
  listen: 127.0.0.1:{port}
  database: {database}
  timezone: Europe/Helsinki
  write_keys: [a-write-key]
channels:
  telegram: {{ sandbox: true }}
  email: {{ sandbox: true }}
  web: {web}
staff:
{staff}
surveys:
  after_call:
    title: {{ en: Your call with us }}
    questions: [nps, csat, comment]
    goal: {{ nps: 50, csat: 85% }}
    languages: [fi, en]
  delivery:
    questions:
      - csat
      - choice: {{ id: problem, text: {{ en: What went wrong? }}, choices: {{ late: {{ en: It came late }}, broken: {{ en: It was broken }} }} }}
"""
ADA, OTTO, MAIJA, VILLE, NOBODY = (
    '{ name: Ada, role: admin, telegram: "1" }',
    '{ name: Otto, role: manager, telegram: "2" }',
    '{ name: Maija, role: team_lead, teams: [support], telegram: "3" }',
    '{ name: Ville, role: viewer, teams: [sales], telegram: "4" }',
    '{ name: Nobody, role: team_lead, telegram: "5" }',
)
EVERYBODY = (ADA, OTTO, MAIJA, VILLE, NOBODY)
CHAT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Accept": "text/html"}
_MEASURED = {
    "nps": ("nps", "nps-2003", "0-10"),
    "csat": ("csat", "csat-top-box", "1-5"),
}
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One response: how it was scored, what was said, and where it belongs."""

    nps: int | None = None
    csat: int | None = None
    words: str = ""
    survey: str = "after_call"
    team: str = "support"
    agent: str = "Pekka"
    channel: str = "telegram"
    language: str = "fi"
    days_ago: float = 2.0
    name: str = "Anna Virtanen"


@dataclass(slots=True)
class Office:
    """The running service, and what tests do in it."""

    service: Service
    clock: Clock
    path: Path
    settings: dict[str, str]
    http: aiohttp.ClientSession

    def member(self, name: str) -> StaffMember:
        return next(m for m in self.service.config.staff if m.name == name)

    def link(self, name: str, **asked: Any) -> str:
        """Give the link the bot would give a colleague."""
        public = self.service.config.service.public_url
        link = self.service.results.link(self.member(name), Request(**asked))
        return link.replace(public, self.service.url, 1)

    def list_staff(self, *staff: str) -> None:
        """Save the file with these colleagues; it is in force within a second."""
        write_config(self.path, self.settings, staff)

    async def give(self, *given: Given) -> list[int]:
        """Put responses into the store, completed; gives their invitations' ids."""
        return await give(self.service, given, self.clock())


class Reader:
    """A colleague's browser: keeps cookies, follows where it is led."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=CHAT)
        self.status, self.text = 0, ""
        self.headers: dict[str, str] = {}
        self.at = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.http.close()

    async def open(self, address: str) -> "html.HtmlElement":
        """Open an address, or a path of the page."""
        target = address if address.startswith("http") else f"{self.url}{address}"
        async with self.http.get(target) as found:
            self.status, self.text = found.status, await found.text()
            self.headers, self.at = dict(found.headers), str(found.url)
        return html.document_fromstring(self.text)

    def words(self, selector: str = "//main") -> str:
        """Give the words of a part of the page, on one line."""
        page = html.document_fromstring(self.text)
        return " ".join(" ".join(part.text_content().split()) for part in page.xpath(selector))


@asynccontextmanager
async def office(
    folder: Path,
    *,
    staff: Sequence[str] = EVERYBODY,
    public_url: str = "http://127.0.0.1:1",
    port: int = 0,
    database: str = "",
    web: str = "{}",
) -> AsyncIterator[Office]:
    """Start the service; it is gone afterwards."""
    settings = {
        "public_url": public_url,
        "port": str(port),
        "database": database or f"sqlite://{folder}/office.db",
        "web": web,
    }
    path = folder / "config.yaml"
    write_config(path, settings, staff)
    clock = Clock()
    async with (
        Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service,
        aiohttp.ClientSession(headers=CHAT) as http,
    ):
        yield Office(service, clock, path, settings, http)


def write_config(path: Path, settings: dict[str, str], staff: Sequence[str]) -> None:
    listed = "\n".join(f"  - {one}" for one in staff)
    path.write_text(CONFIG.format(**settings, staff=listed), encoding="utf-8")


async def give(service: Service, given: Sequence[Given], now: datetime) -> list[int]:
    """Put responses into the store: asked, delivered, answered and completed."""
    number, later = next(_numbers), now + timedelta(days=1)  # nothing of it is sent
    people = await add_contacts(
        service.store,
        *(
            contact(
                f"user:r{number}-{place}",
                attributes=dict(zip(("first_name", "last_name"), one.name.split(), strict=False)),
            )
            for place, one in enumerate(given)
        ),
    )
    invitations = await add_invitations(
        service.store,
        *(
            replace(
                invitation(person.id, key=f"given-{number:03}-{place:05}", due_at=later),
                survey=one.survey,
                via=(one.channel,),
                language=one.language,
                interaction=Interaction(id="c", agent=one.agent, team=one.team),
            )
            for place, (person, one) in enumerate(zip(people, given, strict=True))
        ),
    )

    async def work(t: Any) -> None:
        ids = [one.id for one in invitations]
        for question in ("nps", "csat", "comment"):
            locked = await t.lock_conversations(ids)
            turns = []
            for invitation_id, one in zip(ids, given, strict=True):
                at = now - timedelta(days=one.days_ago)
                made = _answer(one, question, at)
                if made is not None:
                    conversation = locked[invitation_id]
                    saved = turn(
                        conversation, made, state=InvitationState.COMPLETED, completed_at=at
                    )
                    if conversation.response is None:
                        begun = replace(
                            saved.after, started_at=at, channel=one.channel, language=one.language
                        )
                        saved = replace(saved, after=begun)
                    turns.append(saved)
            await t.save_turns(turns)

    await service.store.unit_of_work(work)
    return [one.id for one in invitations]


def _answer(one: Given, question: str, at: datetime) -> Any:
    shared = {"at": at, "channel": one.channel, "language": one.language}
    if question == "comment":
        return answer("comment", text=one.words, **shared) if one.words else None
    value = getattr(one, question)
    if value is None:
        return None
    metric, version, scale = _MEASURED[question]
    return answer(
        question,
        value=float(value),
        **{**shared, "metric_id": metric, "metric_version": version, "scale_id": scale},
    )


def hundred() -> list[Given]:
    """Give 100 responses of the support team by two agents: 60 promoters, 20 passives, 20
    detractors; over four weeks.
    """
    scores = [10] * 40 + [9] * 20 + [8] * 15 + [7] * 5 + [6] * 10 + [0] * 10
    return [
        Given(
            nps=score,
            csat=5 if score > 6 else 2,
            agent="Pekka" if place % 2 else "Liisa",
            channel="telegram" if place % 3 else "email",
            days_ago=1 + place * 7 % 28,
        )
        for place, score in enumerate(scores)
    ]

"""A year of a company's answers, the same every time: two surveys, twelve teams with the names that
teams have, five channels, customers of five languages who write in them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bot.config import load_config
from bot.config.model import Config
from storage.store import Store, Transaction
from surveys.due import Due
from surveys.event import Interaction
from surveys.invitation import Delivery, Invitation, InvitationState
from surveys.response import Answer
from tests.storage.make import (
    add_contacts,
    add_invitations,
    answer,
    asked,
    contact,
    invitation,
    turn,
)

NOW = datetime(2026, 11, 23, 6, 0, 30, tzinfo=UTC)
"""Monday at eight in Helsinki, when the weekly report goes out."""

LANGUAGES = ("en", "fi", "de", "hr", "lv")
CONFIG = """
service: { name: Nordwind, public_url: "http://127.0.0.1:PUBLIC", listen: "127.0.0.1:PORT", timezone: Europe/Helsinki,
  database: "sqlite://FOLDER/year.db", write_keys: [a-write-key] }
channels:
  telegram: { sandbox: true }
  email: { sandbox: true }
  sms: { sandbox: true }
  slack: { sandbox: true }
  web: {}
staff:
  - { name: Olivia, role: manager, language: en, telegram: "1" }
  - { name: Otto, role: manager, language: fi, telegram: "2" }
  - { name: Ottilie, role: manager, language: de, telegram: "3" }
  - { name: Olga, role: manager, language: hr, telegram: "4" }
  - { name: Oskars, role: manager, language: lv, telegram: "5" }
surveys:
  after_call:
    title: { en: Your call with us, fi: Puhelusi asiakaspalveluumme, de: Ihr Anruf bei unserem Kundendienst,
      hr: Vaš poziv našoj službi za korisnike, lv: Jūsu zvans mūsu klientu apkalpošanas dienestam }
    questions: [nps, ces, csat, comment]
    goal: { nps: 40, csat: 85%, ces: 5.5 }
    languages: [fi, en, de, hr, lv]
  delivery:
    title: { en: Your delivery, fi: Toimituksesi, de: Ihre Lieferung, hr: Vaša dostava, lv: Jūsu piegāde }
    questions:
      - csat
      - choice:
          id: problem
          text: { en: What went wrong?, fi: Mikä meni vikaan?, de: Was ging schief?, hr: Što je pošlo po zlu?, lv: Kas nogāja greizi? }
          choices:
            late: { en: It came later than was promised, fi: Se tuli luvattua myöhemmin, de: Sie kam später als versprochen,
              hr: Stigla je kasnije nego što je obećano, lv: "Tā atnāca vēlāk, nekā solīts" }
            broken: { en: Something was broken, fi: Jotakin oli rikki, de: Etwas war kaputt, hr: Nešto je bilo slomljeno, lv: Kaut kas bija saplīsis }
            missing: { en: Something was missing, fi: Jotakin puuttui, de: Etwas fehlte, hr: Nešto je nedostajalo, lv: Kaut kā trūka }
            elsewhere: { en: It was left at the neighbours' without a word, fi: Se jätettiin naapuriin sanomatta mitään,
              de: Sie wurde ohne ein Wort beim Nachbarn abgegeben, hr: Ostavljena je kod susjeda bez riječi, lv: To bez brīdinājuma atstāja pie kaimiņiem }
    languages: [fi, en, de, hr, lv]
reports:
  - { name: weekly, schedule: monday at 08:00, period: 7d, to: manager }
  - { name: year, schedule: 1st at 08:00, period: 364d, to: manager, by: [channel, team] }
"""
# How well each team does: what is added to the chance of a good answer.
TEAMS = (
    ("Kundendienst Deutschland, Österreich und Schweiz", 0.02),
    ("Asiakaspalvelukeskus Jyväskylä", 0.08),
    ("Customer care for the largest accounts", 0.10),
    ("Korisnička podrška Zagreb", 0.0),
    ("Klientu apkalpošanas centrs Rīgā", -0.03),
    ("Tekninen tuki ja huoltoneuvonta", -0.16),
    ("Rechnungen und Vertragsänderungen", -0.08),
    ("Sales", 0.05),
    ("Toimitusten seuranta", 0.03),
    ("Služba za reklamacije i povrate", -0.2),
    ("Außendienst Norddeutschland", 0.06),
    ("Night desk", -0.05),
)
AGENTS = ("Aino", "Bernd", "Charlotte", "Dražen", "Elīna", "Fredrik")
CHANNELS = ("telegram", "email", "email", "web", "sms", "slack")
SAID: dict[str, tuple[tuple[int, str], ...]] = {
    "en": (
        (10, "Bernd knew at once what it was about and rang me back the same afternoon. Thank you!"),
        (2, "Four people asked for my customer number, and the fourth hung up. Ring me on +44 20 7946 0018."),
        (7, "Good help in the end, but the menu before it is a maze."),
    ),
    "fi": (
        (9, "Nopeaa ja ystävällistä palvelua, kiitos Ainolle!"),
        (1, "Jonotin neljäkymmentäviisi minuuttia, ja sitten puhelu katkesi. Kukaan ei soittanut takaisin."),
        (6, "Asia hoitui, mutta lasku tuli silti väärään osoitteeseen kolmannen kerran."),
    ),
    "de": (
        (10, "Sehr freundlich, und das Problem war in zehn Minuten gelöst."),
        (3, "Die Rechnung ist seit drei Monaten falsch, und jedes Mal wird mir versprochen, dass es die letzte war."),
        (8, "Kompetent, nur die Musik in der Warteschleife ist schwer auszuhalten."),
    ),
    "hr": (
        (9, "Sve je riješeno u jednom pozivu, hvala!"),
        (2, "Paket je ostavljen kod susjeda, a nitko mi se nije javio. Pišite na ana@primjer.example."),
        (7, "Ljubazni ste, ali predugo se čeka."),
    ),
    "lv": (
        (10, "Elīna visu paskaidroja saprotami un mierīgi."),
        (3, "Man trīs reizes solīja piezvanīt, un neviens nepiezvanīja. Vairs neticu."),
        (8, "Labi, bet varētu būt ātrāk."),
    ),
}  # fmt: skip
PEOPLE = {
    "en": "Grace Ashworth", "fi": "Väinö Hämäläinen", "de": "Jürgen Großkopf",
    "hr": "Željka Đurđević", "lv": "Guntars Bērziņš",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One invitation, and what became of it: ``nps`` is None where nobody answered."""

    at: datetime
    survey: str
    team: str
    agent: str
    channel: str
    language: str
    nps: int | None = None
    words: str = ""

    @property
    def csat(self) -> int:
        return 1 if self.nps is None else max(1, min(5, 1 + self.nps // 2))

    @property
    def ces(self) -> int:
        return 1 if self.nps is None else max(1, min(7, 1 + self.nps * 6 // 10))


LATELY = NOW - timedelta(days=32)
"""Before this only those are kept who answered: nobody looks at a response rate that old."""


def moments() -> list[datetime]:
    """Give when invitations went out: every week of the year, every day of the last two."""
    weeks = [NOW - timedelta(days=day, hours=1) for day in range(364, 14, -7)]
    return weeks + [NOW - timedelta(days=day, hours=1) for day in range(14, 0, -1)]


def year() -> list[Asked]:
    """Give everybody who was asked."""
    chance = Random(2026)
    found: list[Asked] = []
    for place, at in enumerate(moments()):
        better = place / 120 - 0.2
        people = 26 if at < LATELY else 44
        found += [_one(chance, at, better, 7 * place + n) for n in range(people)]
    return [one for one in found if one.nps is not None or one.at >= LATELY]


def _one(chance: Random, at: datetime, better: float, n: int) -> Asked:
    team, skill = TEAMS[min(int(chance.expovariate(0.28)), len(TEAMS) - 1)]
    language = LANGUAGES[chance.randrange(5)]
    one = Asked(
        at=at,
        survey="delivery" if n % 4 == 0 else "after_call",
        team=team,
        agent=AGENTS[chance.randrange(6)],
        channel=CHANNELS[chance.randrange(6)],
        language=language,
    )
    if chance.random() > 0.52:
        return one
    if n % 9 == 0:
        nps, words = SAID[language][chance.randrange(3)]
        return replace(one, nps=nps, words=words)
    good = chance.random() < 0.62 + skill + better
    return replace(
        one,
        nps=chance.choice((9, 9, 10, 10, 10, 8)) if good else chance.choice((0, 2, 3, 5, 6, 7, 8)),
    )


def read_config(folder: Path, port: int = 0) -> Config:
    """Give the company's configuration."""
    path = folder / "config.yaml"
    text = (
        CONFIG.replace("FOLDER", str(folder))
        .replace("PORT", str(port))
        .replace("PUBLIC", str(port or 1))
    )
    path.write_text(text, encoding="utf-8")
    return load_config(path, {})


@asynccontextmanager
async def kept_year(folder: Path, everybody: Sequence[Asked] | None = None) -> AsyncIterator[Store]:
    """Give a store with the year, or with those given, in it."""
    store = await Store.open(f"sqlite://{folder}/year.db", "Europe/Helsinki")
    try:
        await fill(store, year() if everybody is None else everybody)
        yield store
    finally:
        await store.close()


async def fill(store: Store, everybody: Sequence[Asked]) -> None:
    """Ask everybody, and have those answer who did."""
    people = await add_contacts(
        store,
        *(
            contact(
                f"user:{number}",
                attributes=dict(zip(("first_name", "last_name"), PEOPLE[one.language].split(), strict=True)),
                addresses=[(one.channel, f"address-{number}")],
            )
            for number, one in enumerate(everybody)
        ),
    )  # fmt: skip
    made = await add_invitations(
        store,
        *(_invitation(one, number, people[number].id) for number, one in enumerate(everybody)),
    )
    for at in sorted({one.at for one in everybody if one.at >= LATELY}):
        for channel in sorted({one.channel for one in everybody if one.at == at}):
            await _ask(store, channel, at)
    await _answer(store, list(zip(made, everybody, strict=True)))


def _invitation(one: Asked, number: int, person: int) -> Invitation:
    return invitation(
        person,
        key=f"year-{number:05}",
        due_at=one.at if one.at >= LATELY else NOW + timedelta(days=1),
        expires_at=NOW + timedelta(days=7),
        survey=one.survey,
        via=(one.channel,),
        language=one.language,
        interaction=Interaction(id=f"c-{number}", agent=one.agent, team=one.team),
    )


async def _ask(store: Store, channel: str, at: datetime) -> None:
    """Send what is due; one in twenty does not arrive."""
    dues = await store.claim_due(channel, at, timedelta(minutes=1), 500)
    ids = await store.begin_deliveries([(due, _delivery(due, at)) for due in dues])
    outcomes = [
        asked(due, delivery_id, delivered=due.invitation_id % 20 != 7)
        for due, delivery_id in zip(dues, ids, strict=True)
    ]
    assert not await store.end_deliveries(outcomes, at)


def _delivery(due: Due, at: datetime) -> Delivery:
    return Delivery(invitation_id=due.invitation_id, channel=due.lane, address="x", started_at=at)


async def _answer(store: Store, pairs: Sequence[tuple[Invitation, Asked]]) -> None:
    answered = [(made.id, one) for made, one in pairs if one.nps is not None]
    ids = [found for found, _ in answered]

    async def work(transaction: Transaction) -> None:
        for place in range(4):
            locked = await transaction.lock_conversations(ids)
            turns = []
            for found, one in answered:
                given = answers_of(one)
                if place < len(given):
                    turns.append(_turn(locked[found], given[place], one))
            await transaction.save_turns(turns)

    await store.unit_of_work(work)


def _turn(conversation: Any, given: Answer, one: Asked) -> Any:
    done = {"state": InvitationState.COMPLETED, "completed_at": given.at}
    saved = turn(conversation, given, **done)  # type: ignore[arg-type]
    if conversation.response is not None:
        return saved
    begun = replace(saved.after, started_at=given.at, channel=one.channel, language=one.language)
    return replace(saved, after=begun)


def answers_of(one: Asked) -> list[Answer]:
    """Give what somebody answered, in the survey's order."""
    at = one.at + timedelta(hours=2 + (one.nps or 0), minutes=7)
    at = min(at, NOW - timedelta(minutes=1))
    shared: dict[str, Any] = {"at": at, "channel": one.channel, "language": one.language}
    csat = answer(
        "csat", value=float(one.csat), **{**shared, "metric_id": "csat", "metric_version": "csat-top-box", "scale_id": "1-5"}
    )  # fmt: skip
    words = [answer("comment", text=one.words, **shared)] if one.words else []
    if one.survey == "delivery":
        wrong = ("late", "late", "elsewhere", "broken", "missing")[(one.nps or 0) % 5]
        problem = [answer("problem", choices=(wrong,), **shared)] if one.csat <= 3 else []
        return [csat, *problem, *words]
    ces = answer(
        "ces", value=float(one.ces), **{**shared, "metric_id": "ces", "metric_version": "ces-2.0", "scale_id": "1-7"}
    )  # fmt: skip
    return [answer("nps", value=float(one.nps or 0), **shared), ces, csat, *words]

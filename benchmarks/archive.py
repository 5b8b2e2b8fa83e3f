"""An archive of answers as years of asking leave it, written straight into a store's tables.

What reports and lists read is written: contacts, invitations, responses, answers, and the counts
beside them, which `storage.recount` finds right. `benchmarks.surroundings` writes what stands
around them.
"""

import asyncio
import json
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import asyncpg

from storage.counts import FlowKey, RollupKey, day_of
from storage.database import read_url
from storage.sql import Backend

ZONE = ZoneInfo("Europe/Helsinki")
UNTIL = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = 730
AT_ONCE = 20_000

SURVEYS = ("after_call", "delivery", "renewal")
CHANNELS = ("telegram", "email", "sms", "web")
TEAMS = ("support", "sales", "logistics", "billing", "renewals")
AGENTS_A_TEAM = 8
LANGUAGES = ("en", "fi", "de")
WORDS = (
    "It took too long to get through.",
    "Great service, thank you so much!",
    "The parcel came a day late and the box was open",
    "Pekka explained everything and it works now.",
    "Why do I have to repeat my number to everybody?",
    "",
    "",
)
NPS_WEIGHTS = (2, 1, 1, 2, 2, 4, 5, 9, 18, 22, 34)
CSAT_WEIGHTS = (4, 5, 11, 34, 46)
ANSWERS_A_RESPONSE = 3
FIRST = ("Anna", "Pekka", "Maija", "Otto", "Ilze", "Ivan", "Greta", "Jonas", "Marta", "Luka")
LAST = ("Virtanen", "Korhonen", "Berzina", "Horvat", "Schmidt", "Ozola", "Laine", "Novak", "Weber")
OPEN_DAYS = 7
"""Whoever was asked so lately and has not answered still may, for as long again."""
LEAST_OPEN = 200
"""So many may at least, where the archive is small."""

Row = tuple[object, ...]

_GO_ON = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"

_INVITATION = (
    "id, key, contact_id, survey, survey_version, trigger, via, all_channels, state, channel,"
    " due_at, expires_at, weight, interaction_id, agent, team, line, population, facts, language,"
    " asked_at, delivered"
)
_RESPONSE = (
    "invitation_id, contact_id, survey, survey_version, started_at, completed_at, language,"
    " channel, trigger, weight, interaction_id, agent, team, line, population"
)
_ANSWER = (
    "invitation_id, question_id, revision, is_latest, wording, language, channel, at, value,"
    " choices, text, skipped, draft, metric_id, metric_version, scale_id, satisfied"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One response: who, where, when, what."""

    number: int
    at: datetime
    survey: str
    channel: str
    team: str
    agent: str
    language: str
    nps: int
    csat: int
    words: str

    @property
    def ms(self) -> int:
        return int(self.at.timestamp() * 1000)

    @property
    def rule(self) -> str:
        """What they were asked by: a campaign, a journey's milestone or a trigger."""
        if self.survey == "renewal":
            return "quarterly"
        odd = self.survey == "delivery" and self.number % 2
        return "onboarding/first_order" if odd else self.survey

    @property
    def attributes(self) -> str:
        first, last = FIRST[self.number % len(FIRST)], LAST[self.number // 7 % len(LAST)]
        return json.dumps({"first_name": first, "last_name": f"{last}-{self.number}"})


class Archive:
    """So many answers, three a response, over two years; the same ones for the same ``seed``.

    With ``silent`` as many were asked again and did not answer: their invitations are numbered on
    from the last response.
    """

    def __init__(self, answers: int, *, seed: int = 7, silent: bool = False) -> None:
        self.responses = answers // ANSWERS_A_RESPONSE
        self._silent = silent
        self._dice = random.Random(seed)
        self._rollups: dict[RollupKey, int] = defaultdict(int)
        self._flows: dict[FlowKey, int] = defaultdict(int)

    def batches(self) -> Iterator[Mapping[str, Sequence[Row]]]:
        """Give rows by table and columns, a batch at a time, the counts last."""
        for start in range(0, self.responses, AT_ONCE):
            stop = min(start + AT_ONCE, self.responses)
            asked = [self._draw(number) for number in range(start + 1, stop + 1)]
            for one in asked:
                self._count(one)
            yield {
                "contact (id, language, attributes)": [
                    (o.number, o.language, o.attributes) for o in asked
                ],
                f"invitation ({_INVITATION})": [
                    *(_invitation(o) for o in asked),
                    *(_silent(o, self.responses) for o in asked if self._silent),
                ],
                f"response ({_RESPONSE})": [_response(o) for o in asked],
                f"answer ({_ANSWER})": [row for o in asked for row in _answers(o)],
            }
        yield {
            f"rollup ({', '.join(RollupKey.__slots__)}, n, weight, weight_squared)": [
                (*(getattr(key, name) for name in RollupKey.__slots__), n, float(n), float(n))
                for key, n in self._rollups.items()
            ],
            f"flow ({', '.join(FlowKey.__slots__)}, n)": [
                (*(getattr(key, name) for name in FlowKey.__slots__), n)
                for key, n in self._flows.items()
            ],
        }

    def at(self, number: int) -> datetime:
        """Give when a customer was asked."""
        return UNTIL - timedelta(days=DAYS) * (1 - number / self.responses)

    def _draw(self, number: int) -> _Asked:
        dice = self._dice
        team = dice.choice(TEAMS)
        return _Asked(
            number=number,
            at=self.at(number),
            survey=dice.choice(SURVEYS),
            channel=dice.choice(CHANNELS),
            team=team,
            agent=f"{team}-{dice.randrange(AGENTS_A_TEAM)}",
            language=dice.choice(LANGUAGES),
            nps=dice.choices(range(11), NPS_WEIGHTS)[0],
            csat=dice.choices(range(1, 6), CSAT_WEIGHTS)[0],
            words=dice.choice(WORDS),
        )

    def _count(self, one: _Asked) -> None:
        day = day_of(one.at, ZONE)
        where: dict[str, Any] = {
            "survey": one.survey,
            "day": day,
            "channel": one.channel,
            "team": one.team,
            "agent": one.agent,
            "language": one.language,
            "population": "customer",
        }
        for question, metric, version, scale, value, text in _said(one):
            if value is None and not text:
                continue
            key = RollupKey(
                **where,
                question=question,
                metric=metric,
                metric_version=version,
                scale=scale,
                value="" if value is None else str(value),
            )
            self._rollups[key] += 1
        stages = ["sent", "delivered", "started", "completed"]
        for stage in (*stages, *(stages[:2] if self._silent else ())):
            self._flows[FlowKey(**where, stage=stage)] += 1


def _said(one: _Asked) -> Iterator[tuple[str, str, str, str, int | None, str]]:
    yield "nps", "nps", "nps-2003", "0-10", one.nps, ""
    yield "csat", "csat", "csat-top-box", "1-5", one.csat, ""
    yield "comment", "", "", "", None, one.words


def _invitation(o: _Asked, number: int = 0, state: str = "completed") -> Row:
    begun, number = o.ms - 600_000, number or o.number
    last = int(UNTIL.timestamp() * 1000) if state == "asked" else o.ms
    return (
        number, f"{number:032x}", o.number, o.survey, "v1", o.rule, f'["{o.channel}"]', False,
        state, o.channel, begun, last + OPEN_DAYS * 86_400_000, 1.0, f"c{number}", o.agent, o.team,
        "", "customer", "{}", o.language, o.ms, True,
    )  # fmt: skip


def _silent(o: _Asked, responses: int) -> Row:
    is_open = UNTIL - o.at < timedelta(days=OPEN_DAYS) or responses - o.number < LEAST_OPEN
    return _invitation(o, responses + o.number, "asked" if is_open else "expired")


def _response(o: _Asked) -> Row:
    return (
        o.number, o.number, o.survey, "v1", o.ms, o.ms + 60_000, o.language, o.channel, o.rule,
        1.0, f"c{o.number}", o.agent, o.team, "", "customer",
    )  # fmt: skip


def _answers(o: _Asked) -> Iterator[Row]:
    for question, metric, version, scale, value, text in _said(o):
        skipped = value is None and not text
        yield (
            o.number, question, 1, True, question, o.language, o.channel, o.ms,
            None if value is None else float(value), "[]", text, skipped, False, metric, version,
            scale, None,
        )  # fmt: skip


class Rows(Protocol):
    """Something that can be written into a store."""

    def batches(self) -> Iterator[Mapping[str, Sequence[Row]]]:
        """Give rows by table and columns, a batch at a time."""


def _load_sqlite(path: str, archive: Rows) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as book:
        book.execute("PRAGMA synchronous = OFF")
        for batch in archive.batches():
            book.execute("BEGIN")
            for target, rows in batch.items():
                marks = ", ".join("?" * (target.count(",") + 1))
                book.executemany(f"INSERT INTO {target} VALUES ({marks})", rows)
            book.execute("COMMIT")
        book.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _load_postgres(url: str, archive: Rows) -> None:
    server = await asyncpg.connect(url)
    try:
        for batch in archive.batches():
            for target, rows in batch.items():
                table, _, columns = target.partition(" (")
                names = [name.strip() for name in columns.rstrip(")").split(",")]
                await server.copy_records_to_table(table, records=rows, columns=names)
        for table in ("contact", "invitation"):  # numbered by us so far
            await server.execute(_GO_ON.format(table=table))
        await server.execute("VACUUM ANALYZE")  # as a server does by itself
    finally:
        await server.close()


async def load_archive(url: str, archive: Rows) -> None:
    """Write an archive into a store that is up to date, has none of it, and is open nowhere."""
    backend, path = read_url(url)
    if backend is Backend.SQLITE:
        await asyncio.to_thread(_load_sqlite, str(path), archive)
    else:
        await _load_postgres(url, archive)

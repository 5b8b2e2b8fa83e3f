"""A store that holds counts in memory, and answers to fill it with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.config.themes import shipped_reader
from storage.uncertain import Uncertain
from surveys.audit import BEGINNING, Entry, Head, Note, link
from surveys.casework import CaseCounts, CaseList, CaseView, Listed
from surveys.channel_standing import Audience, Standings
from surveys.comment import Comment, Search
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.explanation import Explanation
from surveys.flow import FlowCount
from surveys.headway import Headway, Round, Travellers
from surveys.keyphrase import Written
from surveys.pausing import Pause
from surveys.recovery import Fate
from surveys.report import Filter, Tally, ValueCount
from surveys.response import Response
from surveys.scanner import HeldPress
from surveys.theme_count import Heard

ZONE = "Europe/Helsinki"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer that is in the store, or (``question`` "") one invitation that reached ``stages``."""

    survey: str = "after_call"
    question: str = ""
    metric: str = ""
    version: str = ""
    scale: str = ""
    value: str = ""
    day: date = date(2026, 11, 10)
    channel: str = "telegram"
    team: str = "support"
    agent: str = "Pekka"
    language: str = "fi"
    population: str = "customer"
    weight: float = 1.0
    n: int = 1
    stages: tuple[str, ...] = ()


_PRESET = {
    "nps": ("nps-2003", "0-10"),
    "csat": ("csat-top-box", "1-5"),
    "ces": ("ces-2.0", "1-7"),
    "thumbs": ("thumbs-1", "thumbs"),
}


def said(question: str, value: int | str, n: int = 1, **more: object) -> Said:
    """Give ``n`` same answers to a preset question."""
    version, scale = _PRESET.get(question, ("", ""))
    metric = question if version else ""
    base = Said(
        question=question, metric=metric, version=version, scale=scale, value=str(value), n=n
    )
    return replace(base, **more)  # type: ignore[arg-type]


def went(n: int, *stages: str, **more: object) -> Said:
    """Give ``n`` invitations that reached these stages."""
    return replace(Said(n=n, stages=stages), **more)  # type: ignore[arg-type]


@dataclass(slots=True)
class MemoryStore:
    """A store that counts as the real one promises to: every field of the filter is honoured."""

    rows: list[Said] = field(default_factory=list)
    responses: list[tuple[Response, Contact]] = field(default_factory=list)
    held: list[tuple[HeldPress, Conversation]] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[tuple[int, Verdict, str]] = field(default_factory=list)
    outcome: Settled = Settled.DONE
    standings: Mapping[Audience, Standings] = field(default_factory=dict)
    went: dict[tuple[str, datetime], Headway] = field(default_factory=dict)
    came: list[tuple[str, Round]] = field(default_factory=list)
    people: dict[str, Travellers] = field(default_factory=dict)
    asked: list[Filter] = field(default_factory=list)
    searched: list[Search] = field(default_factory=list)
    audit: list[Entry] = field(default_factory=list)
    heard: list[tuple[date, Heard]] = field(default_factory=list)
    unread: int = 0
    paused: list[Pause] = field(default_factory=list)
    written: list[tuple[str, Written]] = field(default_factory=list)
    waiting: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)

    async def find_contacts(self, words: str, /, limit: int, offset: int) -> list[Contact]:
        return [Contact(id=42, keys=("user:42",))][offset : offset + limit]

    async def list_paused(self) -> list[Pause]:
        return list(self.paused)

    async def list_uncertain(self, limit: int, offset: int) -> list[Uncertain]:
        return []

    async def note_command(self, note: Note, /) -> Entry:
        last = self.audit[-1] if self.audit else Head(number=0, hash=BEGINNING)
        self.audit.append(link(note, Head(number=last.number, hash=last.hash)))
        return self.audit[-1]

    async def list_audit(self, person: str, command: str, limit: int, offset: int) -> list[Entry]:
        found = [
            entry
            for entry in reversed(self.audit)
            if person in ("", entry.note.person) and command in ("", entry.note.command)
        ]
        return found[offset : offset + limit]

    async def ask_confirmation(self, who: str, code: str, line: str, until: datetime, /) -> None:
        self.waiting[who] = (code, line, until)

    async def take_confirmation(self, who: str, code: str, now: datetime, /) -> str:
        known, line, until = self.waiting.get(who, ("", "", now))
        if code not in ("", known) or until <= now:
            return ""
        del self.waiting[who]
        return line

    async def tally(self, wanted: Filter, /) -> Tally:
        self.asked.append(wanted)
        rows = [row for row in self.rows if _matches(row, wanted)]
        values = tuple(
            ValueCount(
                survey=row.survey,
                question=row.question,
                metric=row.metric,
                metric_version=row.version,
                scale=row.scale,
                population=row.population,
                group=_group(row, wanted),
                value=row.value,
                n=row.n,
                weight=row.weight * row.n,
                weight_squared=row.weight**2 * row.n,
            )
            for row in rows
            if row.question
            and wanted.question in ("", row.question)
            and wanted.metric in ("", row.metric)
        )
        flows = tuple(
            FlowCount(survey=row.survey, group=_group(row, wanted), stage=stage, n=row.n)
            for row in rows
            for stage in row.stages
        )
        return Tally(values=values, flows=flows)

    async def find_people(self, words: str, /) -> Sequence[Contact]:
        return [Contact(id=42, keys=("user:42",))]

    async def explain(
        self, contact: Contact, teams: Collection[str] | None, limit: int, /
    ) -> Explanation:
        return Explanation(contact=contact)

    async def load_standings(
        self, audiences: Collection[Audience], since: date, until: date, /
    ) -> Mapping[Audience, Standings]:
        assert since < until
        return {key: one for key, one in self.standings.items() if key in audiences}

    async def count_held(self, wanted: Filter, /) -> int:
        return len(await self.list_held(wanted, limit=1000, offset=0))

    async def list_held(
        self, wanted: Filter, /, limit: int, offset: int
    ) -> Sequence[tuple[HeldPress, Conversation]]:
        teams = wanted.teams
        found = [
            (press, about)
            for press, about in self.held
            if (teams is None or about.invitation.interaction.team in teams)
            and wanted.survey in ("", about.invitation.survey)
            and wanted.since <= press.at.date() <= wanted.until
        ]
        return found[offset : offset + limit]

    async def find_held(self, press_id: int, /) -> tuple[HeldPress, Conversation] | None:
        return next((row for row in self.held if row[0].id == press_id), None)

    async def list_responses(
        self, wanted: Filter, /, limit: int, offset: int
    ) -> Sequence[tuple[Response, Contact]]:
        self.asked.append(wanted)
        found = [row for row in self.responses if _listed(row[0], wanted)]
        found.sort(key=lambda row: row[0].started_at, reverse=True)
        return found[offset : offset + limit]

    async def list_comments(self, wanted: Search, /, limit: int, offset: int) -> Sequence[Comment]:
        self.asked.append(wanted.rows)
        self.searched.append(wanted)
        found = [comment for comment in self.comments if _said(comment, wanted)]
        found.sort(key=lambda comment: comment.at, reverse=True)
        return found[offset : offset + limit]

    async def hear(
        self, wanted: Filter, surveys: Collection[str], limit: int, /
    ) -> Sequence[Heard]:
        self.asked.append(wanted)
        since, until = wanted.since, wanted.until
        return [one for day, one in self.heard if since <= day <= until][:limit]

    async def list_written(self, wanted: Filter, limit: int, /) -> Sequence[tuple[str, Written]]:
        self.asked.append(wanted)
        return self.written[:limit]

    async def count_unread(self, version: str, /) -> int:
        return self.unread

    async def headway(
        self,
        rules: Collection[str],
        since: datetime,
        until: datetime,
        teams: Collection[str] | None,
    ) -> Mapping[str, Headway]:
        if teams is not None:
            return {}
        spans = {(rule, began): one for (rule, began), one in self.went.items() if rule in rules}
        return {rule: one for (rule, began), one in spans.items() if since <= began < until}

    async def rounds(self, campaign: str, limit: int) -> Sequence[Round]:
        return [one for name, one in self.came if name == campaign][:limit]

    async def travellers(self) -> Mapping[str, Travellers]:
        return self.people

    async def list_conflicts(self, limit: int, offset: int) -> Sequence[Conflict]:
        return [c for c in self.conflicts if c.is_open][offset : offset + limit]

    async def load_conflicts(self, ids: Collection[int], /) -> Sequence[Conflict]:
        return [c for c in self.conflicts if c.id in ids]

    async def list_cases(
        self, wanted: CaseList, now: datetime, limit: int, offset: int, /
    ) -> Sequence[Listed]:
        return []

    async def sum_cases(self, wanted: CaseList, now: datetime, /) -> CaseCounts:
        return CaseCounts()

    async def read_fates(
        self, wanted: CaseList, since: datetime, until: datetime, /
    ) -> Sequence[Fate]:
        return []

    async def find_case(self, number: int, teams: Collection[str] | None, /) -> CaseView | None:
        return None

    async def settle_conflict(
        self, number: int, verdict: Verdict, by: str, now: datetime
    ) -> Settled:
        self.settled.append((number, verdict, by))
        return self.outcome


def _said(comment: Comment, wanted: Search) -> bool:
    rows, text = wanted.rows, comment.text.casefold()
    day = comment.at.astimezone(ZoneInfo(ZONE)).date()
    return (
        rows.since <= day <= rows.until
        and rows.channel in ("", comment.channel)
        and rows.team in ("", comment.team)
        and (rows.teams is None or comment.team in rows.teams)
        and all(word.casefold() in text for word in wanted.words)
        and (not wanted.only or comment.card is not None)
        and _speaks(comment, wanted)
    )


def _speaks(comment: Comment, wanted: Search) -> bool:
    gist = shipped_reader().read(comment.text, "en")
    return set(wanted.themes) <= set(gist.themes) and wanted.tone in ("", gist.tone)


def _matches(row: Said, wanted: Filter) -> bool:
    limits = ("survey", "channel", "team", "agent", "language")
    return (
        wanted.since <= row.day <= wanted.until
        and all(getattr(wanted, name) in ("", getattr(row, name)) for name in limits)
        and (wanted.teams is None or row.team in wanted.teams)
    )


def _group(row: Said, wanted: Filter) -> str:
    if wanted.by == "day":
        return f"{row.day:%Y%m%d}"
    if wanted.by == "month":
        return f"{row.day:%Y%m}"
    return str(getattr(row, wanted.by)) if wanted.by else ""


def _listed(response: Response, wanted: Filter) -> bool:
    day = response.started_at.astimezone(ZoneInfo(ZONE)).date()
    team = response.interaction.team
    return (
        wanted.since <= day <= wanted.until
        and wanted.survey in ("", response.survey)
        and wanted.team in ("", team)
        and wanted.agent in ("", response.interaction.agent)
        and (wanted.teams is None or team in wanted.teams)
    )

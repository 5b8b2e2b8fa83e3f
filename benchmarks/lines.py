"""What staff write to the bot: every command in its forms, each time with other words."""

from collections.abc import Callable, Mapping

from benchmarks.archive import AGENTS_A_TEAM, CHANNELS, LANGUAGES, SURVEYS, TEAMS
from benchmarks.surroundings import CASE_EACH

PERIODS = (
    "7d", "30d", "90d", "last week", "last month", "this quarter", "q3 2026", "2025", "q1 2026",
    "since 1 jan 2025", "oct 2025", "2024-12-01..2026-11-20", "365d", "700d", "today", "mar 2026",
    "2025-02", "26w", "last year", "2026",
)  # fmt: skip
LONG = ("365d", "700d", "since 1 jan 2025", "2025", "2026")
NAMES = ("anna", "korhonen", "example", "virtanen-7", "4711", "u33", "@mail9.", "nobody-at-all")

Form = Callable[[int], str]
"""How often it was asked before -> the line."""


def _team(i: int) -> str:
    return TEAMS[i % len(TEAMS)]


def _agent(i: int) -> str:
    return f"{_team(i)}-{i % AGENTS_A_TEAM}"


def _survey(i: int) -> str:
    return SURVEYS[i % len(SURVEYS)]


def _channel(i: int) -> str:
    return CHANNELS[i % len(CHANNELS)]


def _period(i: int) -> str:
    return PERIODS[i % len(PERIODS)]


def _long(i: int) -> str:
    return LONG[i % len(LONG)]


def _metric(i: int) -> str:
    return ("nps", "csat")[i % 2]


def lines(people: int) -> Mapping[str, Form]:
    """Give the forms by name, over a store of so many customers."""
    return {**_RESULTS, **_TRENDS, **_WORDS, **_UNDER_WAY, **_of_people(people), **_OF_STAFF}


_RESULTS: Mapping[str, Form] = {
    "results": lambda i: f"/results {_period(i)}",
    "results of everything": lambda i: f"/results {_long(i)}",
    "results by team": lambda i: f"/results {_metric(i)} {_long(i)} by team",
    "results by agent": lambda i: f"/results {_survey(i)} {_long(i)} by agent",
    "results by channel": lambda i: f"/results {_metric(i)} {_period(i)} by channel",
    "results by language": lambda i: f"/results {_survey(i)} {_long(i)} by language",
    "results of an agent": lambda i: f"/results {_long(i)} agent {_agent(i)}",
    "results of several": lambda i: (
        f"/results {_metric(i)} {_survey(i)} {_long(i)} channel {_channel(i)} team {_team(i)}"
        f" language {LANGUAGES[i % 3]} by agent"
    ),
}  # fmt: skip

_TRENDS: Mapping[str, Form] = {
    "trend": lambda i: f"/trend {_metric(i)} {_survey(i)}",
    "trend by month": lambda i: f"/trend {_metric(i)} {_survey(i)} 700d by month",
    "trend by day": lambda i: f"/trend {_metric(i)} {_survey(i)} {14 + i}d by day",
    "trend of an agent": lambda i: f"/trend nps by week 20w agent {_agent(i)}",
    "compare periods": lambda i: f"/compare {_metric(i)} {_survey(i)} {_period(i)}",
    "compare years": lambda i: f"/compare {_survey(i)} 2026 vs 2025 team {_team(i)}",
    "compare teams": lambda i: f"/compare {_metric(i)} {_long(i)} by team",
    "compare agents": lambda i: f"/compare {_metric(i)} {_survey(i)} {_long(i)} by agent",
    "compare two": lambda i: (
        f"/compare team {_team(i)} vs team {_team(i + 1)} {_metric(i)} {_long(i)}"
    ),
}  # fmt: skip

_WORDS: Mapping[str, Form] = {
    "responses": lambda i: f"/responses {_period(i)}",
    "responses filtered": lambda i: (
        f"/responses {_survey(i)} {_long(i)} channel {_channel(i)} agent {_agent(i)}"
    ),
    "responses far back": lambda i: f"/responses 700d page {1 + 500 * i}",
    "responses held": lambda i: f"/responses held {_period(i)} page {1 + i % 3}",
    "comments": lambda i: f"/comments {_period(i)}",
    "comments with a word": lambda i: (
        f"/comments {('queue', 'pekka', 'parcel', 'thank')[i % 4]} {_long(i)} page {1 + i}"
    ),
    "comments with a rare word": lambda i: f"/comments zebra{i} 700d",
    "comments of an agent": lambda i: f"/comments {_long(i)} agent {_agent(i)}",
    "comments by theme": lambda i: f"/comments themes {_period(i)}",
    "comments by phrase": lambda i: f"/comments phrases {_period(i)}",
    "comment cards": lambda i: f"/comments cards {_long(i)} team {_team(i)}",
}  # fmt: skip

_UNDER_WAY: Mapping[str, Form] = {
    "campaigns": lambda _: "/campaigns",
    "campaigns, one": lambda _: "/campaigns quarterly",
    "journeys": lambda i: ("/journeys", "/journeys onboarding")[i % 2],
    "cases": lambda i: (  # of a team that the team lead has, too
        "/cases", "/cases mine", "/cases late", f"/cases {TEAMS[i // 4 % 2]}",
    )[i % 4],
    "cases closed": lambda i: f"/cases closed page {1 + 40 * i}",
}  # fmt: skip


def _of_people(people: int) -> Mapping[str, Form]:
    def who(i: int) -> int:
        return people - 37 * i if people > 10_000 else i % people + 1

    return {
        "case": lambda i: f"/case {max(1, who(i) // CASE_EACH)}",
        "why by id": lambda i: f"/why u{who(i)}",
        "why by address": lambda i: f"/why customer{who(i)}@mail{who(i) % 97}.example",
        "why by name": lambda i: f"/why {('Anna', 'Pekka', 'Ivan')[i % 3]} Virtanen-{who(i)}",
        "find": lambda i: f"/find {NAMES[i % len(NAMES)]} page {1 + i // 8}",
        "find far back": lambda i: f"/find anna page {1 + 100 * i}",
        "find nobody": lambda i: f"/find zebra{i}",
    }  # fmt: skip


_OF_STAFF: Mapping[str, Form] = {
    "conflicts": lambda i: f"/conflicts page {1 + i}",
    "uncertain": lambda i: "/uncertain" if i == 0 else f"/uncertain page {1 + i}",
    "audit": lambda i: (
        f"/audit page {1 + 100 * i}", f"/audit by Otto page {1 + i}",
        f"/audit trend page {i + 1}", "/audit by Nobody",
    )[i % 4],
    "who": lambda i: ("/who", "/who all")[i % 2],
    "export": lambda i: f"/export {('csv', 'xlsx', 'jsonl', 'parquet')[i % 4]} {_period(i)}",
    "help": lambda i: ("/help", "/help results", "/help compare", "/start")[i % 4],
}  # fmt: skip

OF_A_TEAM = ("results", "results by agent", "trend", "responses", "comments with a word", "cases",
             "journeys", "campaigns, one", "why by name")  # fmt: skip
"""What is asked by somebody who sees some teams only, too."""

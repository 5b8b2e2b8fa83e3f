"""Looking: what is kept of people, and what the reports say of it."""

from collections.abc import Mapping
from typing import Any

from surveys.comment import Search
from surveys.contact import Contact
from surveys.explanation import Explanation
from surveys.report import Filter, summarise
from tests.scenarios.script import as_list
from tests.scenarios.stage import Stage
from tests.scenarios.telling import like


async def look(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    """Give, in words, what is not as ``wanted``: written as at the end of a scenario."""
    return [
        *await _look_at_people(stage, wanted),
        *await _look_at_results(stage, wanted),
        *await _look_at_words(stage, wanted),
        *await _look_at_what_waits(stage, wanted),
    ]


async def _look_at_people(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    faults: list[str] = []
    for name, states in wanted.get("invitations", {}).items():
        faults += _differ_states(name, await _explained(stage, name), states)
    for name, patterns in wanted.get("why", {}).items():
        asked = (await _explained(stage, name)).asked
        said = [f"{d.verdict}: {d.rule}" for one in asked for d in one.decisions]
        faults += _missing(f"why ({name})", said, patterns)
    for name, patterns in wanted.get("events", {}).items():
        said = [f"{one.name}: {one.verdict}" for one in (await _explained(stage, name)).heard]
        faults += _missing(f"events ({name})", said, patterns)
    return faults


async def _explained(stage: Stage, name: str) -> Explanation:
    contact = await stage.contact(name)
    return await stage.store.explain(contact or Contact(), None, 100)


async def _look_at_results(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    """Scores are those of the one survey that asks the question; answers are added up."""
    tally = await stage.store.tally(_days(stage))
    rows = summarise(tally, thresholds={}, goals={}, minimum=1).rows
    faults = []
    for question, value in wanted.get("results", {}).items():
        scores = [row.score for row in rows if row.question == question]
        if scores != [value]:
            faults.append(f"the result of {question} is {scores or 'not there'}, not {value}")
    for question, value in wanted.get("answers", {}).items():
        number = sum(row.n for row in rows if row.question == question)
        if number != value:
            faults.append(f"{number} answered {question}, not {value}")
    return faults


async def _look_at_words(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    if "comments" not in wanted:
        return []
    found = await stage.store.list_comments(Search(rows=_days(stage)), 100, 0)
    texts = [one.text for one in found]
    right = sorted(texts) == sorted(str(text) for text in wanted["comments"])
    return [] if right else [f"comments are {texts}"]


async def _look_at_what_waits(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    waiting = await stage.store.count_due()
    right = "due" not in wanted or sum(waiting.values()) == wanted["due"]
    return [] if right else [f"waiting is {waiting or 'nothing'}, not {wanted['due']}"]


def _days(stage: Stage) -> Filter:
    zone = stage.scenario.zone
    since, until = stage.scenario.starts.astimezone(zone), stage.now.astimezone(zone)
    return Filter(since=since.date(), until=until.date())


def _differ_states(name: str, found: Explanation, wanted: Any) -> list[str]:
    """Compare states by what each came from, the first first; nobody is asked for anything else."""
    if wanted is None:
        return []
    states: dict[str, list[str]] = {}
    for one in sorted(found.asked, key=lambda asked: asked.invitation.id):
        states.setdefault(one.invitation.trigger, []).append(one.invitation.state.value)
    expected = {key: [str(v) for v in as_list(value)] for key, value in wanted.items()}
    if states == expected:
        return []
    why = [f"    {d.verdict}: {d.rule}" for one in found.asked for d in one.decisions]
    return [f"invitations of {name} are {states}, not {expected}; decided was:", *why]


def _missing(what: str, said: list[str], patterns: Any) -> list[str]:
    return [
        f"{what}: nothing like {pattern!r} in {said}"
        for pattern in as_list(patterns)
        if not any(like(one, pattern) for one in said)
    ]

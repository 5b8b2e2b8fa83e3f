"""Anonymous surveys: what in the file goes against what they promise. Advice, never a fault, but
for a question whose answer is worth nothing without a name.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.config.faults import quote
from bot.config.model import Config
from bot.config.place import Place
from scheduler.campaigns import Campaign
from scheduler.milestones import Milestone
from scheduler.triggers import Trigger
from surveys.preset import PANEL
from surveys.question import Kind
from surveys.survey import Survey
from surveys.template import names

_PERSON = ("name", "first_name", "last_name", "email", "phone")
"""Names in texts that call somebody by what is known of them."""

_LONG = timedelta(days=1)


def check_questions(place: Place, survey: Survey) -> None:
    """Report a question that asks whether the person may be called."""
    if survey.anonymous and any(q.metric_id == PANEL for q in survey.questions):
        place.at("questions").fault(
            f"{PANEL} asks whether we may get in touch: nobody can, where the survey is anonymous",
            hint=f"take {PANEL} out, or ask it in a survey of its own",
        )


def advise_anonymous(config: Config, survey: Survey, place: Place) -> None:
    """Report what goes against the promise of an anonymous survey."""
    at = place.at("anonymous")
    for message, hint in _contradictions(config, survey):
        at.advise(message, hint=hint)


def _contradictions(config: Config, survey: Survey) -> Iterator[tuple[str, str]]:
    name = quote(survey.id)
    if any(rule.condition is not None or rule.words for rule in config.alerts):
        hint = "ask what you must act upon in a survey with names"
        yield f"no alert is raised and no case opened by answers to {name}", hint
    plans = [rule.case for rule in config.alerts if rule.case]
    if any(plan.recovery and plan.recovery.survey == survey.id for plan in plans):
        hint = "a case is told whether it was put right: use a survey with names"
        yield f"{name} is asked after a case, and the case will not learn the answer", hint
    if called := sorted(_called(survey)):
        hint = f"take {{{called[0]}}} out: who reads it may not believe that nobody knows"
        yield f"texts of {name} call the customer by {', '.join(called)}", hint
    if survey.change_within > _LONG:
        hint = "until then the answer stands beside the name: 15m is enough for most"
        yield f"an answer to {name} may be changed for more than a day", hint
    told = {name for campaign in config.campaigns for name in campaign.asks_for}
    others = [one for one in config.surveys.values() if not one.anonymous]
    known = {name for one in others for q in one.questions for name in (q.id, q.metric_id)}
    own = {name for q in survey.questions for name in (q.id, q.metric_id or "")}
    if lost := sorted(told & own - known):
        hint = "nobody is known to have answered: ask who is meant by something else"
        yield f"an audience asks for {lost[0]}, which only {name} asks", hint
    if any("response.completed" in hook.events for hook in config.webhooks):
        yield f"webhooks are not told of answers to {name}", "read them in /results or an export"
    if ("messenger",) in _ways(config, survey):
        hint = "the promise has no room on Messenger's rating sheet: name another channel as well"
        yield f"{name} over Messenger reaches only who wrote there in the last 24 hours", hint
    if any(q.kind in (Kind.TEXT, Kind.NUMBER) for q in survey.questions):
        hint = "ask for nothing that only one person would write, such as a number of theirs"
        yield f"{name} has questions answered in one's own words", hint


def _ways(config: Config, survey: Survey) -> set[tuple[str, ...]]:
    """Give the channels each rule asks a survey over."""
    milestones = [one for journey in config.journeys for one in journey.milestones]
    rules: list[Trigger | Campaign | Milestone] = [
        *config.triggers,
        *config.campaigns,
        *milestones,
    ]
    return {rule.via for rule in rules if rule.survey == survey.id}


def _called(survey: Survey) -> set[str]:
    texts: list[Mapping[str, str]] = [survey.title, *survey.thanks.values()]
    texts += [question.text for question in survey.questions]
    return {
        name for text in texts for said in text.values() for name in names(said) if name in _PERSON
    }

"""The sample: Anna, who is shown as the customer, and what is known of her interaction."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.config import Config
from surveys.alert import recipients
from surveys.compose import Setting
from surveys.language import Language
from surveys.question import Question
from surveys.response import Answer
from surveys.survey import Survey
from surveys.thanks import Promise

TOKEN = "preview".ljust(32, "-")
"""As long as a real token, and good for nothing."""
ADDRESS = "anna@example.com"
MOMENT = datetime(2026, 1, 15, 10, tzinfo=UTC)
"""When the sample mails are dated: the same preview is the same file."""


def sample_facts(config: Config, more: Mapping[str, str]) -> Mapping[str, object]:
    """Give what ``{names}`` stand for; ``more`` are facts that whoever looks named themselves."""
    return {
        "first_name": "Anna",
        "last_name": "Berg",
        "agent": "Kim",
        "team": "support",
        "company": config.service.name,
        "privacy_url": config.service.privacy_url,
        **more,
    }


def make_setting(
    config: Config,
    survey: Survey,
    language: str,
    facts: Mapping[str, object],
    *,
    token: str = TOKEN,
    address: str = ADDRESS,
) -> Setting:
    """Give what all messages of a sample invitation share. Its links lead to no invitation."""
    return Setting(
        survey=survey,
        languages=config.languages,
        language=language,
        address=address,
        token=token,
        link=f"{config.service.public_url}/s/{token}",
        stop_link=f"{config.service.public_url}/u/{token}",
        privacy_url=config.service.privacy_url,
        facts={**_promise(config).facts(_bank(config, language)), **facts},
    )


def _promise(config: Config) -> Promise:
    """Give what a customer may be promised: by the alert with a time, else by the first."""
    for rule in sorted(config.alerts, key=lambda rule: rule.respond_within is None):
        teams = ("support", *(team for member in config.staff for team in member.teams))
        for team in teams:
            if members := recipients(rule, team, config.staff):
                return Promise(owner=members[0].name, respond_within=rule.respond_within)
    return Promise()


def _bank(config: Config, language: str) -> Language:
    return config.languages.get(language) or config.languages["en"]


def sample_answer(question: Question, language: str) -> Answer:
    """Give a good answer: the highest value, the first choice, or a few words."""
    scale, value = question.scale, None
    if scale is not None:
        low_is_good = question.metric is not None and question.metric.low_is_good
        value = float(scale.low if low_is_good else scale.high)
    return Answer(
        question_id=question.id,
        wording=question.wording,
        language=language,
        channel="",
        at=MOMENT,
        value=value,
        choices=tuple(choice.id for choice in question.choices[:1]),
        text="" if scale or question.choices else "42",
        scale_id=question.scale_id or "",
    )

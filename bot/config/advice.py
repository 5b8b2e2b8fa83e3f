"""Advice: what works, but would disappoint somebody. Never a reason to refuse a file."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from bot.config.anonymity import advise_anonymous
from bot.config.channels import inner_shape, keys_of
from bot.config.faults import nearest, quote
from bot.config.masking import url_password
from bot.config.model import Config, Registry
from bot.config.place import Place
from surveys.alert import recipients, recipients_of
from surveys.staff import Role, StaffMember
from surveys.survey import Survey

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME_HINT = "write it as ${NAME} and set NAME in the environment"


def give_advice(
    config: Config, main: Place, places: Mapping[str, Sequence[Place]], registry: Registry
) -> None:
    """Report what could be better in a configuration without faults."""
    _on_service(config, main.at("service"))
    _on_secrets(config, main, registry)
    _on_staff(config, places["staff"])
    _on_surveys(config, places["surveys"])
    _on_alerts(config, places["alerts"])
    _on_cards(config, main.at("cards"))
    _on_audiences(config, places["campaigns"])


def _on_audiences(config: Config, places: Sequence[Place]) -> None:
    """An event that is counted and named nowhere else may be right; one almost like another is
    probably a slip.
    """
    named = {trigger.event for trigger in config.triggers}
    for journey in config.journeys:
        named |= {journey.starts, *journey.ends, *(m.event for m in journey.milestones if m.event)}
    by_name = {campaign.name: campaign for campaign in config.campaigns}
    answered = {name for survey in config.surveys.values() for name in _answers(survey)}
    for place in places:
        for name in sorted(by_name[str(place.route[-1])].asks_for - answered):
            close = nearest(name, answered)
            hint = f"did you mean last.{close}?" if close else "write one, such as last.nps"
            message = f"no survey asks {quote(name)}, so nobody has answered it lately"
            place.at("audience").advise(message, hint=hint)
        counts = by_name[str(place.route[-1])].counts
        for event in sorted({count.event for count in counts} - named):
            if close := nearest(event, named):
                hint = f"elsewhere in this configuration it is called {quote(close)}"
                message = f"the audience counts {quote(event)}: is that its name?"
                place.at("audience").advise(message, hint=hint)


def _answers(survey: Survey) -> Iterator[str]:
    """Give what a survey's answers are called: its questions and their metrics."""
    for question in survey.questions:
        yield question.id
        if question.metric:
            yield question.metric.id


def _is_local(config: Config) -> bool:
    return urlsplit(config.service.public_url).hostname in _LOOPBACK


def _on_service(config: Config, place: Place) -> None:
    if not config.service.write_keys:
        hint = 'add write_keys: ["${WRITE_KEY}"]'
        place.advise_key("there are no write_keys, so nobody can send events", hint=hint)
    if config.service.public_url.startswith("http:") and not _is_local(config):
        at = place.at("public_url") if place.at("public_url").exists else place.at("listen")
        at.advise("customers reach this address unencrypted", hint="use an https:// address")


def _on_secrets(config: Config, main: Place, registry: Registry) -> None:
    """A secret that is written out ends up in copies of the file. On this machine alone, with
    nothing real behind it, that does no harm.
    """
    keys = main.at("service", "write_keys")
    listed = isinstance(keys.value, list)
    for place in [keys.at(n) for n in range(len(keys.value))] if listed else [keys]:
        if place.raw and "${" not in place.raw and not _is_local(config):
            place.advise("this write key is written in the file", hint=_NAME_HINT)
    if url_password(main.at("service", "database").raw):
        main.at("service", "database").advise("the password is in the file", hint=_NAME_HINT)
    for channel in config.channels.values():
        if not channel.sandbox:
            _on_channel(main.at("channels", channel.name), registry[channel.name].settings_class())


def _on_channel(place: Place, settings: type[object]) -> None:
    for key, field in keys_of(settings).items():
        raw = place.at(key).raw
        is_secret = not field.repr and ("://" not in raw or bool(url_password(raw)))
        if raw and is_secret and "${" not in raw:
            place.at(key).advise(f"{key} holds a secret written in the file", hint=_NAME_HINT)
        if (inner := inner_shape(field)) and place.at(key).exists:
            _on_channel(place.at(key), inner)


def _on_staff(config: Config, places: Sequence[Place]) -> None:
    for member, place in zip(config.staff, places, strict=True):
        if not _is_reachable(member, config):
            hint = f"add an id on one of: {', '.join(config.channels)}"
            place.advise(f"{member.name} has no address on a channel of this file", hint=hint)
        if member.role is Role.TEAM_LEAD and not member.teams:
            hint = "add teams: [support]"
            place.advise(f"{member.name} leads no team, and so sees nothing", hint=hint)


def _on_surveys(config: Config, places: Sequence[Place]) -> None:
    started = {trigger.survey for trigger in config.triggers}
    started |= {campaign.survey for campaign in config.campaigns}
    started |= {milestone.survey for way in config.journeys for milestone in way.milestones}
    plans = [rule.case for rule in config.alerts if rule.case]
    started |= {plan.recovery.survey for plan in plans if plan.recovery}
    for place in places:
        survey = config.surveys[str(place.route[-1])]
        scored = [q.id for q in survey.questions if q.metric and q.metric.opinion]
        if len(scored) > 2:
            place.at("questions").advise(
                f"{quote(survey.id)} asks for {len(scored)} scores: {', '.join(scored)}",
                hint="fewer people finish long surveys; two scores and a comment work best",
            )
        if survey.anonymous:
            advise_anonymous(config, survey, place)
        if survey.id not in started and survey.id not in config.entrances:
            hint = f"add a trigger with survey: {survey.id} or public: true, or remove it"
            place.advise_key(f"nothing starts the survey {quote(survey.id)}", hint=hint)


def _on_alerts(config: Config, places: Sequence[Place]) -> None:
    teams = {team for member in config.staff for team in member.teams} or {""}
    for rule, place in zip(config.alerts, places, strict=True):
        found = [m for team in teams for m in recipients(rule, team, config.staff)]
        places_too = any(":" in to for to in rule.to)
        if not places_too and not any(_is_reachable(member, config) for member in found):
            meant = " or ".join(rule.to)
            hint = f"add a colleague under staff who is {meant} and has an id on a channel"
            place.advise("nobody would receive this alert", hint=hint)


def _on_cards(config: Config, place: Place) -> None:
    """Where staff is listed, somebody should read what customers write unasked."""
    teams = {team for member in config.staff for team in member.teams} | {""}
    found = [m for team in teams for m in recipients_of(config.cards_to, team, config.staff)]
    if place.exists and config.cards_to and not any(_is_reachable(m, config) for m in found):
        hint = f"add a colleague under staff who is {config.cards_to} and has an id on a channel"
        place.advise("nobody would be shown a comment card", hint=hint)


def _is_reachable(member: StaffMember, config: Config) -> bool:
    return any(channel in config.channels for channel in member.addresses)

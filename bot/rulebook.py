"""The rule book: the scheduler's view of a configuration, and what colleagues are told by it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.alerts import compose_alert, compose_call
from bot.cards import compose_card
from bot.commands.context import StaffConfig
from bot.commands.people import reads_people, show_person, show_response, show_words
from bot.config import Config
from bot.places import load_holidays, make_whereabouts
from channels import CHANNELS
from scheduler.calendar import IsHoliday
from scheduler.campaigns import Campaign
from scheduler.news import News
from scheduler.rules import Rules
from scheduler.triggers import Trigger
from scheduler.whereabouts import no_holiday
from surveys.comment import names_of
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.event import Interaction
from surveys.follow_up import FollowUp
from surveys.inbound import Asked
from surveys.message import Message
from surveys.pausing import Pause
from surveys.response import Response


def make_rules(config: Config, key: bytes, paused: Mapping[str, Pause] | None = None) -> Rules:
    """Give the scheduler's view of a configuration, and of what staff put on hold."""
    return Rules(
        company=config.service.name,
        public_url=config.service.public_url,
        language=config.service.language,
        timezone=config.service.timezone,
        key=key,
        privacy_url=config.service.privacy_url,
        surveys=config.surveys,
        triggers=config.triggers,
        journeys=config.journeys,
        campaigns=config.campaigns,
        alerts=config.alerts,
        staff=config.staff,
        cards_to=config.cards_to,
        causes=config.causes,
        is_day_off=_days_off(config),
        languages=config.languages,
        address_traits=_traits(config.channels),
        follow_ups=_follow_ups(config),
        throttle=config.throttle,
        consent=config.consent,
        links_by_code=config.service.identity == "code",
        whereabouts=make_whereabouts(config.throttle),
        entrances=config.entrances,
        paused=paused or {},
        webhooks=config.webhooks,
    )


def make_staff_config(config: Config, channels: Collection[str]) -> StaffConfig:
    """Give what staff commands read of a configuration; ``channels`` are those that run."""
    return StaffConfig(
        surveys=config.surveys,
        staff=config.staff,
        timezone=config.service.timezone,
        channels=tuple(channels),
        rules=_name_rules(config),
        best=config.best_routes,
        campaigns=config.campaigns,
        journeys=config.journeys,
        causes=config.causes,
        gists=config.gists,
        language=config.service.language,
    )


def _name_rules(config: Config) -> Mapping[str, str]:
    """Give everything that asks somebody by itself, by name, with what it is."""
    journeys = {journey.name: "journey" for journey in config.journeys}
    campaigns = {campaign.name: "campaign" for campaign in config.campaigns}
    return {**{trigger.name: "trigger" for trigger in config.triggers}, **journeys, **campaigns}


def _follow_ups(config: Config) -> Mapping[str, FollowUp]:
    """Give what is done about silence, by what the invitations of each rule say they come from."""
    rules: list[Trigger | Campaign] = [*config.triggers, *config.campaigns]
    return {rule.name: rule.follow_up for rule in rules} | {
        f"{journey.name}/{milestone.name}": milestone.follow_up
        for journey in config.journeys
        for milestone in journey.milestones
    }


def _days_off(config: Config) -> IsHoliday:
    """Give a judge of colleagues' public holidays. Their library is loaded only where an alert
    counts in business hours.
    """
    kept = [rule.case.hours for rule in config.alerts if rule.case]
    kept += [rule.hours for rule in config.alerts]
    heeded = any(hours and hours.holidays and hours.country for hours in kept)
    return load_holidays() if heeded else no_holiday


def _traits(channels: Mapping[str, object]) -> dict[str, str]:
    """Give where each channel's address is found, and that of channels by which others find."""
    found_by = {CHANNELS[name].capabilities().finds_by for name in channels} - {""}
    return {name: CHANNELS[name].trait for name in {*channels, *found_by}}


def say_alert(
    rules: Rules,
    conversation: Conversation,
    response: Response,
    address: str,
    added: bool,
) -> Message:
    """Give what a colleague reads of a bad answer; ``added`` where words came to it since."""
    named = reads_people(rules.staff, address)
    return compose_alert(
        response=show_response(response, named=named, names=names_of(conversation.contact)),
        contact=show_person(conversation.contact, named=named),
        survey=rules.surveys[response.survey],
        invitation=conversation.invitation,
        address=address,
        timezone=rules.timezone,
        added=added,
    )


def say_card(rules: Rules, news: News, address: str) -> Message:
    """Give what a colleague reads of a comment card."""
    named = reads_people(rules.staff, address)
    names = names_of(news.contact) if news.contact else ()
    return compose_card(
        card=news.card if named else replace(news.card, email=""),
        words=show_words(news.words, named=named, names=names),
        contact=news.contact and show_person(news.contact, named=named),
        interaction=news.interaction,
        address=address,
        timezone=rules.timezone,
        added=news.added,
    )


def say_call(
    rules: Rules, contact: Contact, last: Interaction | None, asked: Asked, address: str
) -> Message:
    """Give what a colleague reads where a customer wants to talk to somebody."""
    named = reads_people(rules.staff, address)
    asked = replace(asked, words=show_words(asked.words, named=named))
    contact = show_person(contact, named=named)
    return compose_call(
        contact=contact, last=last, asked=asked, address=address, timezone=rules.timezone
    )

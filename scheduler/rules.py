"""Rules: what deciding needs of config.yaml, as one value that can be swapped whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.calendar import IsHoliday
from scheduler.campaigns import Campaign
from scheduler.milestones import Journey
from scheduler.patience import Throttle
from scheduler.triggers import Trigger
from scheduler.whereabouts import Whereabouts, no_holiday
from surveys.alert import AlertRule
from surveys.cause import CAUSES
from surveys.compose import Setting
from surveys.consent import Standing
from surveys.contact import Contact
from surveys.entrance import Entrance, is_visit
from surveys.follow_up import FollowUp
from surveys.invitation import Invitation
from surveys.language import Language, Languages
from surveys.link import Purpose, seal
from surveys.pausing import Pause
from surveys.reading import also_understanding
from surveys.staff import StaffMember
from surveys.survey import Survey
from surveys.webhook import Endpoint

ANSWER_LINK_LIVES = timedelta(days=30)
"""How long an answer link outlives its survey, to say "closed" rather than "no such page"."""

STOP_LINK_LIVES = timedelta(days=3 * 365)
"""Stop links in old mails must work for as long as anybody keeps the mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the scheduler may know of the configuration.

    ``address_traits`` maps a channel to the contact trait that holds its address.
    ``follow_ups`` are what is said of invitations once planned, by their ``trigger``.
    ``key`` seals links (`surveys.link`). ``entrances`` are the surveys anybody may come to.
    ``consent`` is what asking rests on where nothing is recorded of a person. ``links_by_code`` is
    whether an opt-in link alone does not do to tie a chat to a person.
    ``webhooks`` are the systems that are told of what happens.
    ``paused`` is what staff put on hold, by name: the one thing here that the file does not say.
    ``cards_to`` is who reads comment cards: a role or a colleague's name, "" for nobody.
    ``causes`` are those a case may be closed with; ``is_day_off`` tells colleagues' holidays.
    """

    company: str
    public_url: str
    language: str
    timezone: str
    key: bytes = field(repr=False)
    privacy_url: str = ""
    surveys: Mapping[str, Survey]
    triggers: tuple[Trigger, ...]
    journeys: tuple[Journey, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    cards_to: str = "team_lead"
    languages: Languages
    address_traits: Mapping[str, str] = field(default_factory=dict)
    entrances: Mapping[str, Entrance] = field(default_factory=dict)
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    throttle: Throttle = field(default_factory=Throttle)
    consent: Standing = field(default_factory=Standing)
    links_by_code: bool = False
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    paused: Mapping[str, Pause] = field(default_factory=dict)
    causes: tuple[str, ...] = CAUSES
    is_day_off: IsHoliday = no_holiday
    webhooks: tuple[Endpoint, ...] = ()
    _heard: Mapping[str, Language] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        english = self.languages["en"]
        heard = {code: also_understanding(own, english) for code, own in self.languages.items()}
        object.__setattr__(self, "_heard", heard)

    def is_open(self, survey: str) -> bool:
        """Whether anybody may come to a survey by themselves."""
        return survey in self.entrances and survey in self.surveys

    @property
    def follows_interactions(self) -> bool:
        """Whether anything looks again at an interaction after it was planned to ask about it."""
        return any(plan.only_if for plan in self.follow_ups.values())

    def triggers_for(self, event_name: str) -> tuple[Trigger, ...]:
        """Give the triggers an event of that name may start, in the order of the file."""
        return tuple(t for t in self.triggers if t.event == event_name)

    def local_day(self, now: datetime) -> date:
        """Give the date in the service's time zone."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def zone_of(self, contact: Contact) -> ZoneInfo:
        """Give the time zone a person is in, as far as is known."""
        return self.whereabouts.zone(contact, self.timezone)

    def next_day(self, now: datetime) -> datetime:
        """Give when the service's next day begins."""
        midnight = time(tzinfo=ZoneInfo(self.timezone))
        return datetime.combine(self.local_day(now) + timedelta(days=1), midnight).astimezone(UTC)

    def bank(self, language: str | None) -> Language:
        """Give a language's texts: that language's, its base's, the service's, else English."""
        for code in (language, (language or "").split("-")[0], self.language):
            if code and code in self.languages:
                return self.languages[code]
        return self.languages["en"]

    def heard(self, language: str | None) -> Language:
        """Give what we understand from somebody of that language: its words, and English ones."""
        return self._heard[self.bank(language).code]

    def setting(
        self, survey: Survey, invitation: Invitation, contact: Contact, address: str
    ) -> Setting:
        """Give what all messages of one invitation to one address share."""
        by_themselves = is_visit(invitation.trigger)
        token = seal(
            self.key, Purpose.ANSWER, invitation.id, invitation.expires_at + ANSWER_LINK_LIVES
        )
        return Setting(
            survey=survey,
            languages=self.languages,
            language=invitation.language,
            address=address,
            token=token,
            link=f"{self.public_url}/s/{token}",
            # Whoever came by themselves may hold somebody else's newsletter.
            stop_link="" if by_themselves else self.stop_link(contact.id, invitation.due_at),
            privacy_url=self.privacy_url,
            facts=self.facts(contact, invitation),
        )

    def stop_link(self, contact_id: int, now: datetime) -> str:
        """Give the address of a contact's stop page."""
        token = seal(self.key, Purpose.STOP, contact_id, now + STOP_LINK_LIVES)
        return f"{self.public_url}/u/{token}"

    def facts(self, contact: Contact, invitation: Invitation) -> Mapping[str, object]:
        """Give what ``{names}`` in texts may stand for: the interaction's properties, over the
        contact's attributes, and the company's own. To whoever came by themselves nothing is told
        of the contact: a newsletter's link may be in other hands.
        """
        interaction = invitation.interaction
        known = {} if is_visit(invitation.trigger) else contact.attributes
        return {
            **known,
            **invitation.facts,
            "agent": invitation.facts.get("agent_name") or interaction.agent,
            "team": interaction.team,
            "company": self.company,
            "privacy_url": self.privacy_url,
        }

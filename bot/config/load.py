"""Loading: config.yaml and the files it includes become one Config, or all their faults at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config.advice import give_advice
from bot.config.campaigns import read_campaign
from bot.config.cases import promised_within, read_causes
from bot.config.channels import hide_secrets, read_channels
from bot.config.consent import read_consent
from bot.config.content import content_hash
from bot.config.entrances import read_entrances
from bot.config.faults import ConfigError, Fault, quote
from bot.config.include import Files, merge_written, read_files
from bot.config.journeys import read_journey
from bot.config.keys import ROOT
from bot.config.languages import load_languages, with_own_languages
from bot.config.limits import read_limits
from bot.config.model import ChannelConfig, Config, Registry, ReportRule, Service
from bot.config.place import Findings, Place
from bot.config.questions import Tongue, written_names
from bot.config.reading import example, report_key
from bot.config.reports import CAMPAIGN_ENDS, read_report
from bot.config.retention import read_retention
from bot.config.rules import Names, check_name, read_alert, read_cards, read_trigger
from bot.config.service import main_language, read_service
from bot.config.staff import read_member, refuse_repeats
from bot.config.surveys import read_survey
from bot.config.thanks import Promises, check_thanks
from bot.config.themes import read_themes
from bot.config.throttle import read_throttle
from bot.config.webhooks import hide_webhook_secrets, read_webhooks
from channels import CHANNELS
from scheduler.campaigns import Campaign
from surveys.language import Languages
from surveys.staff import StaffMember
from surveys.survey import Survey

_SHARED = ("surveys", "triggers", "journeys", "campaigns", "alerts", "staff", "reports")
"""What an included file may hold, and the main file, too."""
_LISTS = frozenset({"alerts", "staff", "reports"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading a file gave: the config where there are no faults, and advice on what works but
    could be better. ``files`` is how many files were read.
    """

    config: Config | None
    faults: tuple[Fault, ...]
    advice: tuple[Fault, ...]
    files: int = 1


def load_config(
    path: Path,
    environ: Mapping[str, str],
    *,
    registry: Registry = CHANNELS,
    languages: Languages | None = None,
) -> Config:
    """Read a configuration.

    ``environ`` gives the variables, ``registry`` the channels there are, ``languages`` the question
    bank (the shipped one by default).

    :raises ConfigError: with every fault of every file.
    """
    reading = read_config(path, environ, registry=registry, languages=languages)
    if reading.config is None:
        raise ConfigError(reading.faults)
    return reading.config


def read_config(
    path: Path,
    environ: Mapping[str, str],
    *,
    registry: Registry = CHANNELS,
    languages: Languages | None = None,
) -> Reading:
    """Read a configuration and give all that is to be said about it; never raises for its content.

    :raises ConfigError: where a shipped language file is broken.
    """
    findings = Findings()
    bank = load_languages() if languages is None else languages
    files = read_files(path, environ, findings)
    config = None if files is None else _Reader(files, findings, registry, bank).read(path)
    return Reading(
        config=None if findings.faults else config,
        faults=findings.shown(findings.faults),
        advice=findings.shown(findings.advice),
        files=1 + len(files.included) if files else 1,
    )


class _Reader:
    """Reads the sections of all files, in the order they depend on each other."""

    def __init__(
        self, files: Files, findings: Findings, registry: Registry, bank: Languages
    ) -> None:
        self._main, self._files, self._findings = files.main, files, findings
        self._registry, self._bank = registry, bank

    def read(self, path: Path) -> Config | None:
        if not self._check_keys():
            return None
        hide_secrets(self._main.at("channels"), self._registry)
        hide_webhook_secrets(self._main.at("webhooks"))
        service = self._service()
        channels = self._channels()
        places = {section: tuple(self._entries(section)) for section in _SHARED}
        staff = self._staff(places["staff"])
        for section in ("surveys", "triggers", "journeys", "campaigns"):
            self._refuse_same_names(places[section], section.removesuffix("s"))
        surveys = self._surveys(places["surveys"], service)
        entrances = read_entrances(places["surveys"])
        zone = service.timezone if service else "UTC"
        names = self._names(places, path.parent, zone)
        triggers = [read_trigger(place, names) for place in places["triggers"]]
        journeys = [read_journey(place, names) for place in places["journeys"]]
        campaigns = [read_campaign(place, names, zone) for place in places["campaigns"]]
        alerts = [read_alert(place, names) for place in places["alerts"]]
        reports = self._reports(places, names, campaigns)
        topics = _topics(places["surveys"])
        throttle = read_throttle(self._main.at("throttle"), names.surveys, topics, names.channels)
        consent = read_consent(self._main.at("consent"), names.channels)
        webhooks = read_webhooks(self._main.at("webhooks"))
        limits = read_limits(self._main.at("limits"), names.channels)
        retention = read_retention(self._main.at("retention"))
        self._check_thanks(places, surveys, service)
        cards_to = read_cards(self._main.at("cards"), names)
        causes = read_causes(self._main.at("causes"))
        if self._findings.faults or service is None:
            return None
        config = Config(
            service=service,
            channels=channels,
            staff=staff,
            surveys=surveys,
            entrances=entrances,
            triggers=tuple(t for t in triggers if t),
            journeys=tuple(j for j in journeys if j),
            campaigns=tuple(c for c in campaigns if c),
            alerts=tuple(a for a in alerts if a),
            reports=reports,
            cards_to=cards_to,
            causes=causes,
            throttle=throttle,
            consent=consent,
            retention=retention,
            webhooks=webhooks,
            limits=limits,
            gists=names.gists,
            languages=with_own_languages(self._bank, service.language, surveys.values()),
            written=merge_written(self._files.written),
            version=content_hash([*self._files.written, *_listed(campaigns)]),
            path=path,
        )
        give_advice(config, self._main, places, self._registry)
        return config

    def _check_keys(self) -> bool:
        """Report keys that have no place; give whether the main file is a mapping at all."""
        for place in (self._main, *self._files.included):
            is_main = place is self._main
            if not isinstance(place.value, Mapping):
                place.fault("keys with values are expected here", hint=example("root", "surveys"))
                continue
            for key in place.value:
                if key not in ROOT:
                    report_key(place.at(key), list(ROOT))
                elif not is_main and key not in _SHARED:
                    hint = f"move it to {self._main.document.name}"
                    place.at(key).key_fault(f"{quote(key)} belongs in the main file", hint=hint)
        return isinstance(self._main.value, Mapping)

    def _service(self) -> Service | None:
        place = self._main.at("service")
        if not place.exists:
            hint = example("root", "service")
            self._main.key_fault("'service' is missing", hint=hint, found="service")
            return None
        return read_service(place, self._bank)

    def _channels(self) -> Mapping[str, ChannelConfig]:
        place = self._main.at("channels")
        if not place.exists:
            hint = example("root", "channels")
            self._main.key_fault("'channels' is missing", hint=hint, found="channels")
            return {}
        return read_channels(place, self._registry)

    def _entries(self, section: str) -> Iterable[Place]:
        """Give the entries of a section in all files, reporting sections of the wrong kind."""
        for document in (self._main, *self._files.included):
            place = document.at(section)
            if isinstance(document.value, Mapping) and place.value is not None:
                wanted = list if section in _LISTS else Mapping
                if isinstance(place.value, wanted):
                    keys = place.value if wanted is Mapping else range(len(place.value))
                    yield from (place.at(key) for key in keys)
                else:
                    what = "a list is" if section in _LISTS else "names with values are"
                    hint = example("root", section)
                    place.fault(f"{what} expected under {section}", hint=hint)

    def _reports(
        self,
        places: Mapping[str, tuple[Place, ...]],
        names: Names,
        campaigns: Sequence[Campaign | None],
    ) -> tuple[ReportRule, ...]:
        """Give the reports; names that two share, or that a campaign invents, are faults."""
        read: dict[str, ReportRule] = {}
        for place in places["reports"]:
            report = read_report(place, names, self._bank)
            if report and report.name in read:
                hint = "give each report its own"
                place.at("name").fault(f"another report is called {quote(report.name)}", hint=hint)
            elif report:
                read[report.name] = report
        ends = [name for name, report in read.items() if report.schedule is None]
        for place, campaign in zip(places["campaigns"], campaigns, strict=True):
            for number, name in enumerate(campaign.reports if campaign else ()):
                if name not in (*ends, CAMPAIGN_ENDS):
                    known = (*ends, CAMPAIGN_ENDS)
                    place.at("reports", number).unknown("report of a campaign's end", known)
        return tuple(read.values())

    def _staff(self, places: Iterable[Place]) -> tuple[StaffMember, ...]:
        read = [(place, read_member(place, self._registry)) for place in places]
        members = [(place, member) for place, member in read if member is not None]
        refuse_repeats(members)
        return tuple(member for _, member in members)

    def _refuse_same_names(self, places: Iterable[Place], kind: str) -> None:
        seen: dict[str, Place] = {}
        for place in places:
            name = str(place.route[-1])
            first = seen.setdefault(name, place)
            if first is not place:
                message = f"the {kind} {quote(name)} is already in {first.shown}"
                place.key_fault(message, hint="rename one of them")

    def _surveys(self, places: Iterable[Place], service: Service | None) -> Mapping[str, Survey]:
        main = main_language(self._main.at("service"), self._bank)
        links = service.links if service else {}
        read: dict[str, Survey] = {}
        for place in places:
            check_name(place, "survey")
            survey = read_survey(place, main, self._bank, links)
            if survey is not None:
                read.setdefault(survey.id, survey)
        return read

    def _check_thanks(
        self,
        places: Mapping[str, tuple[Place, ...]],
        surveys: Mapping[str, Survey],
        service: Service | None,
    ) -> None:
        """Check the last words of surveys without faults, once it is known who promises what."""
        alerts = [place.value for place in places["alerts"]]
        promises = Promises(
            owner=bool(alerts),
            respond_within=any(promised_within(alert) for alert in alerts),
        )
        for place in places["surveys"] if service else ():
            survey = surveys.get(str(place.route[-1]))
            if survey is not None and service is not None:
                check_thanks(place, survey.links, service.privacy_url, promises)

    def _names(self, places: Mapping[str, tuple[Place, ...]], folder: Path, zone: str) -> Names:
        channels = self._main.at("channels").value
        known = [c for c in channels if c in self._registry] if isinstance(channels, dict) else []
        spoken = frozenset(self._bank) | _spoken(places["surveys"])
        return Names(
            surveys={str(place.route[-1]) for place in places["surveys"]},
            channels=known,
            staff={str(_inside(place.value, "name")) for place in places["staff"]},
            answers=frozenset(_answers(places["surveys"])),
            registry=self._registry,
            folder=folder,
            zone=zone,
            tongue=Tongue(
                main=main_language(self._main.at("service"), self._bank),
                known=spoken,
            ),
            gists=read_themes(self._main.at("themes"), spoken),
        )


def _spoken(places: Iterable[Place]) -> set[str]:
    """Give the languages that surveys name."""
    found = [_inside(place.value, "languages") for place in places]
    return {
        code
        for codes in found
        if isinstance(codes, list)
        for code in codes
        if isinstance(code, str)
    }


def _listed(campaigns: Iterable[Campaign | None]) -> Iterable[str]:
    """Give the versions of the lists of people that campaigns name."""
    return (c.listed.version for c in campaigns if c and c.listed)


def _topics(places: Iterable[Place]) -> set[str]:
    written = {_inside(place.value, "topic") for place in places}
    return {topic.strip() for topic in written if isinstance(topic, str) and topic.strip()}


def _answers(places: Iterable[Place]) -> Iterable[str]:
    for place in places:
        questions = _inside(place.value, "questions")
        for question in questions if isinstance(questions, list) else ():
            yield from written_names(question)


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None

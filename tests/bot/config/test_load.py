"""Loading: what good files become."""

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import ChannelConfig, Config, Registry, load_config, read_config
from channels import CHANNELS
from surveys.metric import Band
from surveys.question import Kind
from surveys.staff import Role

ROOT = Path(__file__).parents[3]
HEAD = """
service: { name: Acme, language: en, write_keys: ["${WRITE_KEY}"] }
channels: { telegram: { token: "${TELEGRAM_TOKEN}" }, email: { sandbox: true }, web: {} }
"""
Load = Callable[..., Config]


TEN_LINES = """\
service:
  name: Acme
  write_keys: ["${WRITE_KEY}"]
channels:
  telegram: { token: "${TELEGRAM_TOKEN}" }
surveys:
  after_call: { questions: [nps, comment] }
triggers:
  call_ended: { event: Call Ended, survey: after_call }
"""


def test_ten_lines_are_enough(load: Load) -> None:
    config = load(TEN_LINES, head="")
    service, survey, trigger = config.service, config.surveys["after_call"], config.triggers[0]
    assert (service.name, service.host, service.port) == ("Acme", "127.0.0.1", 8080)
    assert service.public_url == "http://127.0.0.1:8080"
    assert service.database == "sqlite://data/afterword.db"
    assert (service.timezone, service.language) == ("UTC", "en")
    assert service.write_keys == ("write-key-value",)
    assert config.channels["telegram"].settings.token == "12345:telegram-value"
    assert not config.channels["telegram"].sandbox
    assert [q.id for q in survey.questions] == ["nps", "comment"]
    assert survey.languages[0] == "en"
    assert set(survey.languages) == {"en", "fi", "de", "hr", "lv"}
    assert survey.change_within == timedelta(minutes=15)
    assert (trigger.name, trigger.event, trigger.survey) == (
        "call_ended",
        "Call Ended",
        "after_call",
    )
    assert (trigger.via, trigger.all_channels, trigger.every) == (("telegram",), False, 1)
    assert (trigger.wait, trigger.expires) == (timedelta(0), timedelta(days=7))


def test_the_shipped_config_is_runnable_as_it_stands() -> None:
    reading = read_config(ROOT / "config.yaml", {}, registry=CHANNELS)
    assert not reading.faults
    assert not reading.advice
    assert reading.config is not None
    assert set(reading.config.channels) == {"telegram", "email", "web"}
    assert reading.config.service.database.startswith("sqlite://")


def test_secrets_are_in_no_representation(load: Load) -> None:
    config = load("")
    for secret in ("write-key-value", "telegram-value"):
        assert secret not in repr(config)
        assert secret not in str(config.service)


def test_config_is_frozen(load: Load) -> None:
    config = load("")
    with pytest.raises(FrozenInstanceError):
        config.version = "x"  # type: ignore[misc]


def test_service(load: Load) -> None:
    config = load(
        "channels: { web: }\n",
        head="""
service:
  name: "Acme & ${TEAM_NAME}"
  public_url: https://feedback.acme.example/
  listen: "[::1]:0"
  database: postgres://user:${WRITE_KEY}@host/db
  timezone: Europe/Riga
  language: lv
  write_keys: ${WRITE_KEY}
  privacy_url: https://acme.example/privacy?lang=lv
""".replace("${TEAM_NAME}", "$${Sons}"),
    )
    service = config.service
    assert service.name == "Acme & ${Sons}"
    assert service.public_url == "https://feedback.acme.example"
    assert (service.host, service.port) == ("::1", 0)
    assert service.database == "postgres://user:write-key-value@host/db"
    assert (service.timezone, service.language) == ("Europe/Riga", "lv")
    assert service.write_keys == ("write-key-value",)


def test_channels(load: Load) -> None:
    config = load(
        "",
        head="""
service: { name: Acme }
channels:
  telegram: { sandbox: true, mode: polling }
  email: { smtp: "smtp://u:${WRITE_KEY}@mail.example", from: Acme <a@b.example>, sessions: 2 }
  web:
  sandbox: {}
""",
    )
    assert list(config.channels) == ["telegram", "email", "web", "sandbox"]
    assert config.channels["telegram"] == ChannelConfig(name="telegram", sandbox=True)
    email = config.channels["email"].settings
    assert (email.sender, email.sessions) == ("Acme <a@b.example>", 2)
    assert email.smtp == "smtp://u:write-key-value@mail.example"
    assert config.channels["web"].settings is not None
    assert config.channels["sandbox"].sandbox


def test_staff(load: Load) -> None:
    config = load(
        """
staff:
  - { name: Maija, role: team_lead, teams: [support, sales], telegram: "0777", email: m@b.example }
  - { name: Otto, role: viewer, teams: support, telegram: 0123 }
"""
    )
    maija, otto = config.staff
    assert (maija.role, maija.teams) == (Role.TEAM_LEAD, ("support", "sales"))
    assert maija.addresses == {"telegram": "0777", "email": "m@b.example"}
    assert (otto.teams, otto.addresses) == (("support",), {"telegram": "0123"})


QUESTIONS = """
surveys:
  calls:
    title: Calls
    languages: [fi, en]
    change_within: 1h
    goal: { nps: 50, agent: 85%, ces: 5.5 }
    thanks: { low: { en: Sorry, fi: Anteeksi }, high: Thanks }
    questions:
      - nps.phone
      - csat: { about: phone, id: agent, scale: 1-7, satisfied: 5, text: { en: "How was {agent}?" } }
      - ces: { if: agent <= 3 or nps <= 6 }
      - choice:
          id: problem
          if: csat <= 2
          text: { en: What went wrong?, fi: Mikä meni pieleen? }
          choices: { late: { en: Late, fi: Myöhässä }, "2": { en: Two, fi: Kaksi } }
          required: no
      - choices: { id: liked, text: { en: What?, fi: Mitä? }, choices: { a: { en: A, fi: A }, b: { en: B, fi: B } } }
      - number: { id: times, text: { en: How often?, fi: Montako? }, minimum: 1, maximum: 20.5 }
      - text: { id: better, text: { en: What?, fi: Mitä? } }
      - comment: { about: low, id: bad, required: true }
      - other_products
"""


def test_questions(load: Load) -> None:
    survey = load(QUESTIONS).surveys["calls"]
    nps, agent, ces, problem, liked, times, better, bad, other = survey.questions
    assert (nps.id, nps.wording, nps.about, nps.scale_id) == ("nps", "nps.phone", "phone", "0-10")
    assert (agent.id, agent.metric_id, agent.scale_id, agent.threshold) == (
        "agent",
        "csat",
        "1-7",
        5,
    )
    assert (agent.wording, agent.text) == ("csat.phone", {"en": "How was {agent}?"})
    assert ces.condition is not None
    assert ces.condition.names == {"agent", "nps"}
    assert (problem.kind, problem.required) == (Kind.CHOICE, False)
    assert [(c.id, c.label["fi"]) for c in problem.choices] == [
        ("late", "Myöhässä"),
        ("2", "Kaksi"),
    ]
    assert (liked.kind, liked.required) == (Kind.CHOICES, True)
    assert (times.kind, times.minimum, times.maximum) == (Kind.NUMBER, 1.0, 20.5)
    assert (better.kind, better.metric_id) == (Kind.TEXT, None)
    assert (bad.kind, bad.wording, bad.required) == (Kind.COMMENT, "comment.low", True)
    assert (other.kind, other.required) == (Kind.TEXT, False)


def test_survey(load: Load) -> None:
    survey = load(QUESTIONS).surveys["calls"]
    assert survey.languages == ("fi", "en")
    assert survey.title == {"en": "Calls"}
    assert survey.goal == {"nps": 50.0, "agent": 85.0, "ces": 5.5}
    assert survey.thanks[Band.LOW] == {"en": "Sorry", "fi": "Anteeksi"}
    assert survey.thanks[Band.HIGH] == {"en": "Thanks"}
    assert survey.change_within == timedelta(hours=1)


def test_a_goal_may_name_the_metric(load: Load) -> None:
    config = load("surveys: { a: { questions: [{ csat: { id: agent } }], goal: { csat: 85 } } }\n")
    assert config.surveys["a"].goal == {"agent": 85.0}


def test_version_is_of_the_content(load: Load) -> None:
    one = load(QUESTIONS).surveys["calls"].version
    assert len(one) == 12
    assert (
        load(QUESTIONS.replace("    change", "\n    # a remark\n    change"))
        .surveys["calls"]
        .version
        == one
    )
    for old, new in (
        ("nps.phone", "nps.product"),
        ("agent <= 3", "agent <= 2"),
        ("Sorry", "So sorry"),
        ("satisfied: 5", "satisfied: 6"),
        ("[fi, en]", "[en, fi]"),
        ("nps: 50", "nps: 51"),
    ):
        assert load(QUESTIONS.replace(old, new)).surveys["calls"].version != one, new


def test_version_of_the_config_is_of_all_files(load: Load) -> None:
    included = {"more": "surveys: { b: { questions: [csat] } }\n"}
    one = load("include: more.yaml\n", **included).version
    assert load("include: more.yaml\n", **included).version == one
    other = {"more": "surveys: { b: { questions: [ces] } }\n"}
    assert load("include: more.yaml\n", **other).version != one


def test_version_stays_where_only_a_secret_changes(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD, encoding="utf-8")
    one = load_config(path, environ, registry=registry).version
    other = {**environ, "WRITE_KEY": "another"}
    assert load_config(path, other, registry=registry).version == one


def test_languages_without_a_list_are_those_with_words_for_all(load: Load) -> None:
    config = load(
        """
surveys:
  a:
    questions:
      - csat: { about: delivery, text: { en: How was it? } }
      - choice: { id: x, text: { en: What?, fi: Mitä? }, choices: { a: { en: A, fi: A }, b: { en: B } } }
  b:
    questions:
      - text: { id: why, text: { fi: Miksi?, en: Why? } }
"""
    )
    assert config.surveys["a"].languages == ("en",)
    assert config.surveys["b"].languages == ("en", "fi")
    assert set(config.languages) == {"en", "fi", "de", "hr", "lv"}


def test_a_language_of_ones_own(load: Load) -> None:
    config = load(
        """
surveys:
  a:
    languages: [sv, en]
    title: { sv: Samtal }
    questions:
      - nps: { text: { sv: Hur troligt? } }
      - comment: { text: { sv: Något mer? } }
"""
    )
    assert config.surveys["a"].languages == ("sv", "en")
    assert config.languages["sv"].code == "sv"
    assert config.languages["sv"].texts == config.languages["en"].texts


def test_triggers(load: Load) -> None:
    config = load(
        """
surveys: { calls: { questions: [nps] } }
triggers:
  a:
    event: Call Ended
    if: duration_s >= 30 and not transferred
    every: 10
    per: agent
    daily_max: 500
    survey: calls
    via: [telegram, web]
    wait: 30s
    max_age: 2h
    expires: 1w
  b: { event: E, survey: calls, percent: 20% }
  c: { event: E, survey: calls, percent: 12.5, via: { all: [web, email] } }
  d: { event: E, survey: calls, all: [web] }
  e: { event: E, survey: calls, via: web }
  f: { event: E, survey: calls, wait: 0s, daily_max: "7" }
"""
    )
    a, b, c, d, e, f = config.triggers
    assert a.condition is not None
    assert a.condition.holds({"duration_s": 31, "transferred": False})
    assert (a.every, a.per, a.daily_max, a.percent) == (10, "agent", 500, 100.0)
    assert (a.wait, a.max_age, a.expires) == (
        timedelta(seconds=30),
        timedelta(hours=2),
        timedelta(weeks=1),
    )
    assert (a.via, a.all_channels) == (("telegram", "web"), False)
    assert (b.percent, b.via) == (20.0, ("telegram", "email", "web"))
    assert (c.percent, c.via, c.all_channels) == (12.5, ("web", "email"), True)
    assert (d.via, d.all_channels) == (("web",), True)
    assert (e.via, e.all_channels) == (("web",), False)
    assert f.daily_max == 7


def test_alerts(load: Load) -> None:
    config = load(
        """
staff: [{ name: Maija, role: admin, telegram: "7" }]
surveys: { calls: { questions: [nps, { csat: { id: agent } }] } }
alerts:
  - { if: nps <= 6 or agent <= 2 or csat <= 2 or ces <= 3 }
  - { if: nps <= 2, to: Maija }
  - { if: nps <= 1, to: manager }
"""
    )
    assert [alert.to for alert in config.alerts] == [("team_lead",), ("Maija",), ("manager",)]
    assert config.alerts[0].condition
    assert config.alerts[0].condition.holds({"nps": 6})


@pytest.mark.parametrize(
    ("written", "to"),
    [
        ("", "team_lead"),
        ("cards: {}", "team_lead"),
        ("cards: { to: manager }", "manager"),
        ("cards: { to: Maija }", "Maija"),
        ("cards: { to: nobody }", ""),
    ],
)
def test_cards(load: Load, written: str, to: str) -> None:
    staff = 'staff: [{ name: Maija, role: admin, telegram: "777" }]'
    assert load(f"{staff}\n{written}").cards_to == to

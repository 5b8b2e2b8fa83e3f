"""From a typed line to a request."""

from dataclasses import replace
from datetime import date

import pytest

from bot.commands.grammar import (
    GrammarError,
    Request,
    Vocabulary,
    read_request,
    split_line,
    suggest,
)
from bot.periods import Period, PeriodError

TODAY = date(2026, 11, 21)
KNOWN = Vocabulary(
    survey=("after_call", "delivery", "Pulse"),
    metric=("nps", "csat", "ces"),
    question=("nps", "csat", "ces", "problem", "comment"),
    channel=("telegram", "email"),
    team=("support", "customer care", "2nd-line"),
    language=("fi", "en"),
)
WEEK = Period(since=date(2026, 11, 15), until=TODAY)
R = Request


def read(line: str) -> Request:
    return read_request(split_line(f"/results {line}")[1], KNOWN, TODAY)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("", R()),
        ("nps", R(metric="nps")),
        ("NPS", R(metric="nps")),
        ("after_call", R(survey="after_call")),
        ("pulse", R(survey="Pulse")),
        ("after_call nps", R(survey="after_call", metric="nps")),
        ("nps after_call", R(survey="after_call", metric="nps")),
        ("problem", R(question="problem")),
        ("question nps", R(question="nps")),
        ("metric csat", R(metric="csat")),
        ("survey delivery", R(survey="delivery")),
        ("7d", R(period=WEEK)),
        ("nps 7d by team", R(metric="nps", period=WEEK, by="team")),
        ("by team 7d nps", R(metric="nps", period=WEEK, by="team")),
        ("BY Teams", R(by="team")),
        ("by lang", R(by="language")),
        ("by:channel", R(by="channel")),
        ("by=agent", R(by="agent")),
        ("telegram", R(channel="telegram")),
        ("channel Telegram", R(channel="telegram")),
        ("support", R(team="support")),
        ("team support", R(team="support")),
        ("team Support by agent", R(team="support", by="agent")),
        ("team new_team", R(team="new_team")),
        ("customer care nps", R(team="customer care", metric="nps")),
        ("team customer care nps", R(team="customer care", metric="nps")),
        ("2nd-line", R(team="2nd-line")),
        ("agent Pekka", R(agent="Pekka")),
        ('agent "Pekka Virtanen" nps', R(agent="Pekka Virtanen", metric="nps")),
        ("agent “Pekka Virtanen”", R(agent="Pekka Virtanen")),
        ('agent:"Pekka Virtanen"', R(agent="Pekka Virtanen")),
        ("agent nps nps", R(agent="nps", metric="nps")),
        ("language FI", R(language="fi")),
        ("lang en", R(language="en")),
        ("page 3", R(page=3)),
        ("nps for support in the 7d", R(metric="nps", team="support", period=WEEK)),
        ("nps, 7d, support", R(metric="nps", team="support", period=WEEK)),
        ("nps nps", R(metric="nps", question="nps")),
        ("  nps \n 7d  ", R(metric="nps", period=WEEK)),
    ],
)
def test_words_are_read_in_any_order_and_case(line: str, request_: Request) -> None:
    assert read(line) == request_


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ncp", "I don't know 'ncp'. Did you mean nps?"),
        ("after_cal", "I don't know 'after_cal'. Did you mean after_call?"),
        ("suport", "I don't know 'suport'. Did you mean support?"),
        ("telegam", "I don't know 'telegam'. Did you mean telegram?"),
        ("yesterdy", "I don't know 'yesterdy'. Did you mean yesterday?"),
        ("langage fi", "I don't know 'langage'. Did you mean language?"),
        (
            "xyzzy",
            (
                "I don't know 'xyzzy'. Surveys: after_call, delivery, Pulse. "
                "Metrics: nps, csat, ces."
            ),
        ),
        (
            "agent Pekka Virtanen",
            "I don't know 'Virtanen'. Put longer names in quotes: agent \"Anna Ek\".",
        ),
        ("by", "What comes after 'by'? For example: by team."),
        ("nps team", "What comes after 'team'? For example: team support."),
        ("by colour", "I can't group by 'colour'. Write by channel, team, agent or language."),
        ("by chanel", "I can't group by 'chanel'. Did you mean by channel?"),
        ("channel telegrm", "I know no channel 'telegrm'. Did you mean telegram?"),
        ("channel fax", "I know no channel 'fax'. There is telegram and email."),
        ("language xx", "I know no language 'xx'. There is fi and en."),
        ("survey foo", "I know no survey 'foo'. There is after_call, delivery and Pulse."),
        ("page 0", "'0' is not a page. Write page 2."),
        ("page two", "'two' is not a page. Write page 2."),
        ("page 99999999999999999999", "'99999999999999999999' is not a page. Write page 2."),
        ("page ²", "'²' is not a page. Write page 2."),
        ("nps metric csat", "I read both 'nps' and 'csat' as the metric. Write one."),
        ("nps csat", "I read both 'nps' and 'csat' as the metric. Write one."),
        ("csat 7d nps", "I read both 'csat' and 'nps' as the metric. Write one."),
        (
            "after_call delivery",
            "I read both 'after_call' and 'delivery' as the survey. Write one.",
        ),
        ("7d 30d", "I read two periods there. Write one."),
        ("by team by agent", "I read both 'team' and 'agent' as what to group by. Write one."),
    ],
)
def test_what_means_nothing_is_answered_by_what_to_write(line: str, says: str) -> None:
    with pytest.raises(GrammarError) as fault:
        read(line)
    assert str(fault.value) == says


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("lst week", "I don't know 'lst week'. Did you mean last week?"),
        ("nps lastweek", "I don't know 'lastweek'. Did you mean last week?"),
        ("last wek", "I can't read 'last wek' as a period. Did you mean last week?"),
        ("this quater", "I can't read 'this quater' as a period. Did you mean this quarter?"),
        ("viime viikko", "I don't know 'viime viikko'. Did you mean last week?"),
        ("nps tällä viikolla", "I don't know 'tällä viikolla'. Did you mean this week?"),
        ("Gestern", "I don't know 'Gestern'. Did you mean yesterday?"),
        ("tiimi support", "I don't know 'tiimi'. Did you mean team?"),
        (
            "ncp suport lst week",
            "I don't know 'ncp', 'suport' and 'lst week'. Did you mean: nps support last week?",
        ),
        (
            "nps telegam by team viime kuussa",
            (
                "I don't know 'telegam' and 'viime kuussa'. "
                "Did you mean: nps telegram by team last month?"
            ),
        ),
        (
            "ncp xyzzy",
            (
                "I don't know 'ncp' and 'xyzzy'. Did you mean: nps? "
                "Surveys: after_call, delivery, Pulse. "
                "Metrics: nps, csat, ces."
            ),
        ),
        ("last wek ncp", "I don't know 'last wek' and 'ncp'. Did you mean: last week nps?"),
        ("ncp by colour", "I don't know 'ncp'. Did you mean nps?"),
    ],
)
def test_everything_mistyped_is_put_right_at_once(line: str, says: str) -> None:
    with pytest.raises((GrammarError, PeriodError)) as fault:
        read(line)
    assert str(fault.value) == says


def test_what_is_meant_can_be_sent_again() -> None:
    with pytest.raises(GrammarError) as fault:
        read("ncp suport lst week")
    read(str(fault.value).partition("Did you mean: ")[2].rstrip("?"))


def test_a_quarter_there_is_not_is_answered_by_those_there_are() -> None:
    with pytest.raises(PeriodError, match=r"'q5' as a period. A year has q1 to q4\."):
        read("nps q5")


def test_a_period_that_cannot_be_read_is_named() -> None:
    with pytest.raises(PeriodError, match="'q7'"):
        read("nps q7")


def test_with_nothing_configured_there_is_still_an_answer() -> None:
    with pytest.raises(GrammarError) as fault:
        read_request(("channel", "telegram"), Vocabulary(), TODAY)
    assert str(fault.value) == "I know no channel 'telegram'. There is none yet."


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("/results nps", "results", ("nps",)),
        ("/Results@AfterwordBot nps 7d", "results", ("nps", "7d")),
        ("results", "results", ()),
        ("!help", "help", ()),
        ("", "", ()),
        ("   ", "", ()),
        ("/", "", ()),
        ('""', "", ()),
        ('/results agent "A B', "results", ("agent", "A B")),
        ("/results http://x/y", "results", ("http://x/y",)),
        ("/results agent \x00Pek\u202eka", "results", ("agent", "Pekka")),
        ("/results\nnps", "results", ("nps",)),
    ],
)
def test_a_line_is_split_into_command_and_words(
    text: str, name: str, words: tuple[str, ...]
) -> None:
    assert split_line(text) == (name, words)


def test_a_long_line_is_read_to_its_limit_only() -> None:
    assert sum(len(word) for word in split_line("/results " + "a" * 100_000)[1]) < 1_000


def test_a_survey_wins_over_a_metric_of_the_same_name() -> None:
    known = replace(KNOWN, survey=("nps",))
    assert read_request(("nps",), known, TODAY) == Request(survey="nps")
    assert read_request(("nps", "nps"), known, TODAY) == Request(survey="nps", metric="nps")
    assert read_request(("metric", "nps"), known, TODAY) == Request(metric="nps")


def test_suggestions_are_near_or_none() -> None:
    assert suggest("resluts", ("results", "help")) == "results"
    assert suggest("zzz", ("results", "help")) == ""

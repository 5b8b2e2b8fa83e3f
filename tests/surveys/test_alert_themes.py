"""Alerts by theme: told where the customer's words speak of it, once."""

from dataclasses import replace
from datetime import timedelta

from bot.config.themes import shipped_reader
from surveys.alert import AlertRule, Repeated, match_alerts
from surveys.condition import parse
from tests.bot.commands.office import response

RULE = AlertRule(themes=("waiting", "price"), gists=shipped_reader(), to=("manager",))


def said(text: str, language: str = "en"):  # type: ignore[no-untyped-def]
    given, _ = response(comment=text)
    return replace(given, answers=tuple(replace(a, language=language) for a in given.answers))


def test_words_that_speak_of_a_theme_are_told_of() -> None:
    assert RULE.holds(said("I waited too long"))
    assert RULE.holds(said("Liian kallis", "fi"))
    assert not RULE.holds(said("Friendly staff"))
    assert not RULE.holds(said(""))
    assert not RULE.holds(None)


def test_both_the_condition_and_the_theme_must_hold() -> None:
    both = replace(RULE, condition=parse("nps <= 6"))
    assert both.holds(said("I waited"))
    assert not both.holds(said("Friendly"))
    assert not replace(RULE, condition=parse("nps > 6")).holds(said("I waited"))


def test_it_is_told_once() -> None:
    before, after = said("I waited"), said("I waited, and it is expensive")
    assert match_alerts([RULE], before, said("")) == (RULE,)
    assert match_alerts([RULE], after, before) == ()


def test_rules_that_wait_for_other_things_remember_apart() -> None:
    """What one rule told of a customer must not keep another quiet."""
    often = Repeated(times=2, within=timedelta(days=7), written="2 in 7d")
    plain = AlertRule(repeated=often, to=("manager",))
    rules = (
        plain,
        replace(plain, condition=parse("nps <= 6")),
        replace(plain, words=("slow",)),
        replace(plain, themes=("waiting",)),
        replace(plain, themes=("price",)),
        replace(plain, themes=("waiting", "price")),
        replace(plain, to=("team_lead",)),
        replace(plain, repeated=replace(often, times=3, written="3 in 7d")),
    )
    assert len({rule.key for rule in rules}) == len(rules)
    assert replace(plain, urgent=True).key == plain.key, "the same answers, told in another way"

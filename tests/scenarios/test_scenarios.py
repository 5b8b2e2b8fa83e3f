"""Every scenario of every file here, played; and that a wrong one says in words what is wrong."""

import re
from pathlib import Path

import pytest

from tests.scenarios.playing import Fault, Player
from tests.scenarios.script import (
    ACTS,
    CHECKS,
    DEEDS,
    EVENT_MORE,
    HERE,
    SCENARIO,
    TIMES,
    Misspelt,
    Scenario,
    read_scenarios,
    read_text,
)
from tests.scenarios.stage import a_stage

SCENARIOS = list(read_scenarios())
PAGE = (HERE / "README.md").read_text(encoding="utf-8")
STORY = """
title: A call is asked about
people: { anna: { telegram: "1001" } }
story:
  - { at: 2026-03-02 10:00, event: Call Ended, about: anna }
  - expect: { anna: { telegram: ["*recommend*"] } }
end: { invitations: { anna: { after_call: asked } } }
"""


async def play(scenario: Scenario, folder: Path) -> None:
    async with a_stage(scenario, folder) as stage:
        await Player(stage).play()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    said = ""
    try:
        await play(scenario, tmp_path)
    except Fault as fault:
        said = str(fault)
    if said:  # the story, and no trace of the code that played it
        pytest.fail(said, pytrace=False)


async def test_the_example_of_the_page_comes_true(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (scenario,) = read_text(example, "page")
    await play(scenario, tmp_path)


@pytest.mark.parametrize("key", sorted({*SCENARIO, *TIMES, *ACTS, *EVENT_MORE, *CHECKS, *DEEDS}))
def test_the_page_explains_every_key(key: str) -> None:
    assert re.search(rf"`[^`]*\b{key}\b[^`]*`", PAGE)


def test_each_has_a_name_of_its_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert sorted(set(names)) == sorted(names)


async def test_a_failing_one_shows_what_happened_and_what_was_said(tmp_path: Path) -> None:
    (wrong,) = read_text(STORY.replace("*recommend*", "*delivery*"), "wrong")
    with pytest.raises(Fault) as caught:
        await play(wrong, tmp_path)
    told = str(caught.value)
    assert "Mon 2 Mar 2026 10:00" in told
    assert "Call Ended (anna)" in told
    assert "anna gets (telegram): How likely is it that you would recommend Acme" in told
    assert "At step 2:\nanna on telegram\n  should get: *delivery*" in told


async def test_what_nobody_expected_is_a_fault_too(tmp_path: Path) -> None:
    text = STORY.replace('{ anna: { telegram: ["*recommend*"] } }', "nothing")
    (wrong,) = read_text(text, "wrong")
    with pytest.raises(Fault, match="should get: nothing"):
        await play(wrong, tmp_path)


async def test_a_wrong_end_says_what_was_decided(tmp_path: Path) -> None:
    (wrong,) = read_text(STORY.replace(": asked", ": completed"), "wrong")
    with pytest.raises(Fault) as caught:
        await play(wrong, tmp_path)
    assert "send: reachable by telegram" in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("end:", "ends:", "unknown key 'ends' (did you mean 'end'?)"),
        ("expect:", "expects:", "step 2: unknown key 'expects' (did you mean 'expect'?)"),
        ("expect: { anna", "expect: { ana", "expect: unknown key 'ana' (did you mean 'anna'?)"),
        ("invitations", "invitation", "unknown key 'invitation' (did you mean 'invitations'?)"),
        ("about:", "abaut:", "step 1: unknown key 'abaut' (did you mean 'about'?)"),
        ("at: 2026-03-02 10:00, ", "", "the first step of the story needs a time"),
        ("people:", "title: Again\npeople:", "'title' stands twice"),
        ("title: A call", "title: {A call", "wrong.yaml, line 3: "),
    ],
)
def test_what_is_misspelt_is_said(right: str, wrong: str, said: str) -> None:
    with pytest.raises(Misspelt) as caught:
        list(read_text(STORY.replace(right, wrong), "wrong"))
    assert said in str(caught.value)

"""What commands ask to be confirmed, and what is noted of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.confirming import LEFT, NOTHING
from bot.commands.context import Command, Context, Reply
from bot.commands.register import mask_line
from bot.commands.rights import may
from surveys.audit import Head, Verdict, follow
from surveys.staff import Role
from tests.bot.commands.office import CHANNEL
from tests.bot.commands.rights_office import MEMBERS, STAFF, Office


@pytest.fixture
def weighty(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put a command behind /pause that asks first."""
    done: list[str] = []

    async def answer(context: Context, words: Sequence[str]) -> Reply:
        if not context.sure:
            return Reply(text="Everything stops.", confirm=True)
        done.append(f"{context.member.name}: {' '.join(words)}")
        return Reply(text="It stopped.")

    command = Command(
        name="pause", summary="", forms="", explanation="", examples=(), answer=answer
    )
    monkeypatch.setattr("bot.commands.COMMANDS", {"pause": command})
    return done


@pytest.mark.parametrize("how", ["word", "button"])
async def test_a_weighty_command_is_done_once_it_is_confirmed_and_once_only(
    how: str, weighty: list[str]
) -> None:
    office = Office()
    asked = await office.say("102", "/pause all")
    assert asked and weighty == [] and "/yes within five minutes" in asked.text
    yes = "/yes" if how == "word" else asked.buttons[0].payload
    assert all(len(button.payload.encode()) <= 64 for button in asked.buttons)
    done = await office.say("102", yes)
    assert done and done.text == "It stopped." and weighty == ["the manager: all"]
    again = await office.say("102", yes)
    assert again and again.text == NOTHING and len(weighty) == 1
    assert [v for _, _, v in office.verdicts] == ["allowed", "asked", "confirmed"]
    assert follow(office.store.audit, Head())[1] == ""


@pytest.mark.parametrize(
    "state", ["another person", "another channel", "late", "demoted", "removed", "asked anew", "no"]
)
async def test_nothing_else_confirms_it(state: str, weighty: list[str]) -> None:
    office, channel, address = Office(), CHANNEL, "102"
    asked = await office.say(address, "/pause all")
    assert asked is not None
    yes = asked.buttons[0].payload
    if state == "another person":
        address = "103"
    elif state == "another channel":
        channel, address = "slack", "U2"
    elif state == "late":
        office.clock.now += timedelta(minutes=5)
    elif state == "demoted":
        lower = replace(MEMBERS[Role.MANAGER], role=Role.VIEWER)
        office.config = replace(STAFF, staff=(lower,))
    elif state == "removed":
        office.config = replace(STAFF, staff=())
    elif state == "asked anew":
        await office.say(address, "/pause other")
    else:
        said = await office.say(address, asked.buttons[1].payload)
        assert said and said.text == LEFT
        assert office.verdicts[-1][2] == str(Verdict.LEFT)
    answer = await office.say(address, yes, channel)
    assert weighty == []
    assert (answer is None) is (state == "removed")
    if answer and state != "demoted":
        assert answer.text == NOTHING


# What is noted


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        (("why", "Anna", "Virtanen"), "/why A… V…"),
        (("why", "42"), "/why 42"),
        (("why", "user:48213"), "/why user:…13"),
        (("find", "anna@x.example"), "/find a…@x.example"),
        (("find", "+358401234567"), "/find …67"),
        (("send", "after_call", "to", "@anna"), "/send after_call to a…"),
        (("send", "Anna", "Ek", "after_call"), "/send A… E… a…"),
        (("results", "nps", "7d"), "/results nps 7d"),
        (("results", "2026-10-01..2026-10-15"), "/results 2026-10-01..2026-10-15"),
        (("comments", "anna@x.example"), "/comments a…@x.example"),
        (("comments", "040 123 4567"), "/comments …67"),
        (("case", "42", "note", "Anna called."), "/case 42 note …"),
        (("audit", "x" * 500), f"/audit {'x' * 193}"),
    ],
)
def test_nobody_is_named_in_the_audit(line: tuple[str, ...], noted: str) -> None:
    assert mask_line(line[0], line[1:]) == noted


async def test_the_audit_is_listed_by_page_person_and_command() -> None:
    office = Office()
    for _ in range(20):
        await office.say("102", "/conflicts")
    await office.say("100", "/conflicts merge 1")
    first = await office.say("103", "/audit")
    assert first and first.text.startswith("Audit · newest first")
    assert "the admin, admin · telegram\n  /audit · allowed" in first.text
    assert "the viewer, viewer · telegram\n  /conflicts merge 1 · denied" in first.text
    assert [button.payload for button in first.buttons] == ["/audit page 2"]
    second = await office.say("103", first.buttons[0].payload)
    assert second and second.text.startswith("Audit · page 2") and not second.buttons
    mine = await office.say("103", "/audit by the viewer conflicts")
    assert mine and mine.text.count("denied") == 1 and "allowed" not in mine.text
    near = await office.say("103", "/audit conflits")
    assert near and near.text.startswith("I don't know 'conflits'. Did you mean conflicts?")
    none = await office.say("103", "/audit by nobody")
    assert none and none.text.endswith("Nothing is noted.")
    near = await office.say("103", '/audit by "the mananger"')
    assert near and near.text.endswith("Nothing is noted. Did you mean the manager?")


async def test_help_tells_of_what_one_may() -> None:
    office = Office()
    viewer, admin = await office.say("100", "/help"), await office.say("103", "/help")
    assert viewer and admin
    assert "/audit" not in viewer.text and "/conflicts" not in viewer.text
    assert "/audit" in admin.text and may(Role.ADMIN, "audit")

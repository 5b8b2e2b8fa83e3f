"""/conflicts: managers say whose an address is; nobody else does, and nobody guesses."""

from datetime import timedelta
from typing import Any

import pytest

from bot.commands import MOST_CHARACTERS
from bot.commands.conflicts import PAGE
from bot.conflict_alert import compose_conflicts
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Contact
from tests.bot.commands.office import CHANNEL, NOW, commands
from tests.scheduler.spine import make_rules

ANNA = Contact(id=1, keys=("user:7",), attributes={"first_name": "Anna", "last_name": "Virtanen"})
WHO = "belongs to Anna Virtanen (user:7); claimed by user:9 since 20 Nov 2026, 14:00"
BELA = Contact(id=2, keys=("user:9",))


def conflict(number: int = 12, **more: Any) -> Conflict:
    return Conflict(
        **{
            "id": number,
            "channel": "email",
            "value": "anna@example.com",
            "owner": ANNA,
            "claimant": BELA,
            "since": NOW - timedelta(days=1),
            "last": NOW,
            "times": 3,
            **more,
        }
    )


async def ask(
    line: str, *conflicts: Conflict, who: str = "2", outcome: Settled = Settled.DONE
) -> tuple[str, list[tuple[int, Verdict, str]]]:
    staff_commands, store = commands()
    store.conflicts[:] = conflicts or [conflict()]
    store.outcome = outcome
    answer = await staff_commands.answer(CHANNEL, who, line)
    assert answer is not None
    return answer.text.replace("\u200b", ""), store.settled


async def test_what_is_open_is_listed_with_masked_addresses() -> None:
    phone = conflict(13, channel="sms", value="+358401234567", times=1)
    chat = conflict(14, channel="telegram", value="10001")
    text, settled = await ask("/conflicts", conflict(), phone, chat, conflict(15, is_open=False))
    assert text.splitlines()[:8] == [
        "Addresses that two claim",
        "",
        "12 · email a…@example.com",
        f"{WHO}, 3 times by now",
        "",
        "13 · sms …67",
        WHO,
        "",
    ]
    assert "14 · telegram …001" in text and "15 ·" not in text and "anna@" not in text
    assert settled == []


async def test_pages_end() -> None:
    many = [conflict(n) for n in range(1, PAGE + 2)]
    text, _ = await ask("/conflicts", *many)
    assert text.endswith("More: /conflicts page 2")
    text, _ = await ask("/conflicts page 2", *many)
    assert f"{PAGE + 1} · " in text and "More" not in text
    assert (await ask("/conflicts page 9", *many))[0] == "Page 9 is empty."
    long = [
        conflict(
            n, owner=Contact(keys=("x" * 255,)), claimant=Contact(attributes={"name": "n" * 300})
        )
        for n in range(1, PAGE + 2)
    ]
    assert len((await ask("/conflicts", *long))[0]) <= MOST_CHARACTERS
    assert (await ask("/conflicts", conflict(is_open=False)))[0] == "No address is claimed by two."


@pytest.mark.parametrize(
    ("line", "verdict", "said"),
    [
        ("/conflicts give 12", Verdict.GIVE, "12 · The address is user:9's now."),
        (
            "/conflicts KEEP 12",
            Verdict.KEEP,
            "12 · The address stays with Anna Virtanen (user:7). user:9 is not asked there.",
        ),
    ],
)
async def test_a_manager_settles(line: str, verdict: Verdict, said: str) -> None:
    assert await ask(line) == (said, [(12, verdict, "Mia")])


async def test_a_merge_asks_first() -> None:
    staff_commands, store = commands()
    store.conflicts[:] = [conflict()]
    asked = await staff_commands.answer(CHANNEL, "2", "/conflicts merge 12")
    assert asked and store.settled == [] and "cannot be taken back" in asked.text
    assert [button.label for button in asked.buttons] == ["Yes", "No"]
    done = await staff_commands.answer(CHANNEL, "2", asked.buttons[0].payload)
    assert done and store.settled == [(12, Verdict.MERGE, "Mia")]
    assert done.text == "12 · Anna Virtanen (user:7) and user:9 are one person now."


@pytest.mark.parametrize("who", ["3", "4"])
@pytest.mark.parametrize("line", ["/conflicts", "/conflicts give 12"])
async def test_others_settle_nothing_and_see_nothing(who: str, line: str) -> None:
    text, settled = await ask(line, who=who)
    assert settled == [] and text.startswith("/conflicts is for managers or admins;")


@pytest.mark.parametrize(
    "line",
    [
        *("/conflicts hug 12", "/conflicts give", "/conflicts give x", "/conflicts give 12 13"),
        *("/conflicts page", "/conflicts give 9999999999", "/conflicts merge 12 yes"),
        *("/conflicts give -1", "/conflicts give ½", "/conflicts merge yes"),
    ],
)
async def test_what_cannot_be_read_settles_nothing(line: str) -> None:
    text, settled = await ask(line)
    assert settled == [] and "/conflicts give, keep or merge and a number" in text


async def test_what_does_not_work_out_is_said() -> None:
    assert "no open conflict 99" in (await ask("/conflicts keep 99"))[0]
    assert "no open conflict 12" in (await ask("/conflicts keep 12", conflict(is_open=False)))[0]
    stopped, _ = await ask("/conflicts give 12", outcome=Settled.STOPPED)
    assert "asked us not to" in stopped
    late, _ = await ask("/conflicts give 12", outcome=Settled.UNKNOWN)
    assert "somebody else meanwhile" in late


def test_managers_are_told_some_and_the_number() -> None:
    rules = make_rules()
    one = compose_conflicts(rules, [conflict()], 1, "777").text
    assert one.startswith("An address is claimed by somebody it does not belong to")
    many = compose_conflicts(rules, [conflict(n) for n in range(5)], 1205, "777").text
    assert many.startswith("1,205 addresses are claimed") and "and 1,200 more" in many
    assert "anna@" not in many

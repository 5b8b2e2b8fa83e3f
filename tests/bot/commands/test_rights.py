"""The full matrix: command, role and state of the identity; and that the audit has all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands import COMMANDS, rights
from bot.commands.context import Command, Context, Reply
from bot.commands.register import STRANGERS_AN_HOUR
from bot.commands.rights import RIGHTS
from bot.gateway import Gateway
from channels.sandbox import Sandbox
from channels.telegram.update import from_payload
from scheduler.batch import Batch
from surveys.audit import Entry, Note
from surveys.inbound import CommandGiven, Inbound
from surveys.message import Message
from surveys.staff import Role, StaffMember
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, NOW
from tests.bot.commands.rights_office import MEMBERS, STAFF, Office

# Written out, and not made from the table: what the table says is what is tested.
LEAST = {
    Role.VIEWER: {
        *("help", "who", "results", "trend", "compare", "responses", "comments", "campaigns"),
        *("journeys", "cases", "case", "why"),
    },
    Role.TEAM_LEAD: {"responses release", "export"},
    Role.MANAGER: {"find", "conflicts", "pause", "resume", "send", "uncertain"},
    Role.ADMIN: {"audit", "export contacts", "export audit"},
}
ALLOWED = {
    (line, role)
    for place, role in enumerate(Role)
    for least in list(Role)[: place + 1]
    for line in LEAST[least]
}


class Away(MemoryStore):
    async def note_command(self, note: Note, /) -> Entry:
        raise ConnectionError("away")


@pytest.fixture
def every(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Put a command behind every name of the table that notes who got through to it."""
    reached: list[tuple[str, str]] = []

    def command(name: str) -> Command:
        async def answer(context: Context, words: Sequence[str]) -> Reply:
            reached.append((" ".join((name, *words)), str(context.member.role)))
            return Reply(text="done")

        return Command(name=name, summary="", forms="", explanation="", examples=(), answer=answer)

    table = {line.partition(" ")[0]: command(line.partition(" ")[0]) for line in RIGHTS}
    table["unlisted"] = command("unlisted")  # somebody forgot to say who may
    monkeypatch.setattr("bot.commands.COMMANDS", table)
    monkeypatch.setattr("bot.gateway.COMMANDS", table)
    return reached


def test_the_table_is_what_we_mean() -> None:
    assert {(line, role) for line in RIGHTS for role in rights.allowed_roles(line)} == ALLOWED


def test_every_command_is_in_the_table() -> None:
    missing = [name for name in COMMANDS if name not in RIGHTS]
    assert not missing, f"say in bot/commands/rights.py who may: {missing}"


@pytest.mark.parametrize("line", [*RIGHTS, "unlisted"])
@pytest.mark.parametrize("role", Role)
async def test_each_command_for_each_role(
    line: str, role: Role, every: list[tuple[str, str]]
) -> None:
    office = Office()
    answer = await office.say(MEMBERS[role].addresses[CHANNEL], f"/{line}")
    allowed = (line, role) in ALLOWED
    assert answer is not None and (answer.text == "done") is allowed
    assert every == ([(line, str(role))] if allowed else [])
    verdict = "allowed" if allowed else "denied"
    assert office.verdicts == [(f"the {role}", f"/{line}", verdict)]
    if line == "unlisted":
        assert "is for nobody" in answer.text


@pytest.mark.parametrize("line", [*RIGHTS, "unlisted"])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "state", ["not listed", "removed", "another channel", "forged", "no address", "another's name"]
)
async def test_nobody_else_gets_anything(
    line: str, role: Role, state: str, every: list[tuple[str, str]]
) -> None:
    office, channel, address = Office(), CHANNEL, MEMBERS[role].addresses[CHANNEL]
    if state == "not listed":
        address = "666"
    elif state == "removed":  # by a file that was saved a moment ago
        assert await office.say(address, "/help") is not None
        left = tuple(m for m in STAFF.staff if m.role is not role)
        office.config = replace(office.config, staff=left)
        every.clear()
        office.store.audit.clear()
    elif state == "another channel":
        channel = "slack"
    elif state == "forged":
        address = f" {address}"
    elif state == "no address":
        address = ""
    else:
        address = MEMBERS[role].name
    assert await office.say(address, f"/{line}", channel) is None
    assert every == []
    assert [v for _, _, v in office.verdicts] == ["denied"]
    assert office.store.audit[0].note.person.startswith("stranger ")


def update(text: str, *, sender: int, chat: int, kind: str = "supergroup") -> list[Inbound]:
    given = {
        "update_id": 7,
        "message": {
            "message_id": 1,
            "date": 1_700_000_000,
            "text": text,
            "chat": {"id": chat, "type": kind},
            "from": {"id": sender, "is_bot": False},
        },
    }
    return from_payload(given, now=NOW, username="our_bot")


def press(data: str, *, sender: int, chat: int) -> list[Inbound]:
    given = {
        "update_id": 8,
        "callback_query": {
            "id": "1",
            "from": {"id": sender},
            "data": data,
            "message": {"message_id": 1, "chat": {"id": chat, "type": "supergroup"}},
        },
    }
    return from_payload(given, now=NOW, username="our_bot")


async def take(office: Office, items: Sequence[Inbound]) -> dict[str, list[Message]]:
    sandbox = Sandbox(name=CHANNEL)

    async def keep(inbound: Sequence[Inbound]) -> list[tuple[Message, ...]]:
        return [() for _ in inbound]

    gateway = Gateway(
        {CHANNEL: sandbox}, Batch(keep), office.commands.answer, office.commands.knows
    )
    for item in items:
        await gateway.take(item)
    while gateway._tasks:
        await next(iter(gateway._tasks))
    return {
        address: [line.message for line in sandbox.history(address) if line.message]
        for address in ("103", "-55", "666")
    }


@pytest.mark.parametrize("write", ["text", "button"])
async def test_in_a_group_the_person_counts_and_the_answer_is_theirs_alone(
    write: str, every: list[tuple[str, str]]
) -> None:
    """The group's own id is listed too, so that alerts go there: it makes nobody an admin."""
    group = StaffMember(name="the room", role=Role.ADMIN, addresses={CHANNEL: "-55"})
    office = Office(replace(STAFF, staff=(*STAFF.staff, group)))

    def given(sender: int) -> list[Inbound]:
        if write == "text":
            return update("/audit@our_bot", sender=sender, chat=-55)
        return press("/audit", sender=sender, chat=-55)

    said = await take(office, given(666))
    assert every == [] and not any(said.values())
    said = await take(office, given(103))
    assert every == [("audit", "admin")]
    assert [m.text for m in said["103"]] == ["done"] and said["-55"] == []


async def test_a_strangers_press_or_word_is_noted_and_not_answered(
    every: list[tuple[str, str]],
) -> None:
    office = Office()
    origin = {"event_id": "e", "channel": CHANNEL, "at": NOW, "address": "666"}
    said = await take(office, [CommandGiven(**origin, text="/pause all of it")])  # type: ignore[arg-type]
    assert office.verdicts == [], "customers may ask for a pause"
    said = await take(office, [CommandGiven(**origin, text="/find anna@x.example")])  # type: ignore[arg-type]
    assert every == [] and not any(said.values())
    assert [v[1:] for v in office.verdicts] == [("/find", "denied")]


async def test_nobody_fills_the_disk(every: list[tuple[str, str]]) -> None:
    office = Office()
    for number in range(STRANGERS_AN_HOUR + 50):
        await office.say(f"{number}x", "/find anna")
    assert len(office.store.audit) == STRANGERS_AN_HOUR
    office.clock.now += timedelta(hours=1)
    await office.say("666", "/find anna")
    assert len(office.store.audit) == STRANGERS_AN_HOUR + 1


async def test_what_cannot_be_noted_is_not_done(every: list[tuple[str, str]]) -> None:
    office = Office(store=Away())
    with pytest.raises(ConnectionError):
        await office.say("103", "/results")
    assert every == []

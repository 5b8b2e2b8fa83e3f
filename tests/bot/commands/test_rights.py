"""The full matrix: command, role and state of the identity; and that the audit has all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.commands import COMMANDS, Commands, StaffConfig, rights
from bot.commands.confirming import LEFT, NOTHING
from bot.commands.context import Command, Context, Reply
from bot.commands.register import STRANGERS_AN_HOUR, mask_line
from bot.commands.rights import RIGHTS, may
from bot.gateway import Gateway
from channels.sandbox import Sandbox
from channels.telegram.update import from_payload
from scheduler.batch import Batch
from surveys.audit import Entry, Head, Note, Verdict, follow
from surveys.inbound import CommandGiven, Inbound
from surveys.message import Message
from surveys.staff import Role, StaffMember
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, CONFIG, NOW

MEMBERS = {
    role: StaffMember(
        name=f"the {role}",
        role=role,
        teams=("support",),
        addresses={CHANNEL: str(100 + place), "slack": f"U{place}"},
    )
    for place, role in enumerate(Role)
}
STAFF = replace(CONFIG, staff=tuple(MEMBERS.values()))

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


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Away(MemoryStore):
    async def note_command(self, note: Note, /) -> Entry:
        raise ConnectionError("away")


class Office:
    """Commands over a store in memory, whose configuration can change."""

    def __init__(self, config: StaffConfig = STAFF, store: MemoryStore | None = None) -> None:
        self.store, self.config, self.clock = store or MemoryStore(), config, Clock()
        self.commands = Commands(store=self.store, config=lambda: self.config, clock=self.clock)

    async def say(self, address: str, text: str, channel: str = CHANNEL) -> Message | None:
        return await self.commands.answer(channel, address, text)

    @property
    def verdicts(self) -> list[tuple[str, str, str]]:
        return [(e.note.person, e.note.line, str(e.note.verdict)) for e in self.store.audit]


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


# What asks to be confirmed


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

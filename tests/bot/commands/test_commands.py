"""Who gets an answer, and that there always is one."""

import asyncio
import logging
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import COMMANDS, MOST_CHARACTERS, Commands
from surveys.contact import Contact
from surveys.report import Filter
from surveys.response import Response
from tests.bot.commands.memory_store import MemoryStore, said
from tests.bot.commands.office import CHANNEL, CONFIG, NOW, commands, hundred_calls, response

ADMIN, MANAGER, LEAD, VIEWER, TEAMLESS = "1", "2", "3", "4", "5"
EVERY = f"I answer {', '.join(f'/{name}' for name in COMMANDS)}. /help shows how."


@pytest.mark.parametrize(
    ("channel", "address"),
    [(CHANNEL, "666"), (CHANNEL, ""), ("email", "1"), ("sandbox", "1"), ("", ""), (CHANNEL, "1 ")],
)
async def test_strangers_get_nothing(
    channel: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    staff_commands, store = commands(*hundred_calls())
    with caplog.at_level(logging.WARNING):
        assert await staff_commands.answer(channel, address, "/results secret-word") is None
    assert store.asked == []
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    assert "secret-word" not in caplog.text
    assert channel in caplog.text


async def test_the_log_tells_strangers_apart_without_naming_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    staff_commands, _ = commands()
    with caplog.at_level(logging.WARNING):
        for address in ("+358501234567", "+358501234567", "+358507654321"):
            await staff_commands.answer("sms", address, "/results")
    first, again, other = (record.getMessage() for record in caplog.records)
    assert first == again
    assert first != other
    assert "35850" not in caplog.text


async def test_an_odd_address_is_a_stranger_too() -> None:
    staff_commands, _ = commands()
    assert await staff_commands.answer(CHANNEL, "\ud83d", "/help") is None


@pytest.mark.parametrize(
    ("who", "team", "sees"),
    [
        (ADMIN, "support", True),
        (ADMIN, "sales", True),
        (ADMIN, "", True),
        (MANAGER, "support", True),
        (MANAGER, "sales", True),
        (MANAGER, "", True),
        (LEAD, "support", True),
        (LEAD, "sales", False),
        (LEAD, "", False),
        (VIEWER, "support", True),
        (VIEWER, "sales", True),
        (VIEWER, "billing", False),
        (VIEWER, "", False),
        (TEAMLESS, "support", False),
        (TEAMLESS, "", False),
    ],
)
async def test_rows_are_limited_to_ones_teams(who: str, team: str, sees: bool) -> None:
    staff_commands, _ = commands(said("nps", 10, 9, team=team), responses=[response(team=team)])
    for line, shown in (
        ("/results nps", "NPS +100"),
        ("/results by team", "NPS +100"),
        ("/responses", "NPS 3 of 10"),
    ):
        answer = await staff_commands.answer(CHANNEL, who, line)
        assert answer is not None
        assert (shown in answer.text) is sees, line
        assert (answer.image is not None) is (sees and line != "/responses")


@pytest.mark.parametrize(
    ("who", "team", "says"),
    [
        (LEAD, "sales", "You can see support only."),
        (LEAD, "made_up", "You can see support only."),
        (VIEWER, "billing", "You can see support and sales only."),
        (
            TEAMLESS,
            "support",
            "You are listed without a team, so there is nothing to show you yet.",
        ),
    ],
)
@pytest.mark.parametrize("command", ["results", "responses", "comments"])
async def test_another_team_is_refused(who: str, team: str, says: str, command: str) -> None:
    staff_commands, store = commands(said("nps", 10, 9, team=team))
    answer = await staff_commands.answer(CHANNEL, who, f"/{command} team {team}")
    assert answer is not None
    assert answer.text.startswith(says)
    assert store.asked == []


async def test_other_teams_are_not_even_suggested() -> None:
    staff_commands, _ = commands()
    answer = await staff_commands.answer(CHANNEL, LEAD, "/results saless")
    assert answer is not None
    assert "sales" not in answer.text.replace("saless", "")


class LeakyStore(MemoryStore):
    """A store that forgets to look at the teams."""

    async def list_responses(
        self, wanted: Filter, /, limit: int, offset: int
    ) -> Sequence[tuple[Response, Contact]]:
        return self.responses[offset : offset + limit]


async def test_names_have_a_second_lock() -> None:
    store = LeakyStore(
        responses=[response(team="sales"), response(team="support", name="Own Customer")]
    )
    staff_commands = Commands(store=store, config=lambda: CONFIG, clock=lambda: NOW)
    answer = await staff_commands.answer(CHANNEL, LEAD, "/responses")
    assert answer is not None
    assert "Own Customer" in answer.text
    assert "Anna" not in answer.text


async def test_a_colleague_is_known_on_each_of_their_channels() -> None:
    staff_commands, _ = commands()
    answer = await staff_commands.answer("sandbox", "m", "/help")
    assert answer is not None
    assert answer.address == "m"
    assert "You are Maija, team lead: you see support." in answer.text


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (ADMIN, "You are Ada, admin: you see every team."),
        (MANAGER, "You are Mia, manager: you see every team."),
        (VIEWER, "You are Ville, viewer: you see support and sales."),
        (TEAMLESS, "You are Nobody, team lead: you see no team yet."),
    ],
)
async def test_help_says_what_one_may_see(who: str, says: str) -> None:
    staff_commands, _ = commands()
    answer = await staff_commands.answer(CHANNEL, who, "/help")
    assert answer is not None
    assert says in answer.text


@pytest.mark.parametrize("name", COMMANDS)
async def test_help_explains_every_command_with_examples_that_work(name: str) -> None:
    staff_commands, _ = commands(*hundred_calls())
    answer = await staff_commands.answer(CHANNEL, ADMIN, f"/help {name}")
    assert answer is not None
    assert answer.text.startswith(f"/{name}: {COMMANDS[name].summary}")
    assert COMMANDS[name].explanation in answer.text
    for written, _ in COMMANDS[name].examples:
        assert written in answer.text
        tried = await staff_commands.answer(CHANNEL, ADMIN, written)
        assert tried is not None
        assert "I don't know" not in tried.text
        assert "I know no" not in tried.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/reslts", "I don't know 'reslts'. Did you mean /results?"),
        ("/response", "I don't know 'response'. Did you mean /responses?"),
        ("/hlep", "I don't know 'hlep'. Did you mean /help?"),
        ("/weekly", EVERY),
        ("", EVERY),
        (
            "/help reslts",
            "There is no command 'reslts'. Did you mean /help results? /help lists them all.",
        ),
        ("/help xyzzy", "There is no command 'xyzzy'. /help lists them all."),
        (
            "/results ncp",
            "I don't know 'ncp'. Did you mean nps?\n/help results shows all that can be written.",
        ),
    ],
)
async def test_what_is_not_known_is_answered_by_the_nearest(line: str, says: str) -> None:
    staff_commands, _ = commands(*hundred_calls())
    answer = await staff_commands.answer(CHANNEL, ADMIN, line)
    assert answer is not None
    assert answer.text == says


async def test_a_change_of_the_configuration_applies_at_once() -> None:
    listed = [CONFIG]
    staff_commands = Commands(store=MemoryStore(), config=lambda: listed[0], clock=lambda: NOW)
    assert await staff_commands.answer(CHANNEL, ADMIN, "/help") is not None
    listed[0] = type(CONFIG)(surveys=CONFIG.surveys, staff=CONFIG.staff[1:])
    assert await staff_commands.answer(CHANNEL, ADMIN, "/help") is None


class BrokenStore(MemoryStore):
    """A store whose database is away."""

    async def tally(self, wanted: Filter, /) -> "object":  # type: ignore[override]
        raise ConnectionError("database away")


async def test_a_broken_store_is_the_callers_to_handle() -> None:
    staff_commands = Commands(store=BrokenStore(), config=lambda: CONFIG, clock=lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(ConnectionError):
        await staff_commands.answer(CHANNEL, ADMIN, "/results")


_WORDS = st.sampled_from(
    [
        "/results",
        "/responses",
        "/help",
        "nps",
        "csat",
        "after_call",
        "delivery",
        "by",
        "team",
        "agent",
        "channel",
        "language",
        "page",
        "2",
        "0",
        "support",
        "7d",
        "last",
        "week",
        "since",
        "q3",
        "q9",
        "2026-02-30",
        "..",
        "oct",
        '"',
        "“",
        ":",
        "by:",
        "team:",
        "\x00",
        "�",
        "@all",
        "/",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.one_of(_WORDS, st.text(max_size=6)), max_size=10).map(" ".join),
    )
)
def test_whatever_is_written_is_answered(text: str) -> None:
    staff_commands, _ = commands(responses=[response()])
    for line in (text, f"/results {text}", f"/responses {text}", f"/help {text}"):
        answer = asyncio.run(staff_commands.answer(CHANNEL, ADMIN, line))
        assert answer is not None
        assert 0 < len(answer.text) <= MOST_CHARACTERS
        answer.text.encode()

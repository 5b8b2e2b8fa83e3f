"""/compare: groups, periods and two values, each with a plain verdict."""

from datetime import date

import pytest

from tests.bot.commands.memory_store import Said, said, went
from tests.bot.commands.test_trend import ask

OCT = date(2026, 10, 10)


def team(name: str, promoters: int, detractors: int, **more: object) -> list[Said]:
    return [
        said("nps", 10, promoters, team=name, **more),
        said("nps", 2, detractors, team=name, **more),
    ]


async def test_groups_are_judged_against_all_the_others() -> None:
    rows = [*team("support", 60, 20), *team("sales", 20, 60), said("nps", 9, 2, team="tiny")]
    answer = await ask("/compare nps by team", *rows, *team("field", 6, 6))
    lines = answer.text.splitlines()
    assert lines[0] == "Compare · nps · by team · 23 Oct – 21 Nov 2026"
    assert "  support: +50 (+29…+67), n 80 · clearly better than the others" in lines
    assert "  sales: −50 (−67…−29), n 80 · clearly worse than the others" in lines
    assert "  tiny: hidden" in lines
    assert answer.image is not None


async def test_a_period_is_set_against_as_much_of_the_one_before() -> None:
    rows = [*team("support", 60, 20), *team("support", 25, 55, day=OCT)]
    rows += [went(200, "sent", "delivered"), went(80, "completed")]
    rows += [went(200, "sent", "delivered", day=OCT), went(78, "completed", day=OCT)]
    answer = await ask("/compare this month", *rows)
    assert answer.text.splitlines() == [
        "Compare · 1–21 Nov 2026 against 1–21 Oct 2026",
        "",
        "after_call: Your call with us",
        "NPS +50, n 80, against −38, n 80: clearly better (+88 points, 95 %: +57…+112)",
        "Response rate 40 % of 200, against 39 % of 200: no clear change (+1 point, 95 %: −9…+10)",
    ]  # fmt: skip


async def test_moved_channels_are_said() -> None:
    rows = [*team("support", 40, 20), *team("support", 20, 20, channel="voice")]
    rows += [*team("support", 50, 30, day=OCT)]
    answer = await ask("/compare nps this month", *rows)
    assert (
        "The channels changed: telegram 100 % → 60 %, voice 0 % → 40 % of the answers. "
        "A score may move with them." in answer.text
    )


async def test_two_periods_in_any_order_of_words() -> None:
    rows = [*team("support", 60, 20), *team("support", 25, 55, day=OCT)]
    first, *others = [
        (await ask(line, *rows)).text
        for line in (
            "/compare nps nov vs oct",
            "/compare nov vs oct nps",
            "/compare nov nps against oct",
            "/compare 1 nov..21 nov versus 1 oct..31 oct nps",
        )
    ]
    assert "against 1–31 Oct 2026" in first
    assert all(other == first for other in others)


async def test_two_channels_are_compared_with_the_mode_named() -> None:
    rows = [*team("support", 60, 20), *team("support", 25, 55, channel="voice")]
    rows += team("support", 25, 55, channel="email")
    answer = await ask("/compare nps telegram vs email", *rows)
    assert "channel telegram against email" in answer.text.splitlines()[0]
    assert "NPS +50, n 80, against −38, n 80: clearly better" in answer.text
    assert "These channels ask in different ways" in answer.text


@pytest.mark.parametrize(
    "line", ["support vs sales", "team support vs sales", "team support vs team sales"]
)
async def test_two_teams_are_compared(line: str) -> None:
    rows = [*team("support", 60, 20), *team("sales", 25, 55)]
    answer = await ask(f"/compare nps {line}", *rows)
    assert "NPS +50, n 80, against −38, n 80: clearly better" in answer.text
    assert "ask in different ways" not in answer.text


async def test_two_groups_that_hardly_differ_have_changed_nothing() -> None:
    rows = [*team("support", 41, 39), *team("sales", 39, 41)]
    answer = await ask("/compare nps support vs sales", *rows)
    assert "NPS +3, n 80, against −3, n 80: no clear difference (+5 points" in answer.text
    assert "change" not in answer.text


async def test_groups_then_and_now() -> None:
    rows = [*team("support", 60, 20), *team("support", 25, 55, day=OCT)]
    rows += [*team("sales", 40, 40), *team("sales", 41, 39, day=OCT)]
    answer = await ask("/compare nps by team nov vs oct", *rows)
    assert "  support: +50, n 80, against −38, n 80: clearly better" in answer.text
    assert "  sales: 0, n 80, against +3, n 80: no clear change" in answer.text
    assert "2 comparisons at once" in answer.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/compare nps support vs email", "I can't compare these."),
        ("/compare nov vs nov", "These are the same days."),
        ("/compare nps by week", "Write /trend by week."),
        ("/compare nps telegram vs emial", "Did you mean email?"),
        ("/compare nps", "No scores for nps to compare"),
    ],
)
async def test_what_cannot_be_compared_says_what_to_write(line: str, says: str) -> None:
    assert says in (await ask(line)).text


async def test_a_team_lead_cannot_compare_with_other_teams() -> None:
    rows = [*team("support", 60, 20), *team("sales", 25, 55)]
    answer = await ask("/compare nps team support vs team sales", *rows, who="3")
    assert "You can see support only." in answer.text
    assert "n 80" not in answer.text

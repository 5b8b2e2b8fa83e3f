"""/results by team, agent, channel or language."""

from dataclasses import replace

from surveys.channel_standing import ChannelStanding
from tests.bot.commands.memory_store import Said, said, went
from tests.bot.commands.office import CHANNEL, CONFIG, LEAD, MANAGER, ask, commands, hundred_calls


async def test_groups_are_compared_best_first_with_their_rates() -> None:
    rows = (
        *hundred_calls(),
        said("nps", 0, 30, team="billing"),
        said("nps", 10, 50, team="sales"),
        went(40, "sent", "delivered", "started", "completed", team="sales"),
        went(40, "sent", "delivered", team="sales"),
    )
    answer = await ask("/results nps by team", *rows)
    # sales: m = 50/53 ± 1.96 * sqrt((52/53 - m²) / 53) = 94 ± 8; billing: -30/33 gives -91 ± 13.
    # 110 promoters, 20 passives, 50 detractors of 180: +33.
    assert "NPS +33 (95 %: +20…+46), n 180\nGoal +50: not met" in answer.text
    groups = answer.text.partition("not met\n")[2].splitlines()
    assert groups == [
        "  sales: +100 (+86…+100), n 50, 50 % answered",
        "  support: +40 (+23…+54), n 100, 40 % answered",
        "  billing: −100 (−100…−78), n 30",
    ]
    assert answer.image is not None
    assert answer.image.alt.startswith("NPS by team +33; after_call")
    assert "support +40 (95 % interval 23.3 to 54.3), n 100" in answer.image.alt


async def test_low_is_good_for_effort_of_the_first_kind() -> None:
    def effort(value: int, team: str) -> Said:
        return Said(
            question="ces1",
            metric="ces1",
            version="ces-1.0",
            scale="1-5",
            value=str(value),
            n=9,
            team=team,
        )

    answer = await ask("/results by team", effort(1, "easy"), effort(5, "hard"))
    assert "CES 1.0 3 of 5 (low is good)" in answer.text
    assert answer.text.index("easy:") < answer.text.index("hard:")


async def test_small_groups_are_hidden_with_one_that_would_give_them_away() -> None:
    rows = (said("nps", 10, 90), said("nps", 0, 4, team="sales"), said("nps", 7, 8, team="billing"))
    answer = await ask("/results nps by team", *rows)
    assert "support: +100" in answer.text
    assert "  billing: hidden\n  sales: hidden" in answer.text
    assert (
        "Hidden: groups of fewer than 5 answers, and those that would give them away."
        in answer.text
    )
    assert answer.image is not None
    assert "sales hidden: too few answers" in answer.image.alt
    assert "n 4" not in answer.text + answer.image.alt
    assert "n 8" not in answer.text + answer.image.alt


async def test_hidden_groups_stand_last_whatever_their_names() -> None:
    rows = (said("nps", 0, 9, team="z"), said("nps", 0, 3, team="a"), said("nps", 0, 3, team="b"))
    answer = await ask("/results nps by team", *rows)
    assert "  z: −100 (−100…−41), n 9\n  a: hidden\n  b: hidden" in answer.text


async def test_rows_without_a_team_are_named_so() -> None:
    answer = await ask("/results nps by team", said("nps", 10, 9, team=""), said("nps", 9, 9))
    assert "(no team): +100" in answer.text


async def test_group_names_from_events_are_harmless() -> None:
    answer = await ask("/results nps by agent", said("nps", 10, 9, agent="@channel\n<b>"))
    assert "@\u200bchannel <b>: +100" in answer.text


async def test_groups_of_choices_and_numbers_have_no_picture() -> None:
    rows = [said("problem", "late", 6, survey="delivery"), said("minutes", 5, 6, survey="delivery")]
    answer = await ask("/results delivery by team", *rows)
    assert "minutes 6 answers\n  support: mean 5, n 6" in answer.text
    assert "problem 6 answers\n  support: n 6" in answer.text
    assert answer.image is None


async def test_by_channel_says_how_the_channels_stand_among_which_we_choose() -> None:
    key = ("after_call", "after_call")
    config = replace(CONFIG, best={key: ("email", "telegram"), ("gone", "x"): ("sms", "email")})
    staff_commands, store = commands(said("nps", 9, 20), config=config)
    store.standings = {key: {"telegram": ChannelStanding(80, 41), "email": ChannelStanding()}}
    answer = await staff_commands.answer(CHANNEL, MANAGER, "/results by channel")
    assert answer and answer.text.endswith(
        "Chosen by what people answer best on:\n"
        "  after_call: telegram 41 of 80 (51 %), email 0 of 0"
    )
    plain = await staff_commands.answer(CHANNEL, MANAGER, "/results")
    limited = await staff_commands.answer(CHANNEL, LEAD, "/results by channel")
    assert plain and limited and "Chosen by" not in plain.text + limited.text

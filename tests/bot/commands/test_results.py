"""/results: counted by hand, and worded as staff read it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.commands.context import StaffConfig
from bot.commands.results import COMPANY_CSAT
from surveys.question import Kind, Question
from surveys.survey import Survey
from tests.bot.commands.memory_store import Said, said, went
from tests.bot.commands.office import CONFIG, SURVEYS, ask, hundred_calls

PNG = b"\x89PNG\r\n\x1a\n"


async def test_nps_is_what_a_hand_count_gives() -> None:
    # 60 promoters - 20 detractors of 100 = +40. Smoothed: p = 61/103, d = 21/103, m = p - d,
    # 1.96 * sqrt((p + d - m²) / 103) = 15.5 points around 38.8: +23…+54.
    # Wilson for 100 of 250: 34.1 to 46.2 %.
    answer = await ask("/results nps", *hundred_calls())
    assert answer.text.splitlines() == [
        "Results · nps · 23 Oct – 21 Nov 2026",
        "",
        "after_call: Your call with us",
        (
            "100 of 250 delivered answered, 40 % (95 %: 34–46); 10 began and did not finish; "
            "10 sent and not delivered."
        ),
        "",
        "NPS +40 (95 %: +23…+54), n 100",
        "Goal +50: not met",
        "\u20070 ██▌ 10",
        "\u20071 0",
        "\u20072 0",
        "\u20073 0",
        "\u20074 0",
        "\u20075 0",
        "\u20076 ██▌ 10",
        "\u20077 █▎ 5",
        "\u20078 ███▊ 15",
        "\u20079 █████ 20",
        "10 ██████████ 40",
        "Detractors 20 %, passives 20 %, promoters 60 %",
    ]


async def test_one_metric_comes_with_the_picture_of_its_distribution() -> None:
    answer = await ask("/results nps", *hundred_calls())
    assert answer.image is not None
    assert answer.image.png.startswith(PNG)
    assert answer.image.alt == (
        "NPS +40; after_call · 23 Oct – 21 Nov 2026; 95 %: +23…+54; 100 answers; Response rate "
        "40 %; Goal +50: not met. Answers by value: 0: 10, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 10, "
        "7: 5, 8: 15, 9: 20, 10: 40. Detractors 20 %, Passives 20 %, Promoters 60 %."
    )


async def test_csat_is_a_share_with_its_count_and_the_mean_apart() -> None:
    counts = {1: 4, 2: 6, 3: 8, 4: 40, 5: 70}
    answer = await ask("/results csat", *(said("csat", v, n) for v, n in counts.items()))
    # 110 of 128 = 85.9 %; mean (4 + 12 + 24 + 160 + 350) / 128 = 4.30.
    assert "CSAT 86 % satisfied (110 of 128 gave 4–5), mean 4.3, 95 %: 79…91 %" in answer.text
    assert "Goal 85 %: met" in answer.text


async def test_the_threshold_of_the_survey_counts() -> None:
    strict = Survey(
        id="after_call",
        questions=(
            Question(
                id="csat",
                kind=Kind.RATING,
                wording="csat",
                metric_id="csat",
                scale_id="1-5",
                satisfied=5,
            ),
        ),
        languages=("en",),
        version="v2",
    )
    config = StaffConfig(surveys={"after_call": strict}, staff=CONFIG.staff, timezone="UTC")
    answer = await ask("/results csat", said("csat", 5, 5), said("csat", 4, 5), config=config)
    assert "CSAT 50 % satisfied (5 of 10 gave 5)" in answer.text


async def test_ces_is_a_mean_with_the_share_that_found_it_easy() -> None:
    answer = await ask("/results ces", said("ces", 2, 4), said("ces", 6, 10), said("ces", 7, 6))
    # mean (8 + 60 + 42) / 20 = 5.5; squares sum to 65, sd = sqrt(65 / 19) = 1.85, and with
    # t(19) = 2.093 the half-width is 2.093 * 1.85 / sqrt(20) = 0.87; 16 of 20 gave 5 to 7.
    assert "CES 5.5 of 7 (95 %: 4.6…6.4), n 20; 80 % gave 5–7" in answer.text
    assert "Hard 20 %, neutral 0 %, easy 80 %" in answer.text


async def test_thumbs_choices_and_comments() -> None:
    thumbs = await ask(
        "/results helpful",
        said("thumbs", 1, 9, survey="helpful"),
        said("thumbs", 0, 3, survey="helpful"),
    )
    assert "Thumbs 75 % up (9 of 12), 95 %: 47…91 %" in thumbs.text
    assert "down ███▍ 3\nup ██████████ 9" in thumbs.text
    rows = (
        said("problem", "late", 5, survey="delivery"),
        said("problem", "broken", 3, survey="delivery"),
        said("comment", "", 34, survey="delivery"),
    )
    choices = await ask("/results delivery", *rows)
    assert (
        "problem: 8 answers\nIt came late ██████████ 5 (63 %)\nIt was broken ██████ 3 (38 %)"
        in choices.text
    )
    assert "comment: 34 answers, see /responses delivery" in choices.text
    assert choices.image is not None
    assert "It came late: 5, It was broken: 3" in choices.image.alt


async def test_numbers_have_a_mean_and_ends() -> None:
    rows = [said("minutes", value, survey="delivery") for value in (5, 10, 15, 20, 100)]
    answer = await ask("/results delivery", *rows)
    assert "minutes: mean 30 (95 %:" in answer.text
    assert "from 5 to 100, n 5" in answer.text


async def test_populations_and_scales_stay_apart_with_their_names() -> None:
    rows = (
        said("nps", 10, 10),
        said("nps", 0, 10, population="user"),
        said("csat", 5, 6),
        said("csat", 7, 6, scale="1-7"),
        said("ces", 7, 6),
        said("ces", 7, 6, version="ces-2.1"),
    )
    answer = await ask("/results after_call", *rows)
    for block in (
        "NPS +100 (",
        "NPS, users −100 (",
        "CSAT on 1-5 100 %",
        "CSAT on 1-7 100 %",
        "CES (ces-2.0) 7 of 7",
        "CES (ces-2.1) 7 of 7",
    ):
        assert block in answer.text


async def test_nothing_is_said_of_what_did_not_happen() -> None:
    all_answered = went(9, "sent", "delivered", "started", "completed")
    answer = await ask("/results nps", said("nps", 9, 9), all_answered)
    assert "9 of 9 delivered answered, 100 % (95 %: 70–100).\n" in answer.text


async def test_four_answers_are_too_few_and_five_are_not() -> None:
    four = await ask("/results nps", said("nps", 10, 4))
    assert "NPS · fewer than 5 answers: hidden" in four.text
    assert four.image is None
    five = await ask("/results nps", said("nps", 10, 5))
    assert "NPS +100" in five.text


async def test_many_results_are_drawn_in_one_line_each() -> None:
    rows = [said(q, 1, 6) for q in ("nps", "csat", "ces")]
    rows += [said("nps", 10, 12), said("thumbs", 1, 6, survey="helpful")]
    answer = await ask("/results", *rows)
    assert "0 ·▅········█ 10" in answer.text
    assert answer.text.index("after_call") < answer.text.index("helpful")


async def test_weights_are_respected_and_said() -> None:
    rows = (said("csat", 5, 10, weight=10.0), said("csat", 1, 10, weight=1.0))
    answer = await ask("/results csat", *rows)
    # 100 of 110 by weight = 91 %; as sure as 110² / (10 * 100 + 10) = 12 answers.
    assert "CSAT 91 % satisfied (10 of 20 gave 4–5)" in answer.text
    assert "Weighted by sampling: as sure as 12 answers" in answer.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "/results nps",
            "No answers yet for nps in 23 Oct – 21 Nov 2026; 12 asked, 0 answered. Try /results nps 90d.",
        ),
        (
            "/results 2026-09",
            "No answers yet in 1–30 Sep 2026; 0 asked, 0 answered. Try /results 90d.",
        ),
        (
            "/results 120d thumbs",
            "No answers yet for thumbs in 25 Jul – 21 Nov 2026; 0 asked, 0 answered.",
        ),
        (
            "/results team suport",
            "No answers yet in 23 Oct – 21 Nov 2026; 0 asked, 0 answered. I know no team 'suport'. Did you mean support?",
        ),
    ],
)
async def test_nothing_yet_is_said_kindly(line: str, says: str) -> None:
    answer = await ask(line, went(12, "sent", "delivered"))
    assert answer.text.partition("\n\n")[2] == says
    assert answer.image is None


async def test_answers_to_an_anonymous_survey_are_said_to_come_later() -> None:
    surveys = {**SURVEYS, "helpful": replace(SURVEYS["helpful"], anonymous=True)}
    config = replace(CONFIG, surveys=surveys)
    rows = went(4, "sent", "delivered", "completed", survey="helpful")
    answer = await ask("/results helpful", rows, config=config)
    assert (
        "4 asked, 4 answered. Those to anonymous surveys come five or more at once" in answer.text
    )
    assert "Try" not in answer.text
    answer = await ask("/results", rows, said("nps", 9, 9), config=config)
    assert "No answers yet. Those to anonymous surveys come five" in answer.text


async def test_a_survey_that_was_asked_and_not_answered_is_shown() -> None:
    answer = await ask("/results", said("nps", 9, 9), went(3, "sent", survey="delivery"))
    assert "delivery\n3 invitations sent, none delivered yet.\nNo answers yet." in answer.text


async def test_one_invitation_is_one() -> None:
    answer = await ask("/results", said("nps", 9, 9), went(1, "sent", survey="delivery"))
    assert "1 invitation sent, none delivered yet." in answer.text


async def test_answers_to_a_survey_no_longer_configured_are_shown() -> None:
    answer = await ask("/results", said("nps", 9, 9, survey="gone"))
    assert "gone\n\nNPS +100" in answer.text


@pytest.mark.parametrize(
    ("line", "shown", "left_out"),
    [
        ("/results nps channel email", "+100", "−100"),
        ("/results nps agent Liisa", "+100", "−100"),
        ("/results nps team sales", "+100", "−100"),
        ("/results nps language en", "+100", "−100"),
        ("/results nps since 2026-11-15", "+100", "−100"),
    ],
)
async def test_every_filter_reaches_the_store(line: str, shown: str, left_out: str) -> None:
    wanted = said(
        "nps",
        10,
        6,
        channel="email",
        agent="Liisa",
        team="sales",
        language="en",
        day=date(2026, 11, 20),
    )
    answer = await ask(line, wanted, said("nps", 0, 30))
    assert f"NPS {shown}" in answer.text
    assert f"NPS {left_out}" not in answer.text


@pytest.mark.parametrize(
    ("row", "worded"),
    [
        (
            Said(question="problems", metric="problems", version="problems-1", scale="yes-no"),
            "problems 75 % had problems (9 of 12 said yes), 95 %: 47…91 %",
        ),
        (
            Said(question="csat", metric="csat", version="csat-top-box", scale="yes-no"),
            "CSAT 75 % satisfied (9 of 12 said yes), 95 %: 47…91 %",
        ),
        (
            Said(question="price", metric="driver", version="driver-1", scale="faces"),
            "price 75 % satisfied (9 of 12 gave 3), mean 2.5, 95 %: 47…91 %",
        ),
    ],
)
async def test_each_share_has_its_words(row: Said, worded: str) -> None:
    high, low = ("3", "1") if row.scale == "faces" else ("1", "0")
    answer = await ask("/results", replace(row, value=high, n=9), replace(row, value=low, n=3))
    assert worded in answer.text


async def test_too_few_answers_have_no_interval() -> None:
    config = replace(CONFIG, minimum=1)
    answer = await ask("/results ces", said("ces", 7), config=config)
    assert "CES 7 of 7 (too few answers for an interval), n 1; 100 % gave 5–7" in answer.text
    groups = await ask("/results ces by team", said("ces", 7), config=config)
    assert "  support: 7, n 1" in groups.text
    assert groups.image is not None
    assert groups.image.alt.endswith("By group: support 7, n 1.")


async def test_pages_are_for_responses() -> None:
    assert "/results has no pages" in (await ask("/results page 2")).text


async def test_the_text_always_fits_one_message() -> None:
    many = {f"survey_{i}": SURVEYS["after_call"] for i in range(60)}
    config = StaffConfig(surveys=many, staff=CONFIG.staff, timezone="UTC")
    rows = [said(q, 5, 9, survey=name) for name in many for q in ("nps", "csat", "ces")]
    answer = await ask("/results", *rows, config=config)
    assert len(answer.text) <= 4000
    assert "more do not fit. Name a survey or metric." in answer.text
    by_agent = await ask(
        "/results nps by agent",
        *(said("nps", i % 11, 9, agent=f"{i} {'x' * 300}") for i in range(200)),
    )
    assert len(by_agent.text) <= 4000
    assert "and 180 more" in by_agent.text


async def test_csat_of_everything_at_once_is_no_score_of_the_company() -> None:
    rows = (said("csat", 5, 20), said("csat", 5, 20, survey="delivery"))
    assert COMPANY_CSAT in (await ask("/results csat", *rows)).text
    assert COMPANY_CSAT not in (await ask("/results csat delivery", *rows)).text
    assert COMPANY_CSAT not in (await ask("/results csat team support", *rows)).text
    assert COMPANY_CSAT not in (await ask("/results", rows[0])).text

"""What follows a score: the band, and the wording of the comment."""

from datetime import UTC, datetime

import pytest

from surveys.bands import answered_metric, comment_wording, first_scored, response_band, worded
from surveys.metric import Band
from surveys.preset import PRESETS
from surveys.response import Answer, Response
from surveys.survey import Survey
from surveys.wording import bank_text
from tests.surveys.bank import CODES, language

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HELPFUL = Survey(
    id="helpful",
    questions=tuple(PRESETS[name] for name in ("thumbs", "comment", "panel")),
    languages=("en",),
    version="v",
)


def said(**values: float) -> Response:
    answers = tuple(
        Answer(question_id=name, wording=name, language="en", channel="web", at=NOW, value=value)
        for name, value in values.items()
    )
    return Response(
        invitation_id=1,
        contact_id=1,
        survey="helpful",
        survey_version="v",
        started_at=NOW,
        answers=answers,
    )


@pytest.mark.parametrize(
    ("value", "band", "wording"), [(0, Band.LOW, "comment.help"), (1, Band.HIGH, "comment.high")]
)
def test_a_thumb_down_asks_how_we_can_help(value: int, band: Band, wording: str) -> None:
    response = said(thumbs=value)
    assert response_band(HELPFUL, response) is band
    assert answered_metric(HELPFUL, response) == "thumbs"
    assert worded(HELPFUL, PRESETS["comment"], response).wording == wording


def test_other_scores_ask_what_went_wrong() -> None:
    assert comment_wording("nps", Band.LOW) == "comment.low"
    assert comment_wording("csat", Band.MIDDLE) == "comment.middle"


@pytest.mark.parametrize("code", CODES)
def test_help_is_asked_in_every_language(code: str) -> None:
    asked = worded(HELPFUL, PRESETS["comment"], said(thumbs=0))
    assert bank_text(language(code), asked) == language(code).questions["comment.help"]


def test_an_interview_is_no_opinion() -> None:
    alone = Survey(id="p", questions=(PRESETS["panel"],), languages=("en",), version="v")
    assert first_scored(alone) is None
    assert response_band(alone, said(panel=0)) is None
    assert answered_metric(alone, said(panel=1)) == ""
    first = first_scored(HELPFUL)
    assert first and first.id == "thumbs"


def test_nothing_scored_is_no_band() -> None:
    assert response_band(HELPFUL, None) is None
    assert worded(HELPFUL, PRESETS["comment"], None).wording == "comment"
    assert worded(HELPFUL, PRESETS["thumbs"], said(thumbs=0)).wording == "thumbs"

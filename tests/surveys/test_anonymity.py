"""Parting: whatever is left on an answer, enough others share it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.anonymity import LEAST, coarsen, part
from surveys.event import Interaction
from surveys.response import Answer, Response

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = ("trigger", "language", "channel", "version", "team")


def _cell(values: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(NAMES, values, strict=True))


cells = st.tuples(*(st.sampled_from(["a", "b", "c"]) for _ in NAMES)).map(_cell)


@given(st.lists(cells, min_size=LEAST, max_size=60))
def test_every_cell_has_enough_in_it(given_cells: list[dict[str, str]]) -> None:
    coarse = coarsen(given_cells)
    assert len(coarse) == len(given_cells)
    kinds = Counter(tuple(cell.values()) for cell in coarse)
    assert min(kinds.values()) >= LEAST
    for before, after in zip(given_cells, coarse, strict=True):
        assert all(after[name] in ("", before[name]) for name in NAMES)


@given(st.lists(cells, min_size=LEAST, max_size=60), st.sets(st.sampled_from(NAMES)))
def test_no_two_sums_differ_by_a_few(given_cells: list[dict[str, str]], asked: set[str]) -> None:
    """Whatever two filters somebody asks with, what only one of them finds is nobody or enough."""
    coarse = coarsen(given_cells)
    for wanted in coarse:
        found = {n for n, c in enumerate(coarse) if all(c[name] == wanted[name] for name in asked)}
        for name in NAMES:
            fewer = {n for n in found if coarse[n][name] == wanted[name]}
            assert len(found - fewer) == 0 or len(found - fewer) >= LEAST


def test_nothing_is_taken_off_that_enough_share() -> None:
    same = [_cell(("t", "fi", "web", "v", "north"))] * LEAST
    assert coarsen(same) == same


def test_what_one_alone_has_goes_first_where_it_matters_least() -> None:
    usual = [_cell(("t", "fi", "web", "v", "north"))] * (2 * LEAST)
    odd = _cell(("t", "hr", "web", "v", "north"))
    coarse = coarsen([*usual, odd])
    assert coarse[-1]["language"] == ""
    assert Counter(c["team"] for c in coarse)["north"] >= LEAST


def _response(number: int, **given: Any) -> Response:
    about = Interaction(id=f"c-{number}", agent=f"agent-{number}", team="north", line="sales")
    at = NOW + timedelta(minutes=number)
    said = Answer(
        question_id="nps", wording="nps", language="fi", channel="sms", at=at, value=9, revision=3
    )
    return Response(
        **{
            "invitation_id": number,
            "contact_id": 100 + number,
            "survey": "call",
            "survey_version": "v1",
            "started_at": at,
            "completed_at": at,
            "language": "fi",
            "channel": "sms",
            "trigger": "after_call",
            "weight": float(number),
            "interaction": about,
            "answers": (said,),
            "anonymous": True,
            **given,
        }
    )


def test_what_has_parted_says_nothing_of_whose_it_was() -> None:
    parted = part([_response(n) for n in range(1, 6)], range(900, 905), NOW)
    assert {replace(r, invitation_id=0) for r in parted} == {replace(parted[0], invitation_id=0)}
    (one,) = {replace(r, invitation_id=0) for r in parted}
    assert (one.contact_id, one.weight, one.started_at) == (0, 3.0, NOW)
    assert one.interaction == Interaction(team="north")
    assert [r.invitation_id for r in parted] == [900, 901, 902, 903, 904]
    assert one.answers[0].at == NOW and one.answers[0].revision == 1


def test_few_do_not_part() -> None:
    with pytest.raises(ValueError, match="4 answers"):
        part([_response(n) for n in range(4)], range(4), NOW)

from datetime import timedelta

import pytest

from surveys.span import spell_span


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(hours=4), "4 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, hours=12), "1 day 12 hours"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(weeks=2), "14 days"),
        (timedelta(days=1200), "1,200 days"),
        (timedelta(seconds=45), "45 seconds"),
        (timedelta(hours=2, minutes=1, seconds=5), "2 hours 1 minute"),
        (timedelta(), "no time"),
    ],
)
def test_a_span_is_said_in_plain_words(span: timedelta, said: str) -> None:
    assert spell_span(span) == said

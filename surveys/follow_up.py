"""Follow-ups: what a rule still says of an invitation once it is planned."""

from dataclasses import dataclass, field
from datetime import timedelta

from surveys.condition import Condition
from surveys.question import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Whether it is still to be asked, and what is done about silence.

    ``only_if`` must hold each time a question is about to be sent. Where nobody answers: remind
    ``times`` times, each ``remind_after`` the last message, over ``remind_via`` ("" for the channel
    it was asked on), in the marketer's own ``text`` if any; and turn to the next channel of ``via``
    after ``fallback_after``. None for never.
    """

    remind_after: timedelta | None = None
    times: int = 1
    remind_via: str = ""
    text: Text = field(default_factory=dict)
    fallback_after: timedelta | None = None
    only_if: Condition | None = None

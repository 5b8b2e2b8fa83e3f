"""Channel standings: how people answered on each channel, among whom a choice is to be made."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """``answered`` of ``asked`` on one channel. Both are counted once people had time to answer."""

    asked: int = 0
    answered: int = 0


Standings = Mapping[str, ChannelStanding]
"""By channel; those on which nobody was asked are left out."""

Audience = tuple[str, str]
"""Those whose answers are counted together: a survey, and the trigger, campaign or milestone that
starts it.
"""

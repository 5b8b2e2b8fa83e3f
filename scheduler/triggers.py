"""Triggers: which event starts a survey, and the reason where it does not."""

from dataclasses import dataclass
from datetime import timedelta

from surveys.condition import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One rule: event + conditions -> survey.

    ``every`` takes each nth matching event, counted ``per`` "" (the whole trigger), "line",
    "agent", "team" or "customer"; ``percent`` (0 < p ≤ 100) takes a stable share instead.
    ``daily_max`` caps invitations a day. ``wait`` delays the asking, ``max_age`` refuses old events,
    ``expires`` closes the survey that long after asking.
    """

    name: str
    event: str
    survey: str
    via: tuple[str, ...]
    all_channels: bool = False
    condition: Condition | None = None
    every: int = 1
    per: str = ""
    percent: float = 100.0
    daily_max: int | None = None
    wait: timedelta = timedelta(0)
    max_age: timedelta = timedelta(days=1)
    expires: timedelta = timedelta(days=7)

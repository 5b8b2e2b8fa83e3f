"""Slips: what somebody probably meant who mistyped it, or wrote in their own language. Pure."""

from collections.abc import Mapping
from difflib import get_close_matches

PERIODS = (
    "today",
    "yesterday",
    *(f"this {unit}" for unit in ("week", "month", "quarter", "year")),
    *(f"last {unit}" for unit in ("week", "month", "quarter", "year")),
)
"""Periods that have a name."""

_ELSEWHERE: Mapping[str, str] = {
    "tänään": "today",
    "eilen": "yesterday",
    "viikko": "this week",
    "tämä viikko": "this week",
    "tällä viikolla": "this week",
    "viime viikko": "last week",
    "viime viikolla": "last week",
    "tämä kuukausi": "this month",
    "tässä kuussa": "this month",
    "viime kuukausi": "last month",
    "viime kuussa": "last month",
    "tänä vuonna": "this year",
    "viime vuonna": "last year",
    "heute": "today",
    "gestern": "yesterday",
    "diese woche": "this week",
    "letzte woche": "last week",
    "dieser monat": "this month",
    "diesen monat": "this month",
    "letzter monat": "last month",
    "letzten monat": "last month",
    "dieses jahr": "this year",
    "letztes jahr": "last year",
    "danas": "today",
    "jučer": "yesterday",
    "ovaj tjedan": "this week",
    "prošli tjedan": "last week",
    "ovaj mjesec": "this month",
    "prošli mjesec": "last month",
    "ove godine": "this year",
    "prošle godine": "last year",
    "šodien": "today",
    "vakar": "yesterday",
    "šonedēļ": "this week",
    "pagājušā nedēļa": "last week",
    "pagājušajā nedēļā": "last week",
    "šomēnes": "this month",
    "pagājušajā mēnesī": "last month",
    "šogad": "this year",
    "pagājušajā gadā": "last year",
    "previous week": "last week",
    "previous month": "last month",
    "current week": "this week",
    "current month": "this month",
}
"""How colleagues of other languages begin to write one."""

KEYS_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("tiimi", "tiimin", "tim", "komanda"), "team"),
    **dict.fromkeys(("kanava", "kanal", "kanāls"), "channel"),
    **dict.fromkeys(("kysely", "umfrage", "anketa", "aptauja"), "survey"),
    **dict.fromkeys(("kieli", "sprache", "jezik", "valoda"), "language"),
    **dict.fromkeys(("viikoittain", "wöchentlich", "tjedno"), "weekly"),
}
"""What colleagues of other languages call what answers are grouped and limited by."""

_NEAR = 0.78
"""Share of letters in common: "lst week" is near "last week", "least" is near nothing."""


def near_period(written: str) -> str:
    """Give the named period nearest to what was written, "" where none is near."""
    known = {name: name for name in PERIODS} | dict(_ELSEWHERE)
    near = get_close_matches(written.casefold(), known, n=1, cutoff=_NEAR)
    return known[near[0]] if near else ""

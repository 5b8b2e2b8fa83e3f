"""Keys: every key of config.yaml, described once. The editors' schema, the hints of `check` and the
tables of docs/config.md are made from these tables.
"""

from collections.abc import Mapping

from bot.config.keys.asking import CARDS, PUBLIC, QUESTION, SURVEY
from bot.config.keys.file import CHANNEL, RETENTION, ROOT, SERVICE, STAFF
from bot.config.keys.key import Key
from bot.config.keys.restraint import CONSENT, LIMIT, LIMITS, THROTTLE
from bot.config.keys.starting import (
    AUDIENCE,
    CAMPAIGN,
    FALLBACK,
    JOURNEY,
    MILESTONE,
    REMIND,
    TRIGGER,
)
from bot.config.keys.telling import ALERT, CASE, RECOVERY, REPORT, WEBHOOK

__all__ = ["CHANNEL", "HOMES", "ROOT", "SECTIONS", "Key", "table"]

SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "webhook": WEBHOOK,
    "root": ROOT,
    "service": SERVICE,
    "channel": CHANNEL,
    "staff": STAFF,
    "survey": SURVEY,
    "public": PUBLIC,
    "question": QUESTION,
    "trigger": TRIGGER,
    "alert": ALERT,
    "case": CASE,
    "recovery": RECOVERY,
    "report": REPORT,
    "cards": CARDS,
    "journey": JOURNEY,
    "milestone": MILESTONE,
    "campaign": CAMPAIGN,
    "audience": AUDIENCE,
    "retention": RETENTION,
    "remind": REMIND,
    "fallback": FALLBACK,
    "throttle": THROTTLE,
    "limit": LIMIT,
    "limits": LIMITS,
    "consent": CONSENT,
}
"""Section -> key -> what it means. A section's name is not written in the file."""

HOMES: Mapping[str, str] = {
    "root": "at the left edge of the file",
    "service": "under service:",
    "survey": "in a survey",
    "trigger": "in a trigger",
    "journey": "in a journey",
    "milestone": "in a milestone",
    "campaign": "in a campaign",
    "throttle": "under throttle:",
    "limits": "under limits:",
}
"""Section -> where in the file its keys are written, in a marketer's words."""


def table(section: str) -> str:
    """Give a section's keys as a Markdown table, for docs/config.md."""
    rows = ["| Key | Meaning | Example | Default |", "|---|---|---|---|"]
    for name, key in SECTIONS[section].items():
        default = "**required**" if key.required else key.default
        example = key.example.replace("|", "\\|")
        rows.append(f"| `{name}` | {key.doc} | `{example}` | {default} |")
    return "\n".join(rows)

"""The page: a plan as one HTML file that needs nothing else, works without scripts, and may be
mailed to a colleague: people are numbers in it.
"""

from pathlib import Path
from typing import TextIO

from markupsafe import Markup

from bot.plan.facts import Facts
from bot.templates import open_templates

_HERE = Path(__file__).parent
_JINJA = open_templates(_HERE)
_JINJA.filters["thousands"] = "{:,}".format
_TEMPLATE = _JINJA.get_template("page.html")
REASONS = 20


def write_page(facts: Facts, out: TextIO) -> None:
    """Write a plan as a page."""
    forecast = facts.forecast
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    by_day = forecast.by("day")
    text = _TEMPLATE.render(
        facts=facts,
        forecast=forecast,
        style=Markup(style),  # noqa: S704 - our own file
        channels=forecast.channels(),
        by_day=by_day,
        by_channel=forecast.by("day", "channel"),
        busiest=max(by_day.values(), default=1),
        by_rule=forecast.by("rule", "kind"),
        reasons=[
            (title, [(one, n) for one, n in forecast.turned.most_common() if one.verdict == name])
            for name, title in (("hold", "Held back, and why"), ("skip", "Left out, and why"))
        ],
        most_reasons=REASONS,
        shares=sorted(forecast.shares().items()),
    )
    out.write(text)

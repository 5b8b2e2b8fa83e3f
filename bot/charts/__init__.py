"""Charts: PNG pictures of a report, readable on a phone, the same bytes on every machine."""

from bot.charts.canvas import Theme
from bot.charts.distribution import distribution_chart
from bot.charts.groups import groups_chart
from bot.charts.pictures import Bar, Distribution, Dot, Groups, Heading, Part, Point, Trend
from bot.charts.trend import trend_chart

__all__ = [
    "Bar",
    "Distribution",
    "Dot",
    "Groups",
    "Heading",
    "Part",
    "Point",
    "Theme",
    "Trend",
    "distribution_chart",
    "groups_chart",
    "trend_chart",
]

"""What is on a picture: its shapes and its words."""

from lxml import etree

from bot.charts import (
    Heading,
)
from bot.charts.canvas import Canvas

HEADING = Heading(
    title="NPS",
    subtitle="after_call · 1–30 Nov 2026",
    score="+44",
    facts=("95 %: +31…+53", "128 answers · response rate 38 %", "Goal +50: not met"),
)


def shapes(canvas: Canvas, name: str) -> list[etree._Element]:
    return list(etree.fromstring(canvas.svg().encode()).iter(f"{{*}}{name}"))


def texts(canvas: Canvas) -> list[str]:
    return [shape.text or "" for shape in shapes(canvas, "text")]

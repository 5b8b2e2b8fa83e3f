"""Pictures are painted beside the service: the same ones, while everybody else is served."""

import time

import pytest

from bot.charts import distribution_chart
from bot.charts.painting import Painter, aside, paint
from tests.bot.test_charts import NPS

WANTED = {"svg_string": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"}


async def test_pictures_are_painted_with_hardly_any_of_our_own_time() -> None:
    here = distribution_chart(NPS)
    assert await aside(distribution_chart, NPS) == here  # the painter is started
    began = time.process_time()
    for _ in range(3):
        distribution_chart(NPS)
    painted = time.process_time()
    for _ in range(3):
        await aside(distribution_chart, NPS)
    # What resvg computes here, nobody else is served in, whichever thread it is.
    assert time.process_time() - painted < (painted - began) / 3


async def test_a_fault_of_the_work_is_told_and_the_mark_is_gone_afterwards() -> None:
    with pytest.raises(ValueError, match="root node"):
        await aside(paint, {"svg_string": "<svg"})
    with pytest.raises(ValueError, match="root node"):
        paint({"svg_string": "<svg"})


def test_a_painter_that_died_is_replaced() -> None:
    painter = Painter()
    try:
        first = painter.paint(WANTED)
        assert first == paint(WANTED)
        assert first.startswith(b"\x89PNG")
        killed = painter.process
        assert killed is not None
        killed.kill()
        killed.wait()
        assert painter.paint(WANTED) == first
        assert painter.process is not killed
    finally:
        painter.close()
    assert painter.process is None


async def test_where_no_process_can_be_started_pictures_are_painted_here(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_painter: Painter, _wanted: object) -> bytes:
        raise OSError("no more processes")

    monkeypatch.setattr(Painter, "paint", refuse)
    assert (await aside(paint, WANTED)).startswith(b"\x89PNG")
    assert "painted here: no more processes" in caplog.text

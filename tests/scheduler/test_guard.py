"""The guard inside one batch and over several: held, judged again, cleared, released."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.release import release_press
from surveys.compose import payload
from surveys.inbound import Replied, Viewed
from surveys.report import Filter
from surveys.scanner import HeldPress, Origin, Press, Reason, Sighting
from tests.scheduler.spine import START, Spine, a_spine

SECOND = timedelta(seconds=1)
DAYS = Filter(since=START.date() - timedelta(days=9), until=START.date() + timedelta(days=400))


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path) as made:
        await made.invite()
        await made.dispatch()
        yield made


def pressed(
    spine: Spine,
    value: object = 9,
    *,
    age: float = 0,
    question: str = "nps",
    origin: Origin = Origin.OPENED,
    name: str = "",
    text: str = "",
) -> Replied:
    press = Press(issued_at=spine.now - timedelta(seconds=age), origin=origin, hints=("bare",))
    source = spine.source("", "web")
    source["event_id"] = name or source["event_id"]
    payloads = (payload(spine.token(1), question, str(value)),)
    return Replied(**source, payloads=payloads, press=press, text=text)


def opened(spine: Spine, value: object) -> Viewed:
    sighting = Sighting(link=f"nps.{value}")
    return Viewed(**spine.source("", "web"), token=spine.token(1), sighting=sighting)


async def held(spine: Spine) -> list[HeldPress]:
    return [press for press, _ in await spine.store.list_held(DAYS, 50, 0)]


async def score(spine: Spine) -> float | None:
    response = (await spine.conversation(1)).response
    answer = response.answer("nps") if response else None
    return answer.value if answer else None


async def test_what_is_held_is_whole_and_counts_nowhere(spine: Spine) -> None:
    ((page,),) = await spine.hear(pressed(spine, 3))
    assert (page.question_id, page.origin) == ("nps", Origin.AGAIN)
    assert page.notice.startswith("Please wait")
    (press,) = await held(spine)
    assert (press.question_id, press.metric_id, press.values) == ("nps", "nps", ("3",))
    assert (press.reason, press.hints, press.at) == (Reason.TOO_FAST, ("bare",), spine.now)
    await spine.dispatch()
    assert await score(spine) is None
    assert spine.lines("telegram", "777") == []
    assert await spine.store.recount() == []


async def test_a_press_and_its_double_in_one_batch(spine: Spine) -> None:
    both = [pressed(spine, 3, name="same"), pressed(spine, 3, name="same")]
    said = await spine.hear(*both)
    assert [page.origin for (page,) in said] == [Origin.AGAIN, Origin.AGAIN]
    assert [press.presses for press in await held(spine)] == [2]
    ((page,),) = await spine.hear(pressed(spine, 3, name="same", age=2))
    assert (page.question_id, page.origin) == ("csat", Origin.VOUCHED)
    ((page,),) = await spine.hear(pressed(spine, 3, name="same"))
    assert page.question_id == "csat", "a repeat of what counted is not judged again"
    assert await held(spine) == []
    assert await score(spine) == 3


async def test_an_old_press_that_comes_again_is_not_judged_again(spine: Spine) -> None:
    await spine.hear(pressed(spine, 3, age=2, name="old"))
    spine.now += SECOND
    await spine.hear(pressed(spine, 8, age=2))
    ((page,),) = await spine.hear(pressed(spine, 3, name="old"))
    assert (page.question_id, page.notice) == ("csat", "")
    assert (await score(spine), await held(spine)) == (8, [])


async def test_in_one_batch_the_last_word_stands(spine: Spine) -> None:
    await spine.hear(pressed(spine, 1), pressed(spine, 9, age=2))
    assert (await score(spine), await held(spine)) == (9, [])
    spine.now += SECOND
    await spine.hear(pressed(spine, 8, age=2), pressed(spine, 1))
    assert await score(spine) == 8
    assert [press.values for press in await held(spine)] == [("1",)]


async def test_links_opened_in_the_same_batch_count_at_once(spine: Spine) -> None:
    await spine.hear(opened(spine, 9), opened(spine, 8), pressed(spine, 9, age=2))
    assert [press.reason for press in await held(spine)] == [Reason.ALL_LINKS]
    spine.now += 60 * SECOND
    await spine.hear(opened(spine, 9), pressed(spine, 9, age=4))
    assert (await score(spine), await held(spine)) == (9, [])


async def test_what_records_nothing_is_not_held(spine: Spine) -> None:
    await spine.hear(pressed(spine, "nonsense"))
    await spine.hear(pressed(spine, "9", question="gone"))
    spine.now += timedelta(days=400)
    await spine.hear(pressed(spine))
    assert await held(spine) == []
    assert (await spine.store.counts())["cards"] == 0


async def test_chats_are_not_judged(spine: Spine) -> None:
    await spine.hear(spine.press("1001", "9"))
    assert await score(spine) == 9


async def release(spine: Spine, number: int) -> bool:
    return await release_press(spine.store, lambda: spine.rules, spine.intake, number)


async def test_a_release_counts_as_of_then(spine: Spine) -> None:
    await spine.hear(pressed(spine, 3))
    (press,) = await held(spine)
    spine.now += timedelta(days=300)  # links and surveys are long closed
    assert await release(spine, press.id)
    conversation = await spine.conversation(1)
    assert conversation.response is not None
    assert conversation.response.started_at == press.at
    assert await score(spine) == 3
    assert not await release(spine, press.id)
    await spine.dispatch()
    assert len(spine.lines("telegram", "777")) == 1
    assert await spine.store.recount() == []


async def test_a_release_never_takes_back_a_later_answer(spine: Spine) -> None:
    await spine.hear(pressed(spine, 3))
    (press,) = await held(spine)
    spine.now += SECOND
    await spine.hear(spine.press("1001", "9"))
    assert await held(spine) == [], "what was answered elsewhere since is not listed"
    assert await spine.store.find_held(press.id) is not None
    assert not await release(spine, press.id)
    assert (await score(spine), await held(spine)) == (9, [])

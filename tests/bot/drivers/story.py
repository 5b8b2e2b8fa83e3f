"""The story: what must be so on every channel, section by section, with the same assertions.

A section is left out only where what the channel can do rules it out; `SECTIONS` says by what.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from channels import CHANNELS
from channels.base import Channel
from surveys.message import Capabilities
from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import ANNA, BEN, CLEO, DORA, Person
from tests.bot.whole import until

WORDS = "Pekka was quick"


def shows(said: Said, answer: str) -> bool:
    """Whether a person sees which answer is recorded."""
    return f"✓ {answer}" in said.labels or f": {answer}" in said.text


async def asked(driver: Driver) -> str:
    question = await ask(driver, ANNA)
    assert driver.asks_nps(question), question
    assert driver.answers(ANNA) == []
    return "The store: one invitation, asked."


async def answered(driver: Driver) -> str:
    before = driver.said(ANNA)
    await driver.answer(ANNA, "9")
    await until(lambda: driver.answers(ANNA) == [("nps", 9, 1)])
    await seen(driver, ANNA, "9", before)
    await until(lambda: "How satisfied were you" in driver.said(ANNA)[-1].text)
    return "The store: nps 9."


async def changed(driver: Driver) -> str:
    before = driver.said(ANNA)
    await driver.change(ANNA, "3")
    await until(lambda: driver.answers(ANNA) == [("nps", 3, 2)])
    await seen(driver, ANNA, "3", before)
    await settled(driver, ANNA)
    fresh = [s for s in driver.said(ANNA) if s not in before and not s.edits]
    assert not driver.capabilities.edits or fresh == [], "the open question is not asked again"
    return "The store: nps 3, the second revision of one answer."


async def repeated(driver: Driver) -> str:
    stored, count = driver.inbound(), len(driver.said(ANNA))
    await driver.answer(ANNA, "4")
    await until(lambda: ("csat", 4, 1) in driver.answers(ANNA))
    await until(lambda: len(driver.said(ANNA)) > count)
    await settled(driver, ANNA)
    shown = driver.said(ANNA)
    assert await driver.repeat() in ([200, 200], [])
    await settled(driver, ANNA)
    assert ("csat", 4, 1) in driver.answers(ANNA)
    assert driver.inbound() == stored + 1
    if not driver.answers_calls:
        assert driver.said(ANNA) == shown
    return "The store: csat 4, once; one inbound event."


async def forged(driver: Driver) -> str:
    stored, answers, shown = driver.inbound(), driver.answers(ANNA), driver.said(ANNA)
    statuses = await driver.forge()
    assert len(statuses) >= 2
    assert set(statuses) <= {401, 403, 404}, statuses
    await settled(driver, ANNA)
    assert (driver.inbound(), driver.answers(ANNA)) == (stored, answers)
    assert driver.said(ANNA) == shown
    return "The store: nothing new."


async def finished(driver: Driver) -> str:
    count = len(driver.said(ANNA))
    await driver.write(ANNA, WORDS)
    await until(lambda: driver.invitations(ANNA) == ["completed"])
    assert ("comment", driver.kept(WORDS), 1) in driver.answers(ANNA)
    await until(lambda: len(driver.said(ANNA)) > count)
    await settled(driver, ANNA)
    return "The store: the invitation is completed."


async def stopped(driver: Driver) -> str:
    await ask(driver, BEN)
    await driver.pass_time(20)
    await driver.stop(BEN)
    await until(lambda: driver.has_stopped(BEN))
    if driver.confirms_stop:
        await until(lambda: any("will not ask" in s.text for s in driver.said(BEN)))
    await settled(driver, BEN)
    await driver.pass_time(20)
    shown = driver.said(BEN)
    await driver.report(BEN, 2, driver.traits(BEN))
    await until(lambda: driver.invitations(BEN)[1:] == ["skipped"])
    assert driver.said(BEN) == shown
    assert driver.skipped_by(BEN) == "the person said stop"
    return "The store: the second invitation is skipped: “the person said stop”."


async def blocked(driver: Driver) -> str:
    await driver.meet(CLEO)
    shown = driver.said(CLEO)
    await driver.block(CLEO)
    await driver.report(CLEO, 1, driver.traits(CLEO))
    await until(lambda: driver.invitations(CLEO)[:1] in (["failed"], ["skipped"]))
    assert driver.said(CLEO) == shown
    status = driver.address_status(CLEO)
    assert status in ("blocked", "bounced")
    await driver.pass_time(20)
    await driver.report(CLEO, 2, driver.traits(CLEO))
    await until(lambda: driver.invitations(CLEO)[1:] == ["skipped"])
    assert len(driver.deliveries(CLEO)) == 1, "nobody tries again"
    return f"The store: the address is {status}; the second invitation is skipped without a try."


async def throttled(driver: Driver) -> str:
    await driver.meet(DORA)
    before = driver.said(DORA)
    asked_to_wait = await driver.throttle(DORA)
    await driver.report(DORA, 1, driver.traits(DORA))
    await until(lambda: driver.deliveries(DORA) == ["deferred"])
    wait = driver.due_in(DORA)
    assert asked_to_wait <= wait <= 2 * asked_to_wait
    await driver.pass_time(wait - 1)
    await asyncio.sleep(0.2)
    assert driver.deliveries(DORA) == ["deferred"], "it is too early"
    await driver.pass_time(2)
    await until(lambda: driver.invitations(DORA) == ["asked"])
    await settled(driver, DORA)
    assert len(driver.said(DORA)) == len(before) + 1
    assert len(driver.deliveries(DORA)) == 2
    return "The store: two attempts, the first deferred; one question."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section. ``ruled_out`` says why a channel is spared it, "" where it must stand it."""

    title: str
    about: str
    play: Callable[[Driver], Awaitable[str]]
    ruled_out: Callable[[type[Channel], Capabilities], str] = lambda _adapter, _can: ""


def nothing_stays(_adapter: type[Channel], can: Capabilities) -> str:
    if can.edits or can.links or can.waits:
        return ""
    return (
        "not `Capabilities.edits`, `links` or `waits`: nothing that was pressed stays to be pressed"
        " again"
    )


def nothing_is_pushed(adapter: type[Channel], can: Capabilities) -> str:
    if adapter.receive is not Channel.receive or can.links:
        return ""
    return "`Channel.receive` is not in use: nobody calls us"


def nothing_is_sent(_adapter: type[Channel], can: Capabilities) -> str:
    return "`Capabilities.waits`: a page pushes nothing that could be refused" if can.waits else ""


SECTIONS = (
    Part(title="Asked", about="A call has ended; Anna is asked.", play=asked),
    Part(title="Answered in place", about="Anna gives 9.", play=answered),
    Part(
        title="Changed",
        about="Anna thinks again: 3.",
        play=changed,
        ruled_out=nothing_stays,
    ),
    Part(
        title="The same bytes three times",
        about="Anna gives the adviser 4; what brings it here comes three times.",
        play=repeated,
    ),
    Part(
        title="Forged",
        about="Somebody else sends what only the provider may.",
        play=forged,
        ruled_out=nothing_is_pushed,
    ),
    Part(title="Finished in her own words", about="Anna comments.", play=finished),
    Part(
        title="Stopped",
        about="Ben is asked, and does not want to be. Then he calls again.",
        play=stopped,
    ),
    Part(
        title="Blocked",
        about="Cleo cannot be reached any more. She calls twice.",
        play=blocked,
        ruled_out=nothing_is_sent,
    ),
    Part(
        title="Throttled",
        about="Dora is asked, and the provider says: too fast.",
        play=throttled,
        ruled_out=nothing_is_sent,
    ),
)
"""The story, in order."""


async def play(kind: type[Driver], folder: Path) -> str:
    """Play the story on one channel and give its transcript."""
    entry = CHANNELS[kind.name]
    async with kind(folder).running() as driver:
        for part in SECTIONS:
            reason = part.ruled_out(entry.adapter_class(), driver.capabilities)
            driver.begin(part.title, f"Left out: {reason}." if reason else part.about)
            if not reason:
                await driver.end(await part.play(driver))
    return driver.transcript.render()


async def ask(driver: Driver, who: Person) -> Said:
    """Report a call of the person's and wait until they are asked; gives the question."""
    await driver.meet(who)
    count = len(driver.said(who))
    await driver.report(who, 1, driver.traits(who))
    await until(lambda: driver.invitations(who) == ["asked"])
    await driver.come(who)
    await until(lambda: len(driver.said(who)) > count)
    return driver.said(who)[count]


async def seen(driver: Driver, who: Person, answer: str, before: Sequence[Said]) -> None:
    """Wait until the person sees their answer: on the first question itself where the channel
    edits, else on what comes next.
    """
    edits, first = driver.capabilities.edits, next(filter(driver.asks_nps, before))

    def found() -> bool:
        fresh = [s for s in driver.said(who) if s not in before and shows(s, answer)]
        return any(s.id == first.id for s in fresh) if edits else bool(fresh)

    await until(found)


async def settled(driver: Driver, who: Person) -> None:
    """Wait until nothing more is said for a moment, and nothing is due."""
    while True:
        count = len(driver.said(who))
        await asyncio.sleep(0.1)
        now = int(driver.clock.now.timestamp() * 1000)
        [(due,)] = driver.read("SELECT COUNT(*) FROM due WHERE due_at <= ?", now)
        if not due and len(driver.said(who)) == count:
            return

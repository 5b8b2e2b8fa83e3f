"""What staff set going by commands, over a whole service: pauses, sending by hand, doubts, finding."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.pausing import keep_paused
from scheduler.sending import BY_HAND
from surveys.due import Due, DueKind
from surveys.pausing import ALL, Pause, find_pause
from surveys.staff import Role, StaffMember
from tests.bot.whole import LEADER, MANAGER, Whole, call, person, until, whole_service
from tests.storage.make import NOW, invitation

ADMIN = 779


async def ask(whole: Whole, line: str, who: int = MANAGER) -> str:
    """Write a command in Telegram and give what is answered."""
    seen = len(whole.telegram.sent(who))
    whole.telegram.say(who, line)
    await until(lambda: len(whole.telegram.sent(who)) > seen)
    return whole.telegram.sent(who)[-1].text.replace("\u200b", "")


async def push(whole: Whole, label: str, who: int = MANAGER) -> str:
    """Press a button under the newest message and give what is answered."""
    seen = len(whole.telegram.sent(who))
    whole.telegram.press(who, whole.telegram.sent(who)[-1].message_id, label)
    await until(lambda: len(whole.telegram.sent(who)) > seen)
    return whole.telegram.sent(who)[-1].text.replace("\u200b", "")


async def state(whole: Whole, **wanted: int) -> None:
    for _ in range(1000):
        counts = await whole.counts()
        found = {name: counts.get(f"invitations.{name}", 0) for name in wanted}
        if found == wanted:
            return
        await asyncio.sleep(0.01)
    raise AssertionError((found, wanted))


async def test_what_is_paused_waits_is_explained_and_goes_on(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        assert "Nothing is on hold." in await ask(whole, "/pause")
        assert "Did you mean after_call?" in await ask(whole, "/pause after_cal")
        said = await ask(whole, "/pause AFTER_CALL")
        assert said.startswith("after_call (trigger) is on hold from now on.")
        await whole.report(person(1), call(1, 1))
        await state(whole, planned=1)
        await asyncio.sleep(0.2)
        assert whole.telegram.sent(10_001) == []
        for _ in range(100):
            if "hold: after_call paused by Otto" in (why := await ask(whole, "/why u1")):
                break
        assert "hold: after_call paused by Otto" in why
        assert "after_call · on hold since" in await ask(whole, "/pause")
        assert "Going on: after_call." in await push(whole, "Resume after_call")
        await until(lambda: whole.telegram.sent(10_001))


async def test_a_pause_lasts_through_a_restart_and_a_saved_file(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await ask(whole, "/pause after_call")
        await whole.service.apply(replace(whole.service.config, version="other"))
        await whole.report(person(1), call(1, 1))
        await state(whole, planned=1)
    async with whole_service(tmp_path) as whole:
        await whole.report(person(2), call(2, 2))
        await state(whole, planned=2)
        await asyncio.sleep(0.2)
        assert whole.telegram.ledger == []
        said = await ask(whole, "/resume after_call")
        assert said == "Going on: after_call. 2 messages that waited are due now."
        await until(lambda: whole.telegram.sent(10_001) and whole.telegram.sent(10_002))
        assert await ask(whole, "/resume after_call") == "Nothing is on hold."


async def test_what_is_too_old_by_then_is_not_asked(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await ask(whole, "/pause after_call")
        await whole.report(person(1), call(1, 1))
        await state(whole, planned=1)
        await ask(whole, "/why u1")
        whole.clock.think(timedelta(days=6).total_seconds())
        await ask(whole, "/resume after_call")
        await state(whole, planned=0, expired=1)
        assert whole.telegram.sent(10_001) == []


async def test_everything_asks_first_by_a_button(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        assert "Nobody is asked anything" in await ask(whole, "/pause all")
        assert whole.service.rules.paused == {}
        assert (await push(whole, "No")) == "Nothing was done."
        await ask(whole, "/pause all")
        assert (await push(whole, "Yes")).startswith("Everything is on hold")
        assert set(whole.service.rules.paused) == {ALL}
        await whole.report(person(1), call(1, 1))
        await state(whole, planned=1)
        await state(whole, planned=1)
        for _ in range(100):
            if "everything paused by Otto" in (why := await ask(whole, "/why u1")):
                break
        assert "everything paused by Otto" in why
        assert "Waits until" in await ask(whole, "/send after_call to u1")
        await ask(whole, "/no")
        await ask(whole, "/pause")
        assert "Going on: everything." in await push(whole, "Resume everything")
        await until(lambda: whole.telegram.sent(10_001))


async def test_one_customer_is_asked_by_hand_once_it_is_confirmed(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1), person(2, first_name="Anna1"))
        assert "There is no survey 'nps'" in await ask(whole, "/send nps to u1")
        assert "What, and to whom?" in await ask(whole, "/send after_call")
        assert "What, and to whom?" in await ask(whole, "/send u1")
        for line in ("/send u1 after_call", "/send to u1 after_call", "/send after_call u1"):
            assert "Asked by telegram at once" in await ask(whole, line)
        for line in ("/send by email after_call to u1", "/send u1 by email after_call"):
            assert "Not asked: not reachable by email" in await ask(whole, line)
        assert "There is no channel 'fax'" in await ask(whole, "/send after_call to u1 by fax")
        assert "may be several people" in await ask(whole, "/send after_call to anna1")
        assert "I know nobody" in await ask(whole, "/send after_call to nobody")
        said = await ask(whole, "/send after_call to @u1")
        assert "Asked by telegram at once" in said and whole.telegram.sent(10_001) == []
        whole.telegram.press(MANAGER, whole.telegram.sent(MANAGER)[-1].message_id, "Yes")
        await until(lambda: whole.telegram.sent(10_001))
        await asyncio.sleep(0.1)
        assert len(whole.telegram.sent(10_001)) == 1
        assert f"({BY_HAND})" in await ask(whole, "/why u1")


async def test_nothing_goes_round_a_stop(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1))
        whole.telegram.say(10_001, "/stop")
        await until(lambda: whole.telegram.sent(10_001))
        said = await ask(whole, "/send after_call to u1")
        assert "Not asked: the person said stop." in said
        assert "/yes" not in said
        assert "There is nothing to confirm" in await ask(whole, "/yes")


async def test_what_is_in_doubt_is_listed_asked_again_or_let_go(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        assert await ask(whole, "/uncertain") == "Nothing is in doubt."
        await whole.report(person(1))
        await whole.report(call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        listed = await _doubtful(whole)
        number = int(listed.split("#")[1].split(" ")[0])
        assert "Anna1 · after_call, asked" in listed
        assert "may get it twice" in await ask(whole, "/help uncertain")
        assert "customer has it twice" in await ask(whole, f"/uncertain resend {number}")
        seen = len(whole.telegram.sent(10_001))
        assert "is due again now" in await push(whole, "Yes")
        await until(lambda: len(whole.telegram.sent(10_001)) > seen)
        assert "is not in doubt" in await ask(whole, f"/uncertain let go {number}")
        assert await whole.service.store.recount() == []


async def _doubtful(whole: Whole) -> str:
    """Have the one delivery there is left without a verdict."""
    from storage.sql import statement

    database = whole.service.store._database
    settled = statement("SELECT 1 FROM delivery WHERE state = 'sent' AND invitation_id > 0")
    while not await database.run(lambda s: s.fetch(settled)):  # its verdict is kept a moment later
        await asyncio.sleep(0.02)
    change = statement("UPDATE delivery SET state = 'uncertain' WHERE invitation_id > 0")
    await database.run(lambda s: s.run(change))
    return await ask(whole, "/uncertain")


async def test_contacts_are_found_masked_and_by_an_admin_whole(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        listed = whole.service.config.staff
        admin = StaffMember(name="Ada", role=Role.ADMIN, addresses={"telegram": str(ADMIN)})
        await whole.service.apply(replace(whole.service.config, staff=(*listed, admin)))
        await whole.report(*(person(n, email=f"anna{n}@x.example") for n in range(1, 12)))
        said = await ask(whole, "/find anna")
        assert "Anna1 (user:u1)" in said and "email a…@x.example" in said
        assert "anna1@x" not in said
        assert "More: /find anna page 2" in said
        assert "Anna11" in await push(whole, "More")
        assert "anna11@x.example" in await ask(whole, "/find ANNA11@", ADMIN)
        assert "I find no 'xyzzy'" in await ask(whole, "/find xyzzy")
        assert "Whom?" in await ask(whole, "/find a")
        assert "is for managers or admins" in await ask(whole, "/find anna", LEADER)
        await ask(whole, "/find user:u3")
        assert "Never invited" in await push(whole, "Why · Anna3")


async def test_who_tells_of_oneself_and_an_admin_of_everybody(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        mine = await ask(whole, "/who", LEADER)
        assert mine.startswith("You are Maija, team lead.\nYou see the teams support.")
        assert "/responses release" in mine and "/pause" not in mine
        assert await ask(whole, "/who all") == "/who all is for admins."
        admin = replace(whole.service.config.staff[1], role=Role.ADMIN)
        staff = (whole.service.config.staff[0], admin)
        await whole.service.apply(replace(whole.service.config, staff=staff))
        said = await ask(whole, "/who all")
        assert "Otto, admin: every team; on telegram" in said
        assert "Maija, team lead: the teams support; on telegram" in said


# Pure


def pause(name: str) -> Pause:
    return Pause(name=name, person="Mia", at=NOW)


@pytest.mark.parametrize(
    ("paused", "trigger", "holds"),
    [
        ("after_call", "after_call", True),
        ("after_call", "after_call_2", False),
        ("onboarding", "onboarding/day 30", True),
        ("onboarding/day 30", "onboarding/day 30", True),
        ("onboarding/day 30", "onboarding/day 60", False),
        (ALL, "whatever", True),
        (ALL, BY_HAND, True),
    ],
)
def test_which_pause_holds_what(paused: str, trigger: str, holds: bool) -> None:
    assert (find_pause({paused: pause(paused)}, trigger) is not None) is holds


def test_it_waits_until_it_is_of_no_use() -> None:
    due = Due(lane="telegram", at=NOW, id="ask:1", kind=DueKind.ASK)
    asked = invitation(1, not_after=NOW + timedelta(hours=2))
    held = keep_paused(due, asked, {ALL: pause(ALL)})
    assert held and held.until == NOW + timedelta(hours=2, milliseconds=1) and held.grows_old
    remind = replace(due, kind=DueKind.REMIND)
    held = keep_paused(remind, asked, {ALL: pause(ALL)})
    assert held and held.until == asked.expires_at
    assert keep_paused(due, replace(asked, trigger="public:door"), {ALL: pause(ALL)}) is None

"""Being forgotten: asked twice, then everything goes; what stays names nobody and still holds."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.wishes import FORGET_LASTS
from surveys.event import EventKind
from surveys.inbound import Asked, Linked, StatusChanged
from surveys.invitation import DeliveryState
from surveys.request import Request, RequestKind
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, call, identify

MINUTE = timedelta(minutes=1)
WORDS = ("Rumpelstilzchen", "rumpel@stilz.example", "4917012345678", "190190190", "straw-to-gold")
LETTERS = replace(MAIL, replies=True, subject=True)


@pytest.fixture
async def spine(tmp_path: Path, store_url: str) -> AsyncIterator[Spine]:
    channels = {"telegram": CHAT, "email": LETTERS, "sms": replace(CHAT, edits=False), "web": PAGE}
    async with a_spine(tmp_path, url=store_url, capabilities=channels) as made:
        made.rules = replace(
            made.rules, address_traits={**made.rules.address_traits, "sms": "phone"}
        )
        yield made


async def plant(spine: Spine) -> None:
    """A person with something in every table, and another whose rows must stay."""
    traits = {
        "first_name": WORDS[0],
        "email": WORDS[1],
        "phone": f"+{WORDS[2]}",
        "telegram_id": WORDS[3],
    }
    for who, known in ((7, traits), (1, {"email": "anna@x.example", "telegram_id": "1001"})):
        await spine.report(
            identify(who, f"who-{who}", known), call(who, who, spine.now, note=WORDS[4] * (who > 1))
        )
    await spine.dispatch()
    for address in (WORDS[3], "1001"):
        await spine.hear(replace(spine.press(address, "3"), raw={"from": address}))
        await spine.dispatch()
    await spine.hear(spine.said(WORDS[3], text="2"))
    await spine.hear(spine.said(WORDS[3], text="late"))
    await spine.hear(spine.said(WORDS[3], text=f"I spin {WORDS[4]} for nothing"))
    await spine.hear(spine.said(WORDS[1], channel="email", text=f"And {WORDS[4]} again"))
    await spine.dispatch()


async def forget(spine: Spine) -> str:
    """Ask, confirm, and give the last thing we say."""
    for words in ("forget me", "DELETE"):
        await spine.hear(spine.said(WORDS[3], text=words))
        await spine.dispatch()
    return spine.lines("telegram", WORDS[3])[-1].text


async def dump(spine: Spine) -> str:
    """Every row of every table, as text."""
    session = spine.store._database._opened()
    client = session.client
    listing = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if session.backend == "postgres"
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    found = []
    for table in await client.execute_query_dict(listing):
        rows = await client.execute_query_dict(f'SELECT * FROM "{table["name"]}"')
        found += [f"{table['name']}: {row}" for row in rows]
    return "\n".join(found)


def left(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(word in line for word in WORDS)]


async def test_nothing_of_the_person_stays_but_hashes(
    spine: Spine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "afterword")
    await plant(spine)
    assert {line.partition(":")[0] for line in left(await dump(spine))} >= {
        *("contact", "address", "event", "inbound", "invitation", "delivery", "answer"),
        "comment_card",
    }
    assert await forget(spine) == "Done. We have deleted what we knew about you."
    assert left(await dump(spine)) == []
    assert await spine.store.recount() == []
    assert (await spine.store.counts())["responses"] == 1
    assert not [r for r in caplog.records if any(word in r.getMessage() for word in WORDS)]
    await spine.store.scrub()
    for file in tmp_path.rglob("*.db*"):
        assert not [word for word in WORDS if word.encode() in file.read_bytes()], file


async def test_others_keep_what_is_theirs(spine: Spine) -> None:
    await plant(spine)
    before = [line for line in (await dump(spine)).splitlines() if "anna@x" in line]
    await forget(spine)
    after = (await dump(spine)).splitlines()
    assert before and all(line in after for line in before)
    await spine.hear(spine.press("1001", "5"))
    assert await spine.store.recount() == []


async def test_it_is_asked_first_and_lapses_after_an_hour(spine: Spine) -> None:
    await plant(spine)
    await spine.hear(spine.said(WORDS[3], text="forget me"))
    await spine.dispatch()
    assert "write DELETE" in spine.lines("telegram", WORDS[3])[-1].text
    spine.now += FORGET_LASTS
    await spine.hear(spine.said(WORDS[3], text="delete"))
    assert left(await dump(spine))


async def test_the_word_means_nothing_unasked(spine: Spine) -> None:
    await plant(spine)
    await spine.hear(spine.said(WORDS[3], text="DELETE"))
    assert left(await dump(spine))


@pytest.mark.parametrize("languages", ["fi", "de", "hr", "lv"])
async def test_the_word_asked_for_is_the_word_understood(spine: Spine, languages: str) -> None:
    await plant(spine)
    await spine.hear(spine.said(WORDS[3], text=f"/language {languages}"))
    await spine.hear(spine.said(WORDS[3], text="forget me"))
    await spine.dispatch()
    word = spine.rules.bank(languages).texts["forget_word"]
    assert word in spine.lines("telegram", WORDS[3])[-1].text
    await spine.hear(spine.said(WORDS[3], text=word))
    await spine.dispatch()
    assert left(await dump(spine)) == []


async def test_what_is_said_in_the_same_breath_goes_too(spine: Spine) -> None:
    await plant(spine)
    await spine.hear(
        spine.said(WORDS[3], text=f"Give me {WORDS[4]}"),
        spine.said(WORDS[3], text="forget me"),
        spine.said(WORDS[3], text="delete"),
        spine.said(WORDS[3], text=f"And more {WORDS[4]}"),
    )
    await spine.dispatch()
    assert left(await dump(spine)) == []
    assert await spine.store.recount() == []


async def test_the_same_bytes_again_change_nothing(spine: Spine) -> None:
    await plant(spine)
    ask, confirm = spine.said(WORDS[3], text="forget me"), spine.said(WORDS[3], text="delete")
    await spine.hear(ask)
    await spine.hear(confirm)
    await spine.dispatch()
    said = len(spine.lines("telegram", WORDS[3]))
    await spine.hear(ask, replace(confirm, raw={"name": WORDS[0]}))
    await spine.hear(confirm)
    await spine.dispatch()
    assert len(spine.lines("telegram", WORDS[3])) == said
    assert left(await dump(spine)) == []


async def test_what_waits_to_be_said_about_them_is_not_said(spine: Spine) -> None:
    await plant(spine)
    told = len(spine.lines("telegram", "777"))
    await spine.hear(spine.said(WORDS[3], text="call me"))
    await spine.hear(spine.said(WORDS[3], text="forget me"))
    await spine.hear(spine.said(WORDS[3], text="delete"))
    await spine.dispatch()
    assert len(spine.lines("telegram", "777")) == told


async def test_what_the_provider_says_later_is_kept_without_the_name(spine: Spine) -> None:
    await plant(spine)
    await forget(spine)
    status = StatusChanged(
        **spine.source(WORDS[3]),
        raw={"To": WORDS[3]},
        status=DeliveryState.DELIVERED,
        external_id=spine.lines("telegram", WORDS[3])[-1].id,
    )
    await spine.hear(status)
    assert left(await dump(spine)) == []


async def test_a_page_asks_with_a_button_and_no_word(spine: Spine) -> None:
    await plant(spine)
    person = await spine.store.find_contact("telegram", WORDS[3])
    assert person
    token = spine.rules.stop_link(person.id, spine.now).rpartition("/")[2]
    request = Request(kind=RequestKind.FORGET)
    for confirmed in (True, False, True):  # the first one without having been asked
        asked = Asked(**spine.source("", "web"), request=request, token=token, confirmed=confirmed)
        [said] = await spine.hear(asked)
    assert "deleted" in said[0].text
    assert left(await dump(spine)) == []


# What stays holds


async def test_whoever_comes_back_by_event_is_not_asked(spine: Spine) -> None:
    await plant(spine)
    await forget(spine)
    people = (
        identify(7, "again-1", {"first_name": "R"}),
        identify(8, "again-2", {"email": WORDS[1].upper()}),
        identify(9, "again-3", {"phone": f"00{WORDS[2]}"}),
    )
    await spine.report(*people, *(call(20 + n, n, spine.now) for n in (7, 8, 9)))
    before = len(spine.lines("telegram", WORDS[3])), len(spine.lines("email", WORDS[1]))
    await spine.dispatch()
    assert before == (len(spine.lines("telegram", WORDS[3])), len(spine.lines("email", WORDS[1])))
    found = await spine.store.unit_of_work(
        lambda t: t.lock_contacts({"user:u7", "user:u8", "user:u9"})
    )
    assert len(found) == 3 and all(c.opted_out_at for c in found.values())


async def test_somebody_known_who_gets_a_suppressed_address_is_stopped_too(spine: Spine) -> None:
    await spine.hear(spine.stop("5005"))
    await spine.invite(1)
    found = await spine.store.find_contact("telegram", "1001")
    assert found and not found.opted_out_at
    await spine.report(identify(1, "more", {"telegram_id": "5005"}))
    found = await spine.store.find_contact("telegram", "5005")
    assert found and found.opted_out_at == spine.now.replace(microsecond=0)


async def test_who_comes_back_by_themselves_is_asked_again(spine: Spine) -> None:
    await plant(spine)
    await forget(spine)
    await spine.hear(Linked(**spine.source(WORDS[3])))
    await spine.report(identify(30, "new", {"telegram_id": WORDS[3]}), call(30, 30, spine.now))
    found = await spine.store.find_contact("telegram", WORDS[3])
    assert found and found.opted_out_at is None


async def test_start_lifts_every_name_of_the_person(spine: Spine) -> None:
    await plant(spine)
    await forget(spine)
    await spine.report(
        identify(7, "again", {"telegram_id": WORDS[3], "email": WORDS[1], "phone": f"+{WORDS[2]}"})
    )
    await spine.hear(spine.said(WORDS[3], text="start"))
    await spine.report(identify(7, "once-more", {"first_name": "Rumpel"}))
    found = await spine.store.find_contact("email", WORDS[1])
    assert found and found.opted_out_at is None
    assert "suppression:" not in await dump(spine)


async def test_a_stop_from_an_unknown_chat_holds_for_whoever_it_turns_out_to_be(
    spine: Spine,
) -> None:
    await spine.hear(replace(spine.stop("1001"), raw={"chat": "1001"}))
    await spine.dispatch()
    assert "will not ask you" in spine.lines("telegram", "1001")[-1].text
    await spine.invite(1)
    before = len(spine.lines("telegram", "1001"))
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == before
    await spine.hear(spine.said("1001", text="START"))
    await spine.invite(1)
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) > before


async def test_an_alias_does_not_lose_the_stop(spine: Spine) -> None:
    await plant(spine)
    await forget(spine)
    alias = replace(identify(7, "alias", {}), kind=EventKind.ALIAS, previous_id="u99")
    await spine.report(identify(99, "new", {}), replace(alias, traits={}))
    found = await spine.store.unit_of_work(lambda t: t.lock_contacts({"user:u7"}))
    assert found["user:u7"].opted_out_at

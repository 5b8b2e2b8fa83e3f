"""Linking a chat: by a code sent to an address we know, and by a link that is good for one chat."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.linking import new_code
from storage.store import Transaction
from surveys.contact import AddressStatus, Contact
from surveys.inbound import Linked
from surveys.link import Purpose
from surveys.linking import CODE_LIVES, CODES_AN_HOUR, MOST_TRIES
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, identify

ANNA, CHATROOM = "anna@x.example", "5005"
PHONE = "+358401234567"
MAILBOX = replace(MAIL, subject=True)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    can = {"telegram": CHAT, "sms": CHAT, "email": MAILBOX, "web": PAGE}
    async with a_spine(tmp_path, capabilities=can) as opened:
        traits = {"telegram": "telegram_id", "email": "email", "sms": "phone"}
        opened.rules = replace(opened.rules, address_traits=traits)
        await opened.report(identify(1, "anna", {"email": ANNA, "phone": PHONE}))
        yield opened


async def write(spine: Spine, text: str, chat: str = CHATROOM) -> str:
    """Write in a chat; gives what is said back, "" for nothing."""
    before = len(spine.lines("telegram", chat))
    await spine.hear(spine.said(chat, text=text))
    await spine.dispatch()
    return "\n".join(line.text for line in spine.lines("telegram", chat)[before:])


def codes(spine: Spine, channel: str = "email", address: str = ANNA) -> list[str]:
    return [
        found[0]
        for line in spine.lines(channel, address)
        if (found := re.search(r"\b[0-9]{6}\b", line.text))
    ]


async def owner(spine: Spine, chat: str = CHATROOM) -> Contact | None:
    return await spine.store.find_contact("telegram", chat)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.parametrize(
    ("place", "channel", "address"),
    [("Anna@X.example", "email", ANNA), ("00358 40 123 4567", "sms", PHONE)],
)
async def test_the_right_code_links_the_chat(
    spine: Spine, place: str, channel: str, address: str
) -> None:
    assert "email address or phone number" in await write(spine, "/link")
    assert "If we know that address" in await write(spine, place)
    (code,) = codes(spine, channel, address)
    assert await owner(spine) is None
    assert "may ask you here" in await write(spine, f"{code[:3]} {code[3:]}")
    person = await owner(spine)
    assert person and person.keys == ("user:u1",)
    assert ("feedback", "telegram", "telegram") in {
        (c.purpose, c.channel, c.source) for c in person.consents
    }
    assert "already linked" in await write(spine, "link")


async def test_nobody_is_told_whether_we_know_an_address(spine: Spine) -> None:
    said = []
    for chat, place in (("1", ANNA), ("2", "nobody@x.example")):
        heard = [await write(spine, "link", chat), await write(spine, place, chat)]
        heard += [await write(spine, f"00000{n}", chat) for n in range(MOST_TRIES + 1)]
        said.append(heard)
    assert said[0] == said[1]
    assert len(codes(spine)) == 1 and spine.lines("email", "nobody@x.example") == []


async def test_the_language_of_the_word_is_the_language_of_the_talk(spine: Spine) -> None:
    assert "sähköpostiosoitteella" in await write(spine, "liitä")
    assert "koodi on matkalla" in await write(spine, ANNA)
    assert "Yrityksiä jäljellä: 4" in await write(spine, wrong(codes(spine)[0]))


async def test_five_wrong_tries_and_the_right_one_is_wrong_too(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    (code,) = codes(spine)
    for left in range(MOST_TRIES - 1, 0, -1):
        assert f"Tries left: {left}" in await write(spine, wrong(code))
    assert "no longer valid" in await write(spine, wrong(code))
    assert "no longer valid" in await write(spine, code)
    assert await owner(spine) is None


async def test_a_code_is_good_for_ten_minutes(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    spine.now += CODE_LIVES
    assert "no longer valid" in await write(spine, codes(spine)[0])
    assert await owner(spine) is None
    await write(spine, ANNA)  # another one may be had at once
    assert "may ask you here" in await write(spine, codes(spine)[1])


async def test_a_code_is_good_in_its_own_chat_and_once(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    (code,) = codes(spine)
    await write(spine, "link", "6006")
    await write(spine, "nobody@x.example", "6006")
    await write(spine, code, "6006")
    assert await owner(spine, "6006") is None
    await write(spine, code)
    assert await owner(spine)
    assert "6006" not in {a.value for a in (await owner(spine) or Contact()).addresses}


async def test_only_the_last_code_counts(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    await write(spine, ANNA)
    first, second = codes(spine)
    if first != second:
        assert "not the code" in await write(spine, first)
    assert "may ask you here" in await write(spine, second)


async def test_codes_are_few_for_a_chat(spine: Spine) -> None:
    await write(spine, "link")
    for n in range(CODES_AN_HOUR):
        assert "on its way" in await write(spine, f"n{n}@x.example")
    assert "too many" in await write(spine, ANNA)
    assert codes(spine) == []
    spine.now += timedelta(hours=1, seconds=1)
    await write(spine, "link")
    assert "on its way" in await write(spine, ANNA)


async def test_codes_are_few_for_an_address_known_or_not(spine: Spine) -> None:
    for place in (ANNA, "nobody@x.example"):
        for n in range(CODES_AN_HOUR + 1):
            chat = f"{n}{len(place)}"
            await write(spine, "link", chat)
            said = await write(spine, place, chat)
            assert ("too many" in said) == (n == CODES_AN_HOUR)
    assert len(codes(spine)) == CODES_AN_HOUR


async def test_a_day_has_ten_codes_for_one_address(spine: Spine) -> None:
    for n in range(12):
        await write(spine, "link", f"c{n}")
        await write(spine, ANNA, f"c{n}")
        spine.now += timedelta(minutes=61)
    assert len(codes(spine)) == 10


@pytest.mark.parametrize("trouble", ["stopped", "bounced", "no channel"])
async def test_no_code_goes_where_nothing_may_go(spine: Spine, trouble: str) -> None:
    if trouble == "stopped":
        await spine.hear(spine.stop(ANNA, "email"))
        await spine.dispatch()
    elif trouble == "bounced":
        await spine.store.unit_of_work(
            lambda t: t.set_address("email", ANNA, AddressStatus.BOUNCED)
        )
    else:
        spine.capabilities = {k: v for k, v in spine.capabilities.items() if k != "email"}
    await write(spine, "link")
    assert "on its way" in await write(spine, ANNA)
    assert codes(spine) == []


async def test_a_chat_of_somebody_else_stays_theirs_and_staff_settle_it(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    await spine.report(identify(2, "bela", {"telegram_id": CHATROOM}))
    assert "another customer" in await write(spine, codes(spine)[0])
    person = await owner(spine)
    assert person and person.keys == ("user:u2",)
    (conflict,) = await spine.store.list_conflicts(9, 0)
    assert (conflict.channel, conflict.claimant.keys) == ("telegram", ("user:u1",))


async def test_what_was_written_as_a_stranger_is_theirs_then(spine: Spine) -> None:
    await write(spine, "The lift is broken and nobody comes")
    await write(spine, "link")
    await write(spine, ANNA)
    await write(spine, codes(spine)[0])
    person = await owner(spine)
    assert person and person.keys == ("user:u1",)
    assert (await spine.store.counts())["contacts"] == 1


async def test_other_words_go_on_meaning_what_they_mean(spine: Spine) -> None:
    await spine.invite(2, telegram_id=CHATROOM)
    await spine.dispatch()
    await write(spine, "9")
    assert (await spine.conversation(1)).response is not None
    await write(spine, "link", "7007")
    await write(spine, "What is this?", "7007")
    await write(spine, "123456", "7007")  # no code was sent: words like any others
    await write(spine, "somebody@x.example told me", "7007")
    assert codes(spine, "email", "somebody@x.example") == []
    assert (await spine.store.counts())["cards"] >= 1


async def test_a_bare_word_may_be_the_answer_to_an_open_question(spine: Spine) -> None:
    await spine.invite(2, telegram_id=CHATROOM)
    await spine.dispatch()
    assert "linked" not in await write(spine, "link")
    assert "already linked" in await write(spine, "/link")


async def test_a_stop_after_the_code_was_sent_is_not_taken_back_by_it(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    await spine.hear(spine.stop(ANNA, "email"))
    assert "no longer valid" in await write(spine, codes(spine)[0])
    anna = await spine.store.find_contact("email", ANNA)
    assert anna and anna.opted_out_at and await owner(spine) is None


async def test_chats_and_addresses_cannot_be_read_from_what_is_kept(spine: Spine) -> None:
    await write(spine, "link")
    await write(spine, ANNA)
    (code,) = codes(spine)

    async def dump(transaction: Transaction) -> str:
        client = transaction._session.client
        tables = ("chat_linking", "link_code", "opened_link")
        return str([await client.execute_query_dict(f"SELECT * FROM {name}") for name in tables])

    kept = await spine.store.unit_of_work(dump)
    assert CHATROOM not in kept and ANNA not in kept and code not in kept
    spine.now += timedelta(days=40)
    await spine.store.unit_of_work(lambda t: t.expire(spine.now))
    assert await spine.store.unit_of_work(dump) == "[[], [], []]"


# Opt-in links


def opened(spine: Spine, chat: str, token: str, channel: str = "telegram") -> Linked:
    return Linked(**spine.source(chat, channel), token=token)


async def test_a_link_is_good_for_the_first_chat_that_opens_it(spine: Spine) -> None:
    anna = await spine.store.find_contact("email", ANNA)
    assert anna
    token = spine.token(anna.id, Purpose.OPT_IN)
    await spine.hear(
        opened(spine, "1", token), opened(spine, "2", token), opened(spine, "1", token)
    )
    await spine.dispatch()
    assert [line.text for line in spine.lines("telegram", "2")] == [
        "This link has already been opened in another chat. Please ask Acme for a new one."
    ]
    assert await owner(spine, "1") and await owner(spine, "2") is None
    assert all("may ask you here" in line.text for line in spine.lines("telegram", "1"))
    await spine.hear(opened(spine, "3", token, "sms"))  # another channel is another link
    assert await spine.store.find_contact("sms", "3")


async def test_a_forged_link_binds_nothing(spine: Spine) -> None:
    for token in ("", "x", "A" * 32, spine.token(1, Purpose.STOP)):
        await spine.hear(opened(spine, "1", token), opened(spine, "2", token))
    await spine.dispatch()
    assert await owner(spine, "1") is None and await owner(spine, "2") is None
    assert all("already been opened" not in line.text for line in spine.lines("telegram", "2"))


async def test_where_identity_matters_the_link_is_not_enough(spine: Spine) -> None:
    spine.rules = replace(spine.rules, links_by_code=True)
    await spine.report(identify(2, "bela", {"email": "bela@x.example"}))
    anna = await spine.store.find_contact("email", ANNA)
    assert anna
    await spine.hear(opened(spine, CHATROOM, spine.token(anna.id, Purpose.OPT_IN)))
    await spine.dispatch()
    assert "email address or phone number" in spine.lines("telegram", CHATROOM)[-1].text
    assert await owner(spine) is None
    await write(spine, "bela@x.example")  # a real one, of somebody else than the link
    assert codes(spine, "email", "bela@x.example") == []
    await write(spine, ANNA)
    assert "may ask you here" in await write(spine, codes(spine)[0])
    person = await owner(spine)
    assert person and person.id == anna.id


def test_codes_have_six_digits_and_differ() -> None:
    made = {new_code() for _ in range(200)}
    assert len(made) > 190 and all(re.fullmatch("[0-9]{6}", code) for code in made)

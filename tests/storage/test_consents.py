"""Consents in the store: a history, and what stands of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.store import Store, Transaction
from surveys.consent import FEEDBACK, Basis, Consent
from surveys.contact import Contact
from tests.storage.make import NOW, add_contacts, claim, contact, delivery, plan

YES = Consent(
    purpose=FEEDBACK,
    channel="sms",
    granted=True,
    basis=Basis.CONTRACT,
    source="identify: x",
    at=NOW,
)
NO = replace(
    YES, granted=False, basis=Basis.CONSENT, source="telegram", at=NOW + timedelta(hours=1)
)
ASSUMED = replace(YES, basis=Basis.LEGITIMATE_INTEREST, source="config")


async def record(store: Store, *said: tuple[int, Consent]) -> None:
    await store.unit_of_work(lambda t: t.record_consents(said))


async def person(store: Store, number: int) -> Contact:
    return (await store.unit_of_work(lambda t: t.contacts_by_id([number])))[number]


async def history(store: Store) -> list[tuple[int, bool, str, bool]]:
    async def work(t: Transaction) -> Any:
        found = await t._session.client.execute_query_dict(
            "SELECT contact_id, granted, source, is_latest FROM consent ORDER BY id"
        )
        return [
            (r["contact_id"], bool(r["granted"]), r["source"], bool(r["is_latest"])) for r in found
        ]

    return await store.unit_of_work(work)


async def test_the_last_word_stands_and_the_history_stays(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await record(store, (one.id, YES), (two.id, YES), (one.id, replace(YES, channel="email")))
    await record(store, (one.id, NO), (999_999, NO))
    assert set((await person(store, one.id)).consents) == {NO, replace(YES, channel="email")}
    assert (await person(store, two.id)).consents == (YES,)
    assert await history(store) == [
        (one.id, True, "identify: x", False),
        (two.id, True, "identify: x", True),
        (one.id, True, "identify: x", True),
        (one.id, False, "telegram", True),
    ]


async def test_twice_in_one_breath_the_last_word_stands(store: Store) -> None:
    (one,) = await add_contacts(store, contact("user:1"))
    await record(store, (one.id, YES), (one.id, NO))
    assert (await person(store, one.id)).consents == (NO,)
    assert len(await history(store)) == 2


async def test_a_stop_is_about_everything_and_coming_back_is_a_consent_there(store: Store) -> None:
    (one,) = await add_contacts(store, contact("user:1"))
    await store.unit_of_work(lambda t: t.opt_out([one.id], NOW, "sms"))
    stopped = Consent(granted=False, source="sms", at=NOW)
    assert (await person(store, one.id)).consents == (stopped,)
    await store.unit_of_work(lambda t: t.opt_in([one.id], NOW, "sms"))
    back = replace(stopped, granted=True)
    assert set((await person(store, one.id)).consents) == {
        back,
        replace(back, purpose=FEEDBACK, channel="sms"),
    }


async def test_merged_people_have_one_history_and_the_refusal_stands(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await record(store, (one.id, NO), (two.id, replace(YES, at=NOW + timedelta(days=1))))
    await store.unit_of_work(lambda t: t.merge_contacts(one.id, two.id, NOW))
    assert (await person(store, two.id)).consents == (NO,)
    await record(store, (two.id, YES))  # and what is said since stands for both
    assert (await person(store, one.id)).consents == (YES,)
    assert [row[0] for row in await history(store)] == [one.id] * 3


async def test_what_asking_rests_on_is_written_before_the_attempt_and_once(store: Store) -> None:
    (first, second) = await plan(store, 2)
    dues = await claim(store)
    attempts = [(due, delivery(due)) for due in dues]
    bases = [(first.contact_id, ASSUMED), (second.contact_id, ASSUMED), (999_999, ASSUMED)]
    await record(store, (second.contact_id, NO))
    assert all(await store.begin_deliveries(attempts, bases))
    await store.begin_deliveries([], bases)
    assert (await person(store, first.contact_id)).consents == (ASSUMED,)
    assert (await person(store, second.contact_id)).consents == (NO,)  # said meanwhile
    assert len(await history(store)) == 2


async def test_what_is_assumed_follows_who_was_merged_meanwhile(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await store.unit_of_work(lambda t: t.merge_contacts(one.id, two.id, NOW))
    await store.begin_deliveries([], [(two.id, ASSUMED)])
    assert (await person(store, one.id)).consents == (ASSUMED,)

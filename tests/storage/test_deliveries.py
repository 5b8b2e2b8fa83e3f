"""Deliveries: noted before the first byte, settled after, refused when somebody else took over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.store import Store, Transaction
from surveys.contact import AddressStatus
from surveys.due import Decision, Due, Outcome
from surveys.invitation import DeliveryState, InvitationState
from surveys.report import Filter
from tests.storage.make import HOUR, LEASE, NOW, answer, ask, asked, claim, delivery, plan, reply

TODAY = Filter(since=NOW.date(), until=NOW.date())


async def flows(store: Store) -> dict[str, int]:
    return {flow.stage: flow.n for flow in (await store.tally(TODAY)).flows}


async def state(store: Store, invitation_id: int) -> str:
    found = await store.load_conversations([invitation_id])
    return found[invitation_id].invitation.state.value


async def deliveries(store: Store) -> list[tuple[Any, ...]]:
    async def work(t: Transaction) -> list[tuple[Any, ...]]:
        found = await t._session.client.execute_query_dict(
            "SELECT state, external_id, reason FROM delivery ORDER BY id"
        )
        return [tuple(row.values()) for row in found]

    return await store.unit_of_work(work)


async def report(store: Store, external_id: str, status: DeliveryState, reason: str = "") -> None:
    await store.unit_of_work(lambda t: t.change_delivery("telegram", external_id, status, reason))


async def begun(store: Store, n: int = 1) -> tuple[list[Due], list[int]]:
    dues = await claim(store)
    assert len(dues) == n
    return dues, await store.begin_deliveries([(due, delivery(due)) for due in dues])


async def test_asking_moves_the_invitation_and_counts_it_once(store: Store) -> None:
    (one,) = await plan(store)
    (due,), (delivery_id,) = await begun(store)
    assert await deliveries(store) == [("sending", "", "")]
    assert await flows(store) == {}
    assert await store.end_deliveries([asked(due, delivery_id)], NOW) == []
    found = (await store.load_conversations([one.id]))[one.id]
    assert found.invitation.state is InvitationState.ASKED
    assert (found.invitation.channel, found.invitation.asked_at) == ("telegram", NOW)
    assert found.asked_external_id == f"ext-{delivery_id}"
    assert await deliveries(store) == [("sent", f"ext-{delivery_id}", "")]
    assert await flows(store) == {"sent": 1, "delivered": 1}
    assert await store.recount() == []


async def test_a_channel_with_receipts_counts_delivered_when_they_come(store: Store) -> None:
    await plan(store)
    (outcome,) = await ask(store, delivered=False)
    assert await flows(store) == {"sent": 1}
    await report(store, outcome.external_id, DeliveryState.DELIVERED)
    await report(store, outcome.external_id, DeliveryState.READ)
    await report(store, outcome.external_id, DeliveryState.DELIVERED)
    assert await flows(store) == {"sent": 1, "delivered": 1}
    assert await deliveries(store) == [("read", outcome.external_id, "")]
    assert await store.recount() == []


async def test_reports_join_in_any_order(store: Store) -> None:
    await plan(store)
    (outcome,) = await ask(store, delivered=False)
    await report(store, outcome.external_id, DeliveryState.BOUNCED, "mailbox full")
    await report(store, outcome.external_id, DeliveryState.SENT, "queued")
    assert await deliveries(store) == [("bounced", outcome.external_id, "mailbox full")]
    assert await flows(store) == {"sent": 1}


async def test_a_report_that_overtakes_our_own_note_is_kept(store: Store) -> None:
    await plan(store)
    (due,), (delivery_id,) = await begun(store)
    await report(store, "early", DeliveryState.READ)
    await report(store, "early", DeliveryState.DELIVERED)
    await report(store, "nobodys", DeliveryState.DELIVERED)
    outcome = asked(due, delivery_id, external_id="early", delivered=False)
    assert await store.end_deliveries([outcome], NOW) == []
    assert await deliveries(store) == [("read", "early", "")]
    assert await flows(store) == {"sent": 1, "delivered": 1}


async def test_an_attempt_is_not_begun_once_the_claim_is_lost(store: Store) -> None:
    await plan(store, 2)
    (lost,) = await claim(store, limit=1)
    ours = await claim(store, now=NOW + LEASE)  # somebody else, after the lease
    (fresh,) = [due for due in ours if due.id != lost.id]
    ids = await store.begin_deliveries([(lost, delivery(lost)), (fresh, delivery(fresh))])
    assert ids[0] == 0
    assert ids[1] > 0
    assert await deliveries(store) == [("sending", "", "")]


async def test_a_late_result_is_refused_but_kept_as_evidence(store: Store) -> None:
    (one,) = await plan(store)
    (late,), (delivery_id,) = await begun(store)
    (again,) = await claim(store, now=NOW + LEASE)
    decision = Decision(invitation_id=one.id, at=NOW, verdict="send", rule="due")
    outcome = asked(late, delivery_id, address_status=AddressStatus.BOUNCED, decision=decision)
    assert await store.end_deliveries([outcome], NOW + LEASE) == [late.id]
    assert await deliveries(store) == [("sent", f"ext-{delivery_id}", "")]
    assert await state(store, one.id) == "planned"
    assert await store.decisions(one.id) == []
    assert await flows(store) == {}
    found = await store.find_contact("telegram", "1001")
    assert found is not None
    assert found.addresses[0].status is AddressStatus.OK
    assert await store.end_deliveries([asked(again, 0)], NOW) == []
    assert await state(store, one.id) == "asked"


async def test_a_crash_while_sending_shows_at_the_next_claim(store: Store) -> None:
    await plan(store, 2)
    dues, ids = await begun(store, 2)
    assert await store.unsettled(dues) == {}  # our own claim is under way, not broken
    again = await claim(store, now=NOW + LEASE)
    broken = await store.unsettled(again)
    assert {name: [d.id for d in found] for name, found in broken.items()} == {
        due.id: [delivery_id] for due, delivery_id in zip(dues, ids, strict=True)
    }
    (first,) = broken[again[0].id]
    assert (first.state, first.channel, first.address) == (
        DeliveryState.SENDING,
        "telegram",
        "1001",
    )
    parked = asked(
        again[0], first.id, delivery=DeliveryState.UNCERTAIN, external_id="", delivered=False
    )
    assert await store.end_deliveries([parked], NOW + LEASE) == []
    assert list(await store.unsettled(again)) == [again[1].id]


async def test_after_a_crash_a_delivery_is_taken_up_again_under_its_id(store: Store) -> None:
    await plan(store)
    (old,), (delivery_id,) = await begun(store)
    (again,) = await claim(store, now=NOW + LEASE)
    (earlier,) = (await store.unsettled([again]))[again.id]
    assert await store.begin_deliveries([(old, earlier)]) == [0]
    assert await store.begin_deliveries([(again, earlier)]) == [delivery_id]
    assert await store.unsettled([again]) == {}
    assert await store.end_deliveries([asked(again, delivery_id)], NOW) == []
    assert await deliveries(store) == [("sent", f"ext-{delivery_id}", "")]


async def test_an_attempt_nobody_settled_stays_uncertain(store: Store) -> None:
    await plan(store)
    await begun(store)
    (again,) = await claim(store, now=NOW + LEASE)
    (new,) = await store.begin_deliveries([(again, delivery(again))])
    assert await store.end_deliveries([asked(again, new)], NOW) == []
    assert [row[0] for row in await deliveries(store)] == ["uncertain", "sent"]


async def test_a_deferred_attempt_is_tried_again_as_another(store: Store) -> None:
    (one,) = await plan(store)
    (due,), (delivery_id,) = await begun(store)
    outcome = Outcome(
        due=due,
        delivery_id=delivery_id,
        delivery=DeliveryState.DEFERRED,
        reason="Unavailable: 503",
        retry_at=NOW + HOUR,
    )
    assert await store.end_deliveries([outcome], NOW) == []
    assert await state(store, one.id) == "planned"
    (again,) = await claim(store, now=NOW + HOUR)
    assert again.attempts == 1
    (second,) = await store.begin_deliveries([(again, delivery(again))])
    assert second != delivery_id
    assert await deliveries(store) == [("deferred", "", "Unavailable: 503"), ("sending", "", "")]


async def test_a_reply_that_overtakes_its_own_sending_is_not_moved_back(store: Store) -> None:
    (one,) = await plan(store)
    (due,), (delivery_id,) = await begun(store)
    await reply(store, one.id, answer(value=9), state=InvitationState.COMPLETED, completed_at=NOW)
    assert await state(store, one.id) == "completed"
    assert await store.end_deliveries([asked(due, delivery_id)], NOW) == []
    assert await state(store, one.id) == "completed"
    assert await flows(store) == {"sent": 1, "delivered": 1, "started": 1, "completed": 1}
    assert await store.recount() == []


async def test_one_failed_channel_of_several_does_not_fail_the_invitation(store: Store) -> None:
    (one,) = await plan(store, all_channels=True)
    await ask(store)
    (mail,) = await claim(store, "email")
    (delivery_id,) = await store.begin_deliveries([(mail, delivery(mail, "u0@x.example"))])
    failed = Outcome(
        due=mail,
        delivery_id=delivery_id,
        delivery=DeliveryState.BOUNCED,
        state=InvitationState.FAILED,
        address_status=AddressStatus.BOUNCED,
    )
    assert await store.end_deliveries([failed], NOW) == []
    assert await state(store, one.id) == "asked"
    person = (await store.load_conversations([one.id]))[one.id].contact
    assert person.address("email") is None
    assert person.address("telegram") is not None


async def test_skips_and_decisions_are_kept(store: Store) -> None:
    (one,) = await plan(store)
    (due,) = await claim(store)
    hold = Decision(invitation_id=one.id, at=NOW, verdict="hold", rule="quiet", inputs={"h": 23})
    skip = replace(hold, verdict="skip", rule="stop", inputs={"nested": {"a": [1, None]}})
    held = Outcome(due=due, retry_at=NOW + HOUR, counts_as_attempt=False, decision=hold)
    assert await store.end_deliveries([held], NOW) == []
    (due,) = await claim(store, now=NOW + HOUR)
    skipped = Outcome(due=due, state=InvitationState.SKIPPED, decision=skip)
    assert await store.end_deliveries([skipped], NOW) == []
    assert await store.decisions(one.id) == [hold, skip]
    assert await state(store, one.id) == "skipped"
    assert await flows(store) == {}


async def test_a_relocated_address_is_renamed(store: Store) -> None:
    (one,) = await plan(store)
    (due,), (delivery_id,) = await begun(store)
    outcome = Outcome(
        due=due,
        delivery_id=delivery_id,
        delivery=DeliveryState.DEFERRED,
        new_address="-100",
        retry_at=NOW + timedelta(seconds=1),
    )
    assert await store.end_deliveries([outcome], NOW) == []
    person = (await store.load_conversations([one.id]))[one.id].contact
    found = person.address("telegram")
    assert found is not None
    assert found.value == "-100"


async def test_counts_show_states(store: Store) -> None:
    await plan(store, 3)
    await ask(store, limit=2)
    counts = await store.counts()
    assert counts["invitations.asked"] == 2
    assert counts["invitations.planned"] == 1
    assert counts["deliveries.sent"] == 2
    assert counts["dues"] == 1
    assert counts["contacts"] == 3

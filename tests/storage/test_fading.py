"""What fades leads to nobody, in whatever table; what is anonymous loses its words as well."""

from datetime import timedelta

import pytest

from bot.config.themes import shipped_reader
from storage.erasing import BY_INVITATION
from storage.store import Store
from surveys.case import Case
from surveys.comment import Search
from surveys.invitation import InvitationState
from surveys.report import Filter
from tests.storage.make import (
    NOW,
    PHONE,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    invitation,
    reply,
)
from tests.storage.test_anonymous import crowd, dump, fetch, part, say

DAY = timedelta(days=1)
LATER = NOW + 800 * DAY
BEFORE = LATER - 365 * DAY
ALWAYS = Filter(since=(NOW - 9 * DAY).date(), until=(NOW + 9 * DAY).date())
KEPT = {"answer", "response", "anonymous_reply", "delivery", "customer_case"}
"""Tables whose rows stay, for the counts, and name nobody; of the others nothing stays."""


async def live(store: Store) -> int:
    """Somebody with something planted in every table; gives their invitation."""
    place = [("telegram", "planted-address")]
    (who,) = await add_contacts(store, contact("user:u", addresses=place))
    due, ends = NOW, NOW + 7 * DAY
    (made,) = await add_invitations(
        store, invitation(who.id, due_at=due, expires_at=ends, facts={"x": "planted"})
    )
    await ask(store)
    await reply(store, made.id, answer("comment", text="planted, and slow"))
    await reply(
        store,
        made.id,
        answer("comment", text="planted, waited too long", revision=2),
        state=InvitationState.COMPLETED,
        completed_at=NOW,
    )
    case = Case(
        contact_id=who.id, invitation_id=made.id, survey="phone", interaction=PHONE, opened_at=NOW
    )
    await store.unit_of_work(lambda t: t.add_cases([case]))
    await store.read_comments(shipped_reader(), 50)
    await hang_on(store, who.id, made.id)
    return made.id


async def hang_on(store: Store, who: int, number: int) -> None:
    """What else may lead from an invitation to its person, planted as it is kept."""
    at = round(NOW.timestamp() * 1000)
    said = ", ".join(
        f"(1, {at}, '{kind}', 'ann', 'planted', 'sms')"
        for kind in ("said", "heard", "note", "added", "undelivered", "recovery")
    )
    for change in (
        f"customer_case SET closed_at = {at}, state = 'solved', talk_address = 'planted'",
        "delivery SET address = 'planted', external_id = 'planted', reason = 'planted'",
    ):
        await fetch(store, f"UPDATE {change} RETURNING id")
    press = f"{number}, 'q', '', 'web', '[]', 'planted', '', '{{}}', 1, {at}"
    for table, columns, values in (
        ("case_entry", "case_id, at, kind, who, text, channel", said),
        (
            "staff_post",
            "case_id, due_id, kind, lane, address, name, at, external_id, reason, todo",
            f"(1, 'd', 'case', 'email', 'ann@x.example', 'planted', {at}, 'e', '', '')",
        ),
        (
            "decision",
            "invitation_id, at, verdict, rule, inputs",
            f"""({number}, {at}, 'send', 'reachable', '{{"to": "planted"}}')""",
        ),
        (
            "ask_hold",
            "invitation_id, contact_id, survey, channel, at",
            f"({number}, {who}, 'planted', 'sms', {at})",
        ),
        (
            "link_signal",
            "invitation_id, opened, reason, seen_at",
            f"({number}, '[]', 'planted', {at})",
        ),
        (
            "held_press",
            "invitation_id, question_id, metric_id, channel, chosen, text, reason, hints, presses, at",
            f"({press})",
        ),
    ):
        await fetch(store, f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING 1 AS one")


async def fade(store: Store) -> int:
    """Fade to the end; gives how many."""
    faded, behind = 0, -1
    while behind:
        place = behind
        count, behind = await store.unit_of_work(
            lambda t, place=place: t.fade_answers(BEFORE, place, 2)  # type: ignore[misc]
        )
        faded += count
    return faded


async def test_nothing_of_what_faded_leads_to_a_person(store: Store) -> None:
    number = await live(store)
    before = await dump(store)
    assert {t for t in before if "planted" in repr(before[t])} >= {
        *("address", "answer", "case_entry", "decision", "held_press", "link_signal"),
        *("ask_hold", "staff_post", "customer_case", "delivery", "invitation"),
    }
    assert len(before["answer"]) == 2, "they changed their mind"
    assert await fade(store) == 1
    found = await dump(store)
    assert {t for t in found if "planted" in repr(found[t])} == {"address"}
    left = {t for t in BY_INVITATION if any(r["invitation_id"] == number for r in found[t])}
    assert left <= KEPT
    assert not any(row.get("contact_id") for t in KEPT for row in found[t])
    assert not found["comment_gist"] and not found["comment_unread"]
    assert [bool(row["is_latest"]) for row in found["answer"]] == [True], "no change of mind stays"
    assert {entry["kind"] for entry in found["case_entry"] if entry["text"]} <= {"opened"}


async def test_what_is_younger_stays_as_it_is(store: Store) -> None:
    await live(store)
    before = await dump(store)
    faded, _ = await store.unit_of_work(lambda t: t.fade_answers(NOW, -1, 2))
    after = await dump(store)
    assert faded == 0
    assert {name for name in before if after[name] != before[name]} <= {"setting"}


async def test_anonymous_words_go_and_their_scores_stay(store: Store) -> None:
    numbers = await crowd(store, 6)
    for number in numbers:
        await say(store, number, "planted, waited too long", score=2)
    await part(store)
    await store.read_comments(shipped_reader(), 50)
    before = await store.tally(ALWAYS)
    assert await store.count_old("answers", BEFORE) == 12, "whom was asked, and what was said"
    assert await fade(store) == 12
    assert "planted" not in repr(await dump(store))
    assert await store.list_comments(Search(rows=ALWAYS), 50, 0) == []
    assert await store.hear(ALWAYS, (), 50) == []
    assert await store.tally(ALWAYS) == before
    assert await store.recount() == []
    assert await store.count_old("answers", BEFORE) == 0
    assert await fade(store) == 0


@pytest.mark.parametrize("state", ["planned", "asked", "started"])
async def test_what_has_not_ended_keeps_its_person_however_old(store: Store, state: str) -> None:
    number = await live(store)
    await fetch(store, f"UPDATE invitation SET state = '{state}' RETURNING id")
    assert await store.count_old("answers", BEFORE) == 0
    assert await fade(store) == 0
    await fetch(store, f"UPDATE invitation SET state = 'expired' WHERE id = {number} RETURNING id")
    assert await fade(store) == 1

"""One person, many names: events name people in any order, and the person stays one.

A state machine lets business systems identify and alias, people stop and come back (in their chat,
and by every link they were ever sent), and time go on, in whatever order breaks it.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import integers, none, one_of, sampled_from

from channels.sandbox import Sandbox
from storage.store import Store
from surveys.contact import Contact
from surveys.event import Event, EventKind
from surveys.inbound import OptedIn, OptedOut
from surveys.link import Purpose
from tests.scheduler.spine import CHAT, MAIL, PAGE, START, Spine, call, make_rules

USERS = [f"u{n}" for n in range(4)]
VISITORS = [f"v{n}" for n in range(2)]
CHATS = ["1001", "1002", "1003"]
WAIT = timedelta(hours=1)


class People(RuleBasedStateMachine):
    """``stopped`` are the keys of people who said stop; ``links`` what was ever sealed: contact
    number -> a key of theirs then.
    """

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        rules = make_rules()
        rules = replace(rules, triggers=(replace(rules.triggers[0], wait=WAIT),))
        store = self.runner.run(Store.open("sqlite://:memory:"))
        can = {"telegram": CHAT, "email": MAIL, "web": PAGE}
        self.spine = Spine(store=store, rules=rules, capabilities=can, channels={}, now=START)
        for name, ability in can.items():
            self.spine.channels[name] = Sandbox(
                name=name, capabilities=ability, clock=lambda: self.spine.now
            )
            self.spine.lane(name)
        self.stopped: set[str] = set()
        self.links: dict[int, str] = {}
        self.numbers = 0
        for who, chat in zip(USERS, CHATS, strict=False):
            self.identify(who=who, visitor=None, chat=chat)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.spine.store.close())
            self.runner.close()

    # What happens

    def report(self, kind: EventKind, **given: object) -> None:
        self.numbers += 1
        now = self.spine.now
        event = Event(
            message_id=f"m{self.numbers}",
            kind=kind,
            occurred_at=now,
            received_at=now,
            **given,  # type: ignore[arg-type]
        )
        self.runner.run(self.spine.report(event))
        self.note_links()

    @rule(
        who=sampled_from(USERS),
        visitor=one_of(none(), sampled_from(VISITORS)),
        chat=one_of(none(), sampled_from(CHATS)),
    )
    def identify(self, who: str, visitor: str | None, chat: str | None) -> None:
        traits = {"telegram_id": chat} if chat else {}
        self.report(EventKind.IDENTIFY, user_id=who, anonymous_id=visitor, traits=traits)

    @rule(who=sampled_from(VISITORS), chat=sampled_from(CHATS))
    def visit(self, who: str, chat: str) -> None:
        self.report(EventKind.IDENTIFY, anonymous_id=who, traits={"telegram_id": chat})

    @rule(who=sampled_from(USERS), was=sampled_from(USERS + VISITORS))
    def alias(self, who: str, was: str) -> None:
        self.report(EventKind.ALIAS, user_id=who, previous_id=was)
        one, other = (self.of(f"user:{name}") for name in (who, was))
        assert one and one == other

    @rule(who=sampled_from(USERS))
    def call(self, who: str) -> None:
        """Nobody calls twice before they were asked: two calls are two surveys, rightly."""
        person = self.of(f"user:{who}")
        if person is None or "planned" not in self.runner.run(self.open_of(person)):
            self.numbers += 1
            event = call(self.numbers, int(who[1:]), self.spine.now)
            self.runner.run(self.spine.report(event))

    @rule(who=sampled_from(USERS), was=sampled_from(USERS))
    def alias_between_two_calls_and_their_surveys(self, who: str, was: str) -> None:
        self.call(who)
        self.call(was)
        self.alias(who, was)

    @rule(chat=sampled_from(CHATS))
    def stop_in_the_chat(self, chat: str) -> None:
        owner = self.runner.run(self.spine.store.find_contact("telegram", chat))
        self.runner.run(self.spine.hear(self.spine.stop(chat)))
        if owner:
            self.stopped |= set(owner.keys)

    @rule(pick=integers(0, 99), again=sampled_from([OptedOut, OptedIn]))
    def press_an_old_link(self, pick: int, again: type[OptedOut | OptedIn]) -> None:
        if not self.links:
            return
        number, key = list(self.links.items())[pick % len(self.links)]
        token = self.spine.token(number, Purpose.STOP)
        source = self.spine.source("", "web")
        ((page,),) = self.runner.run(self.spine.hear(again(**source, token=token)))
        assert page.text != self.spine.rules.bank("en").texts["gone"]
        person = self.of(key)
        assert person
        if again is OptedOut:
            assert person.opted_out_at
            self.stopped |= set(person.keys)
        else:
            assert not person.opted_out_at
            self.stopped -= set(person.keys)

    @rule()
    def time_goes_on(self) -> None:
        self.spine.now += 2 * WAIT
        before = {chat: len(self.spine.lines("telegram", chat)) for chat in CHATS}
        owners = {c: self.runner.run(self.spine.store.find_contact("telegram", c)) for c in CHATS}
        self.runner.run(self.spine.dispatch())
        asked: list[str] = []
        for chat, owner in owners.items():
            new = self.spine.lines("telegram", chat)[before[chat] :]
            asked += [
                owner.keys[0] for line in new if owner and line.message and line.message.buttons
            ]
            assert not (
                owner and owner.opted_out_at and any(n.message.buttons for n in new if n.message)
            )
        assert len(asked) == len(set(asked)), "somebody was asked twice"

    # What always holds

    @invariant()
    def a_stop_is_never_lost(self) -> None:
        if not hasattr(self, "runner"):
            return
        for name, person in self.everybody().items():
            assert bool(person.opted_out_at) == bool(self.stopped & set(person.keys)), name

    @invariant()
    def every_old_number_is_somebody(self) -> None:
        if not hasattr(self, "runner"):
            return
        found = self.runner.run(
            self.spine.store.unit_of_work(lambda t: t.contacts_by_id(self.links))
        )
        assert found.keys() == self.links.keys()
        assert all(self.links[number] in person.keys for number, person in found.items())

    # Looking

    def of(self, key: str) -> Contact | None:
        store = self.spine.store
        return self.runner.run(store.unit_of_work(lambda t: t.lock_contacts({key}))).get(key)

    async def open_of(self, person: Contact) -> list[str]:
        numbers = await self.spine.store.load_conversations(range(1, self.numbers + 2))
        return [
            c.invitation.state for c in numbers.values() if c.invitation.contact_id == person.id
        ]

    def everybody(self) -> dict[str, Contact]:
        names = [*(f"user:{u}" for u in USERS), *(f"anon:{v}" for v in VISITORS)]
        return self.runner.run(self.spine.store.unit_of_work(lambda t: t.lock_contacts(names)))

    def note_links(self) -> None:
        for person in self.everybody().values():
            self.links.setdefault(person.id, person.keys[0])


TestPeople = People.TestCase
TestPeople.settings = settings(
    max_examples=60,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def alias(who: str, was: str, message_id: str) -> Event:
    return Event(
        message_id=message_id,
        kind=EventKind.ALIAS,
        user_id=who,
        previous_id=was,
        occurred_at=START,
        received_at=START,
    )


def named(who: str, message_id: str) -> Event:
    return Event(
        message_id=message_id,
        kind=EventKind.IDENTIFY,
        user_id=who,
        traits={"plan": "pro"},
        occurred_at=START,
        received_at=START,
    )


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
@pytest.mark.parametrize("apart", [True, False])
async def test_aliases_in_any_order_end_in_one_person(order: tuple[int, ...], apart: bool) -> None:
    store = await Store.open("sqlite://:memory:")
    try:
        spine = Spine(store=store, rules=make_rules(), capabilities={"telegram": CHAT}, channels={})
        chain = [alias("b", "a", "1"), alias("c", "b", "2"), named("a", "3"), alias("a", "c", "4")]
        events = [chain[n] for n in order]
        for batch in [[e] for e in events] if apart else [events]:
            await spine.report(*batch)
        keys = {"user:a", "user:b", "user:c"}
        found = await store.unit_of_work(lambda t: t.lock_contacts(keys))
        assert len({person.id for person in found.values()}) == 1 and found.keys() == keys
        assert (await store.counts())["contacts"] == 1
        assert found["user:a"].attributes == {"plan": "pro"}
    finally:
        await store.close()

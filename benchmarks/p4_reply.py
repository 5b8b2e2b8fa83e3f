"""P4, a turn of a conversation: a press comes in over Telegram's webhook, the answer is stored and
the next question is due, all committed before the 200. 64 connections, secrets checked.

Beside it a bare aiohttp handler that parses the same updates, and aiogram's dispatcher with its
state in memory. ``make bench`` or ``python -m benchmarks.p4_reply``.
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import orjson
import uvloop

from benchmarks.load import Load, post_all
from benchmarks.measuring import (
    Line,
    arguments,
    compare,
    compare_cost,
    in_turn,
    median,
    print_table,
)
from benchmarks.peers import SECRET
from benchmarks.process import Child, running
from benchmarks.setting import databases, telegram_block, write_config
from storage.store import Store, Transaction
from surveys.contact import Address, Contact
from surveys.due import Due, Outcome
from surveys.event import Interaction
from surveys.invitation import Delivery, DeliveryState, Invitation, InvitationState
from surveys.link import Purpose, seal

AT_ONCE = 500
_HEADERS = (f"X-Telegram-Bot-Api-Secret-Token: {SECRET}",)
_LEASE = timedelta(minutes=5)


async def ask_people(url: str, size: int) -> list[bytes]:
    """Ask that many people by Telegram, and give the press of each as Telegram would post it."""
    store = await Store.open(url)
    now = datetime.now(UTC)
    presses: list[bytes] = []
    for start in range(0, size, AT_ONCE):
        numbers = range(start, min(size, start + AT_ONCE))
        asked = await store.unit_of_work(partial(_plan, numbers, now))
        await _carry(store, now)
        expires = asked[0].expires_at + timedelta(days=30)
        tokens = [seal(store.key, Purpose.ANSWER, i.id, expires) for i in asked]
        presses += [_press(*pair) for pair in zip(numbers, tokens, strict=True)]
    await store.close()
    return presses


async def _plan(numbers: range, now: datetime, work: Transaction) -> list[Invitation]:
    people = await work.save_contacts([_contact(number) for number in numbers])
    return await work.add_invitations([_invitation(person, now) for person in people])


async def _carry(store: Store, now: datetime) -> None:
    """Play the dispatcher: everything due is sent and settled."""
    while dues := await store.claim_due("telegram", now, _LEASE, AT_ONCE):
        begun = await store.begin_deliveries([(due, _delivery(due, now)) for due in dues])
        done = [_sent(due, number) for due, number in zip(dues, begun, strict=True)]
        await store.end_deliveries(done, now)


def _contact(number: int) -> Contact:
    address = Address(channel="telegram", value=str(10_000 + number))
    return Contact(keys=(f"user:u{number}",), addresses=(address,), language="en")


def _invitation(person: Contact, now: datetime) -> Invitation:
    return Invitation(
        key=f"{person.id:032x}",
        contact_id=person.id,
        survey="after_call",
        survey_version="1",
        trigger="after_call",
        via=("telegram",),
        due_at=now,
        expires_at=now + timedelta(days=7),
        interaction=Interaction(id=f"c{person.id}", agent=f"a{person.id % 50}", team="support"),
        facts={"duration_s": 60},
        language="en",
    )


def _delivery(due: Due, now: datetime) -> Delivery:
    number = due.invitation_id
    return Delivery(
        invitation_id=number, channel="telegram", address=str(10_000 + number), started_at=now
    )


def _sent(due: Due, delivery_id: int) -> Outcome:
    return Outcome(
        due=due,
        delivery_id=delivery_id,
        delivery=DeliveryState.SENT,
        external_id=str(delivery_id),
        state=InvitationState.ASKED,
        delivered=True,
    )


def _press(number: int, token: str) -> bytes:
    person = {"id": 10_000 + number, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    bot = {"id": 1, "is_bot": True, "first_name": "Acme", "username": "acme_bot"}
    message = {
        "message_id": number + 1,
        "from": bot,
        "chat": {"id": 10_000 + number, "type": "private", "first_name": "Anna"},
        "date": 1_795_262_400,
        "text": "How likely are you to recommend us?",
    }
    query = {
        "id": str(number),
        "from": person,
        "message": message,
        "chat_instance": "1",
        "data": f"{token}.nps.{number % 11}",
    }
    return orjson.dumps({"update_id": 1_000_000 + number, "callback_query": query})


def main() -> None:
    parser = arguments(__doc__ or "", size=1500, unit="presses a round")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite only")
    parser.add_argument("--no-aiogram", action="store_true", help="leave that peer out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        urls = stack.enter_context(databases(folder, postgres=not options.no_postgres))
        provider = stack.enter_context(running("benchmarks.provider", "telegram"))
        peers = ("bare",) if options.no_aiogram else ("bare", "aiogram")
        servers = {n: stack.enter_context(running("benchmarks.peers", n)) for n in peers}
        presses: dict[str, list[bytes]] = {}
        for kind, url in urls.items():
            presses[kind] = uvloop.run(ask_people(url, options.size * (options.rounds + 1)))
            servers[kind] = stack.enter_context(_service(folder / kind, url, provider))
        for peer in peers:
            presses[peer] = presses["SQLite"]
        loads = in_turn(
            options.rounds,
            {n: _post(s, presses[n], options.size, folder) for n, s in servers.items()},
        )
    print_table("P4 reply turn", [line for kind in urls for line in _lines(kind, loads)])


def _service(folder: Path, url: str, provider: Child) -> AbstractContextManager[Child]:
    folder.mkdir()
    telegram = telegram_block(provider.url, more=f", mode: webhook, secret: {SECRET}")
    config = write_config(folder, url, {"telegram": telegram})
    return running("bot", "run", "--log", "warning", "--config", str(config))


def _post(
    server: Child, presses: Sequence[bytes], size: int, folder: Path
) -> Callable[[int], Load]:
    def run(round_number: int) -> Load:
        mine = presses[round_number * size : (round_number + 1) * size]
        return post_all(server, "/telegram", mine, folder=folder, headers=_HEADERS)

    return run


def _lines(kind: str, loads: dict[str, list[Load]]) -> list[Line]:
    def of(name: str, measure: Callable[[Load], float]) -> float:
        return median([measure(load) for load in loads[name]])

    def both(peer: str, measure: Callable[[Load], float]) -> tuple[float, float]:
        return of(kind, measure), of(peer, measure)

    turn = f"{kind}: a turn"
    lines = [
        compare(turn, *both("bare", _rate), unit="/s", least=0.5, peer="bare"),
        compare_cost(f"{turn}, p50", *both("bare", _p50), unit="ms", peer="bare"),
        compare_cost(f"{turn}, p99", *both("bare", _p99), unit="ms", most=5, peer="bare"),
        compare_cost(f"{turn}, processor", *both("bare", _cpu), unit="µs", peer="bare"),
    ]
    if "aiogram" in loads:
        lines += [
            compare(turn, *both("aiogram", _rate), unit="/s", least=10, peer="aiogram"),
            compare_cost(f"{turn}, processor", *both("aiogram", _cpu), unit="µs", peer="aiogram"),
        ]
    return lines


def _rate(load: Load) -> float:
    return load.rate


def _p50(load: Load) -> float:
    return load.p50 * 1e3


def _p99(load: Load) -> float:
    return load.p99 * 1e3


def _cpu(load: Load) -> float:
    return load.server_cpu * 1e6


if __name__ == "__main__":
    main()

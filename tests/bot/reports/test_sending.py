"""Reports over real sockets: by schedule, to Telegram and by mail, once, and late after an outage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import load_config
from bot.reports.sending import Reporter, Turn
from bot.service import Service
from storage.campaigns import Run
from storage.store import Store, Transaction
from surveys.event import Interaction
from surveys.invitation import InvitationState
from tests.bot.whole import until
from tests.providers.smtp import SmtpServer
from tests.providers.telegram import TelegramServer
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    asked,
    contact,
    delivery,
    invitation,
    reply,
)

SUNDAY = datetime(2026, 11, 22, 20, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 0, 30, tzinfo=UTC)  # 08:00:30 in Helsinki
WORDS = "The queue was far too long and nobody called back on +358 40 1234567, says Anna."

CONFIG = """
service: {{ name: Acme, timezone: Europe/Helsinki, database: "sqlite://{folder}/r.db", write_keys: [k],
  listen: "127.0.0.1:0" }}
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling }}
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example> }}
staff:
  - {{ name: Otto, role: manager, telegram: "778" }}
  - {{ name: Kai, role: manager, language: fi, telegram: "779" }}
  - {{ name: Maija, role: team_lead, teams: [sales], telegram: "777" }}
surveys:
  phone: {{ title: {{ en: Your call, fi: Soittosi }}, questions: [nps, comment], goal: {{ nps: 50 }} }}
campaigns:
  yearly: {{ survey: phone, schedule: monday at 10:00, via: [email], spread: 1h, expires: 1d,
    reports: [campaign_end] }}
reports:
  - {{ name: weekly, schedule: monday at 08:00, period: 7d, to: [manager, Maija, "email:cx@acme.example"] }}
  - {{ name: viikko, schedule: monday at 08:00, language: fi, to: "email:fi@acme.example" }}
"""


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Here:
    """A service with answers of last week, a Telegram and a mail server."""

    service: Service
    telegram: TelegramServer
    mail: SmtpServer
    clock: Clock

    def mails(self, to: str) -> list[str]:
        return [m.body("plain") for m in self.mail.ledger if m.recipient == to]


async def fill(folder: Path) -> None:
    """Thirty people asked on Saturday: twelve gave 9, six gave 3; one wrote words."""
    store = await Store.open(f"sqlite://{folder}/r.db", "Europe/Helsinki")
    found = await add_contacts(
        store,
        *(
            contact(
                f"user:{n}", attributes={"first_name": "Anna"}, addresses=[("sms", f"+3584{n}")]
            )
            for n in range(30)
        ),
    )
    teams = ("sales", "support")
    asked = await add_invitations(
        store,
        *(
            invitation(one.id, interaction=Interaction(team=teams[n % 2], agent="Pekka"))
            for n, one in enumerate(found)
        ),
    )
    await ask(store)
    done: dict[str, Any] = {"state": InvitationState.COMPLETED, "completed_at": NOW}
    for n, one in enumerate(asked[:18]):
        await reply(store, one.id, answer(value=9 if n < 12 else 3), **done)
    words = answer("comment", text=WORDS, metric_id="", scale_id="", value=None)
    await reply(store, asked[17].id, words, **done)
    await store.close()


@asynccontextmanager
async def running(folder: Path, now: datetime, more: str = "") -> AsyncIterator[Here]:
    """``more`` is what the file says besides: further reports."""
    await fill(folder)
    async with TelegramServer() as telegram, SmtpServer() as mail:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                folder=folder,
                token=telegram.token,
                telegram=telegram.url,
                smtp=mail.url,
            )
            + more
        )
        clock = Clock(now)
        async with Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service:
            yield Here(service, telegram, mail, clock)


def reporter(here: Here) -> Reporter:
    """The service's reporter as another machine has it."""
    service = here.service
    return Reporter(
        service.store,
        lambda: service.config,
        channels={name: c.capabilities for name, c in service.channels.items()},
        clock=here.clock,
        wake=service.wake,
    )


async def test_a_weekly_report_goes_out_once_to_everybody(tmp_path: Path) -> None:
    async with running(tmp_path, SUNDAY) as here:
        one, two = reporter(here), reporter(here)
        await one.tick()
        assert not here.mail.ledger
        here.clock.now = MONDAY
        await one.tick()
        await two.tick()
        await reporter(here).tick()
        await until(lambda: len(here.mail.ledger) >= 2)
        await until(lambda: len(here.telegram.sent(777)) >= 2 and len(here.telegram.sent(778)) >= 2)
        await until(lambda: len(here.telegram.sent(779)) >= 2)
        assert "NPS +33; 95 %: " in "\n".join(m.text for m in here.telegram.sent(778))
        assert "vastauksia: 18" in "\n".join(m.text for m in here.telegram.sent(779))
        (english,) = here.mails("cx@acme.example")
        assert "Acme: weekly" in english
        assert "16 November 2026 – 22 November 2026" in english
        assert "30 sent, 30 delivered, 18 answered: 60 %" in english
        assert "NPS +33" in english
        assert "goal +50: not met" in english
        assert "The queue was far too long and nobody called back on …, says …." in english
        (finnish,) = here.mails("fi@acme.example")
        assert "Soittosi" in finnish
        assert "vastauksia: 18" in finnish
        mail = next(m for m in here.mail.ledger if m.recipient == "cx@acme.example")
        page = mail.body("html")
        assert "<caption" in page
        ids = [part["Content-ID"] for part in mail.message.walk() if part["Content-ID"]]
        assert ids
        assert all(f'src="cid:{name.strip("<>")}"' in page for name in ids)


async def test_a_team_lead_gets_their_own_teams_numbers(tmp_path: Path) -> None:
    async with running(tmp_path, SUNDAY) as here:
        one = reporter(here)
        await one.tick()
        here.clock.now = MONDAY
        await one.tick()
        await until(lambda: len(here.telegram.sent(777)) >= 2 and len(here.telegram.sent(778)) >= 2)
        own = "\n".join(m.text for m in here.telegram.sent(777))
        everybody = "\n".join(m.text for m in here.telegram.sent(778))
        assert "15 sent" in own
        assert "30 sent" in everybody


async def test_one_that_was_missed_is_sent_if_it_is_recent(tmp_path: Path) -> None:
    async with running(tmp_path, SUNDAY) as here:
        await reporter(here).tick()
        here.clock.now = MONDAY + timedelta(hours=11)
        await reporter(here).tick()
        await until(lambda: len(here.mails("cx@acme.example")) == 1)


async def test_one_that_is_old_is_not(tmp_path: Path) -> None:
    async with running(tmp_path, SUNDAY) as here:
        await reporter(here).tick()
        here.clock.now = MONDAY + timedelta(hours=13)
        await reporter(here).tick()
        counts = await here.service.store.counts()
        assert counts["dues"] == 0
        assert not here.mail.ledger


async def test_a_new_report_does_not_begin_with_what_is_past(tmp_path: Path) -> None:
    async with running(tmp_path, MONDAY + timedelta(minutes=5)) as here:
        await reporter(here).tick()
        assert not here.mail.ledger
        assert not here.telegram.sent(778)


async def answer_yearly(store: Store, at: datetime) -> None:
    """A customer of each team answers the campaign."""
    people = await add_contacts(store, contact("user:sales"), contact("user:support"))
    teams = ("sales", "support")
    about = [Interaction(team=team) for team in teams]
    made = await add_invitations(
        store,
        *(
            invitation(p.id, trigger="yearly", due_at=at, interaction=i, via=("sms",))
            for p, i in zip(people, about, strict=True)
        ),
    )
    dues = await store.claim_due("sms", at, timedelta(minutes=1), 9)
    ids = await store.begin_deliveries([(due, delivery(due)) for due in dues])
    await store.end_deliveries(
        [asked(due, number) for due, number in zip(dues, ids, strict=True)], at
    )
    for one, words in zip(made, ("The sales were slow", "The support was slow"), strict=True):
        given = answer("comment", text=f"{words}, and nobody called back", at=at)
        done: dict[str, Any] = {"state": InvitationState.COMPLETED, "completed_at": at}
        await reply(store, one.id, given, **done)


async def asked_whole(here: Here, turn: Turn, hold_out: float) -> int:
    """How many people there were altogether, as a report reckons."""
    assert turn.campaign
    held = replace(turn, campaign=replace(turn.campaign, hold_out=hold_out))
    return (await reporter(here)._contents(held, here.service.config, None)).whole


class _Come:
    """A round that came and whose people are enlisted."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def __call__(self, transaction: Transaction) -> None:
        await transaction.take_occurrence(self._run)
        await transaction.go_on(self._run, 0, 0, done=True)


async def test_the_end_of_a_campaign_is_reported(tmp_path: Path) -> None:
    ends = "  - { name: campaign_end, schedule: campaign end, to: [manager, Maija] }\n"
    async with running(tmp_path, SUNDAY, ends) as here:
        begins = datetime(2026, 11, 23, 8, tzinfo=UTC)
        run = Run(campaign="yearly", wall=datetime(2026, 11, 23, 10), begins=begins)  # noqa: DTZ001 - a wall

        await here.service.store.unit_of_work(_Come(run))
        await answer_yearly(here.service.store, begins)
        later = replace(run, wall=run.wall + timedelta(days=1), begins=begins + timedelta(days=1))
        await here.service.store.unit_of_work(_Come(later))  # is not what ended
        here.clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)  # spread 1h, expires 1d
        await reporter(here).tick()
        await until(lambda: bool(here.telegram.sent(778)))
        said = "\n".join(m.text for m in here.telegram.sent(778))
        assert "Acme: campaign_end: yearly" in said
        assert "2 sent" in said
        await until(lambda: bool(here.telegram.sent(777)))
        own = "\n".join(m.text for m in here.telegram.sent(777))
        assert "1 sent" in own, "a team lead's report is of their own teams"
        assert "sales were slow" in own
        assert "support was slow" not in own
        (turn,) = [t for t in await reporter(here)._by_campaign() if t.at == here.clock.now]
        whole = [await asked_whole(here, turn, hold_out) for hold_out in (0.0, 10.0)]
        assert whole == [2, 0], "who was held out was not asked: that is not everybody"

"""Cases and mail: a customer who is written to by mail and writes back, and colleagues who are told
by mail and cannot speak to customers by it.
"""

from pathlib import Path

import pytest

from tests.bot.mailed import ANNA, Mailed, mailed_service
from tests.bot.whole import until
from tests.providers.smtp import Mail

OTTO, MAIJA = 778, "maija@acme.example"
MORE = f"""
staff:
  - {{ name: Maija, role: team_lead, teams: [support], email: {MAIJA} }}
  - {{ name: Otto, role: manager, telegram: "{OTTO}" }}
alerts:
  - {{ if: nps <= 6, to: [team_lead, manager], case: {{}} }}
"""


def mails_to(mailed: Mailed, address: str) -> list[Mail]:
    return [mail for mail in mailed.relay.ledger if mail.recipient == address.lower()]


def told(mailed: Mailed) -> list[str]:
    return [message.text for message in mailed.telegram.sent(OTTO)]


async def an_open_case(mailed: Mailed) -> Mail:
    """Let Anna answer 2 by mail; gives the mail that asked her."""
    await mailed.ask()
    [asked] = await mailed.mails(1)
    await mailed.answer(asked, "2")
    await until(lambda: any("Bad feedback from Anna1" in text for text in told(mailed)))
    await until(lambda: mails_to(mailed, MAIJA) and len(mails_to(mailed, ANNA)) == 2)
    return asked


async def test_a_customer_by_mail_reads_it_in_the_thread_and_writes_back(tmp_path: Path) -> None:
    async with mailed_service(tmp_path, MORE) as mailed:
        asked = await an_open_case(mailed)
        mailed.telegram.say(OTTO, "/case 1 say I am sorry.\nWhat can we do?")
        await until(lambda: len(mails_to(mailed, ANNA)) == 3)
        words = mails_to(mailed, ANNA)[-1]
        assert "I am sorry.\nWhat can we do?" in words.body("plain").replace("\r\n", "\n")
        assert "Otto from Acme:" in words.body("plain")
        assert str(words.message["Subject"]).startswith("Re: ")
        last = mails_to(mailed, ANNA)[-2]
        assert words.message["In-Reply-To"] == last.message["Message-ID"]
        assert str(asked.message["Message-ID"]) in str(last.message["References"])
        await mailed.answer(words, "Send me the part again, please.")
        await until(lambda: any("Send me the part again" in text for text in told(mailed)))
        [heard] = [t for t in told(mailed) if t.startswith("Anna1: ")]
        assert "I am sorry" not in heard, "what she quotes is ours"
        await mailed.taken()
        view = await mailed.service.store.find_case(1, None)
        assert view
        kinds = [entry.kind.value for entry in view.story]
        assert kinds == ["opened", "claimed", "contacted", "said", "heard"]
        assert len(mails_to(mailed, ANNA)) == 3, "the survey keeps silent"


@pytest.mark.parametrize(
    "sender", [f"Maija <{MAIJA}>", "Mallory <mallory@evil.example>", f"{MAIJA} <m@evil.example>"]
)
async def test_nobody_speaks_to_a_customer_by_answering_the_alert(
    tmp_path: Path, sender: str
) -> None:
    async with mailed_service(tmp_path, MORE) as mailed:
        await an_open_case(mailed)
        [alert] = mails_to(mailed, MAIJA)
        await mailed.answer(alert, "We give you nothing.", From=sender)
        await mailed.taken()
        if MAIJA in sender.partition("<")[2]:
            await until(lambda: len(mails_to(mailed, MAIJA)) == 2)
            said = mails_to(mailed, MAIJA)[-1].body("plain")
            assert "Nothing was sent to the customer" in said.replace("\r\n", " ")
        mailed.telegram.say(OTTO, "/case 1 say The real words")
        await until(lambda: any("real words" in m.body("plain") for m in mails_to(mailed, ANNA)))
        assert not any("give you nothing" in m.body("plain") for m in mails_to(mailed, ANNA))
        view = await mailed.service.store.find_case(1, None)
        assert view
        assert [e.who for e in view.story if e.kind.value == "said"] == ["Otto"]

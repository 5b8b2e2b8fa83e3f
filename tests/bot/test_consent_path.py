"""Consent over real wires: what a system says closes a channel, and the person opens it again."""

import asyncio
from pathlib import Path

from tests.bot.whole import call, person, until, whole_service


async def test_a_refused_chat_is_passed_over_until_the_person_comes_by_themselves(
    tmp_path: Path,
) -> None:
    async with whole_service(tmp_path) as whole:
        agreed = person(1, email="anna1@example.com", consent={"telegram": False})
        await whole.report(agreed, call(1, 1))
        await until(lambda: whole.mail.ledger)
        assert whole.telegram.sent(10_001) == []
        for _ in range(500):  # the mail may be there before we have noted that it is
            decisions = await whole.service.store.decisions(1)
            if len(decisions) == 2:
                break
            await asyncio.sleep(0.01)
        (moved, sent) = decisions
        assert moved.rule == "no consent for feedback on telegram"
        assert sent.rule == "reachable by email"
        found = await whole.service.store.find_contact("telegram", "10001")
        assert found
        assert {(c.scope, c.granted, c.source) for c in found.consents} == {
            (("", "telegram"), False, "identify"),
            (("feedback", "email"), True, "config"),
        }
        # The same said again, and a yes to everything: neither opens what was refused there.
        await whole.report(
            {**agreed, "messageId": "again", "traits": {"consent": {"feedback": True}}}
        )
        link = await whole.service.errands.opt_in_link("u1", "telegram")
        token = link.partition("start=")[2]
        whole.telegram.say(10_001, f"/start {token}")
        await until(lambda: whole.telegram.sent(10_001))
        await whole.report(call(2, 1))
        await until(lambda: len(whole.telegram.sent(10_001)) == 2)
        assert len(whole.mail.ledger) == 1

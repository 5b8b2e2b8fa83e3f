"""Links by which people open a chat with us."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from surveys.inbound import Linked
from surveys.link import Purpose
from tests.scheduler.spine import CHAT, START, a_spine, make_rules


async def test_who_opens_a_chat_may_be_written_to_within_its_window(tmp_path: Path) -> None:
    window = replace(CHAT, window=timedelta(hours=24), writes_first=False)
    rules = make_rules(via=("telegram",))
    async with a_spine(tmp_path, rules=rules, capabilities={"telegram": window}) as spine:
        contact = (await spine.invite(telegram_id="")).contact
        token = spine.token(contact.id, Purpose.OPT_IN)
        await spine.hear(Linked(**spine.source("5005"), token=token))
        known = (await spine.conversation(1)).contact.address("telegram")
        assert known
        assert known.heard_at == START
        await spine.dispatch()
        said = [line.text for line in spine.lines("telegram", "5005")]
        assert any("How likely" in text for text in said), said

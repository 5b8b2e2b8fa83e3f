"""What an operator watches: metrics that Prometheus reads, health, and logs without anybody in them."""

import asyncio
import json
import logging
from io import StringIO
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.logs import Calm, JsonLines
from tests.bot.whole import LEADER, WRITE_KEY, Whole, call, person, until, whole_service

PLANT = "zqxplanted"
SECRETS = (WRITE_KEY,)


def planted(number: int) -> dict[str, Any]:
    """A customer whose every detail carries a planted word."""
    known = {
        "first_name": f"{PLANT}{number}",
        "email": f"{PLANT}{number}@x.example",
        "phone": f"+3584055{PLANT}",
        "note": PLANT,
    }
    return {**person(number, **known), "userId": f"u{number}"}


async def live(whole: Whole) -> None:
    """Have everything happen that writes a log line: answers, comments, commands, what is refused."""
    telegram, url = whole.telegram, whole.service.url
    await whole.report(planted(1), call(1, 1, remark=PLANT))
    await until(lambda: telegram.sent(10_001))
    telegram.press(10_001, telegram.sent(10_001)[0].message_id, "2")
    await until(lambda: len(telegram.sent(10_001)) > 1)
    telegram.say(10_001, f"{PLANT} was rude")
    telegram.say(10_001, f"feedback {PLANT} again")
    telegram.say(66_666, f"/find {PLANT}")
    telegram.say(66_667, f"hello {PLANT}")
    await until(lambda: telegram.sent(LEADER))
    for line in (f"/why {PLANT}1", f"/comments {PLANT}", f"/nonsense {PLANT}"):
        seen = len(telegram.sent(LEADER))
        telegram.say(LEADER, line)
        await until(lambda seen=seen: len(telegram.sent(LEADER)) > seen)  # type: ignore[misc]
    for path in (f"/s/{PLANT}", f"/u/{PLANT}", f"/v1/track?{PLANT}", f"/{PLANT}"):
        async with whole.http.get(f"{url}{path}") as answer:
            assert answer.status < 500
    bodies = (f"{{{PLANT}", json.dumps({"type": PLANT}), json.dumps({"batch": [{"event": PLANT}]}))
    for body in bodies:
        async with whole.http.post(f"{url}/v1/batch", data=body) as answer:
            assert answer.status < 500
    auth = {"Authorization": f"Basic {PLANT}"}
    async with whole.http.post(f"{url}/v1/track", json={"event": PLANT}, headers=auth) as answer:
        assert answer.status == 401
    telegram.refuse(10_001, 400, f"Bad Request: {PLANT} cannot be read")
    await whole.report(call(2, 1, remark=PLANT))
    await asyncio.sleep(0.3)


async def test_logs_hold_nobody_and_no_secret(tmp_path: Path) -> None:
    book = StringIO()
    handler = logging.StreamHandler(book)
    handler.setFormatter(JsonLines(SECRETS))
    handler.addFilter(Calm())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # as `set_up_logs` does
    logging.getLogger("afterword").setLevel(logging.DEBUG)
    try:
        async with whole_service(tmp_path) as whole:
            await live(whole)
            token = whole.telegram.token
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        logging.getLogger("afterword").setLevel(logging.NOTSET)
    written = book.getvalue()
    lines = written.splitlines()
    assert lines and all(
        set(json.loads(line)) >= {"at", "level", "logger", "text"} for line in lines
    )
    for word in (PLANT, token, WRITE_KEY, "10001", "66666", "66667"):
        found = [line for line in lines if word in line]
        assert not found, (word, found[:3])


async def test_prometheus_reads_the_metrics_and_they_name_nobody(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(planted(1), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        for path in ("/health", "/ready"):
            async with whole.http.get(f"{whole.service.url}{path}") as answer:
                assert answer.status == 200
        async with whole.http.get(f"{whole.service.url}/metrics") as answer:
            assert answer.status == 200
            assert answer.content_type == "text/plain"
            text = await answer.text()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    rows = {s.labels["what"]: s.value for s in families["afterword_rows"].samples}
    assert rows["contacts"] == 1 and rows["invitations.asked"] == 1
    assert {"afterword_due", "afterword_cases", "afterword_refused", "afterword_posts_lost"} <= set(
        families
    )
    assert all(family.documentation for family in families.values())
    assert PLANT not in text and "10001" not in text

"""The whole loop over sockets, held to its transcript; and how soon bad news is in Slack."""

import time
from functools import partial
from pathlib import Path

from tests.bot.loop_house import a_house
from tests.bot.loop_story import play_loop
from tests.bot.whole import until
from tests.bot.write_transcripts import LOOP, TRANSCRIPTS

TRIES, ENOUGH = 5, 4
SOON = 1.0


async def test_the_loop_is_played_and_its_transcript_kept(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    page = await play_loop(tmp_path, unused_tcp_port)
    kept = (TRANSCRIPTS / f"{LOOP}.md").read_text(encoding="utf-8")
    assert page == kept, "run `make transcripts` and look at the diff"


async def test_a_bad_answer_is_in_slack_within_a_second(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    """From the press, before Telegram calls us, to the message in Slack's books. One of five may
    be held up by whatever else this machine does.
    """
    async with a_house(tmp_path, unused_tcp_port) as house:
        took = []
        for number in range(1, TRIES + 1):
            name = f"Anna{number}"
            asked = await house.ask(number, name)
            pressed = time.monotonic()
            house.telegram.press(10_000 + number, asked, "2")
            await until(partial(house.case_of, name), seconds=20)
            alert = house.case_of(name)
            assert alert
            took.append(alert.taken_at - pressed)
    assert sum(wait < SOON for wait in took) >= ENOUGH, took

"""Telegram's webhook: where it thinks updates go, and what went wrong on the way.

https://core.telegram.org/bots/api#getwebhookinfo
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good
from channels.errors import ChannelError
from channels.http import Http
from channels.telegram import Settings

ABOUT = "Telegram webhook"
FRESH = timedelta(hours=1)
"""A failure longer ago than this is history."""
MANY = 100
"""Updates waiting above which customers wait, too."""


async def check_webhook(patient: Patient, settings: Settings) -> Sequence[Verdict]:
    """Whether what customers press comes to us."""
    http = Http(settings.api_base, total=8)
    try:
        asked = await http.post_json(f"bot{settings.token}/getWebhookInfo", {})
        reply = http.checked(asked, wrote=False)
    except ChannelError:
        return [advise(ABOUT, "Telegram did not say where updates go; see the line above")]
    finally:
        await http.close()
    found = reply.body.get("result") if isinstance(reply.body, Mapping) else None
    info = found if isinstance(found, Mapping) else {}
    if settings.mode == "polling":
        return [_judge_polling(info)]
    return [_judge_webhook(info, f"{patient.config.service.public_url}/telegram", patient.clock())]


def _judge_polling(info: Mapping[str, Any]) -> Verdict:
    if info.get("url"):
        text = "one is set, so that polling gets nothing"
        return broken(ABOUT, text, "Another program uses this bot: give it a bot of its own")
    return _judge_waiting(info, "none is set, as polling wants it")


def _judge_webhook(info: Mapping[str, Any], ours: str, now: datetime) -> Verdict:
    if info.get("url") != ours:
        text = f"Telegram does not call {ours}"
        return broken(ABOUT, text, "Another program uses this bot, or the service never started")
    failed_at, said = info.get("last_error_date"), str(info.get("last_error_message", ""))[:150]
    if isinstance(failed_at, int) and now - datetime.fromtimestamp(failed_at, UTC) < FRESH:
        todo = "It must be https with a full certificate chain, on port 443, 80, 88 or 8443"
        return broken(ABOUT, f"Telegram could not call us within the last hour: {said}", todo)
    return _judge_waiting(info, f"set to {ours}")


def _judge_waiting(info: Mapping[str, Any], text: str) -> Verdict:
    waiting = info.get("pending_update_count", 0)
    if isinstance(waiting, int) and waiting > MANY:
        todo = "Is the service running? They are kept for a day"
        return advise(ABOUT, f"{text}; {waiting} updates wait to be fetched", todo)
    return good(ABOUT, text)

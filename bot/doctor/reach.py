"""Reach: does the service answer where customers look for it, and is this machine's clock right?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
import orjson

from bot.config import Config
from bot.doctor.examination import Patient
from bot.doctor.paper import is_local
from bot.doctor.verdict import Verdict, advise, broken, good
from bot.preview.album import PAGE

OFF, FAR_OFF = 5.0, 60.0
"""Seconds a clock may be off before it matters, and before signatures and tokens are refused."""
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - an address to call, not to bind


async def check_address(patient: Patient) -> Sequence[Verdict]:
    """Whether the public address leads to this service, and safely."""
    config, about = patient.config, "public_url"
    url = config.service.public_url
    here = await _is_ours(_own_address(config))
    there = here if is_local(config) else await _is_ours(url)
    if there:
        return [good(about, f"{url} leads to this service"), *_judge_scheme(config)]
    if here:
        text = f"{url} does not lead to this service, which runs here"
        todo = "Look at the DNS name, the firewall and the reverse proxy before it"
        return [broken(about, text, todo), *_judge_scheme(config)]
    text = "the service does not run here just now, so that its address cannot be tried"
    return [advise(about, text, "Start it, then ask again"), *_judge_scheme(config)]


async def check_clock(patient: Patient) -> Sequence[Verdict]:
    """Whether this machine's time is the world's, as told by the providers that are set up."""
    for address in _clocks(patient.config):
        found = await _ask_time(address, patient)
        if found is not None:
            return [judge_clock(found, urlsplit(address).hostname or "")]
    return []


def judge_clock(seconds: float, host: str) -> Verdict:
    """Give the verdict on how far our clock is ahead (negative: behind) of a host's."""
    about, off = "clock", abs(seconds)
    way = "ahead of" if seconds > 0 else "behind"
    todo = "Switch on time synchronisation: `timedatectl set-ntp true`"
    if off <= OFF:
        return good(about, f"agrees with {host}")
    text = f"{off:.0f} seconds {way} {host}"
    return advise(about, text, todo) if off <= FAR_OFF else broken(about, text, todo)


def _own_address(config: Config) -> str:
    host = _ANYWHERE.get(config.service.host, config.service.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{config.service.port}"


async def _is_ours(url: str) -> bool:
    """Whether a running service of ours answers there."""
    timeout = aiohttp.ClientTimeout(total=4)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}/health", allow_redirects=False) as answer,
        ):
            said = orjson.loads(await answer.content.read(1000))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False
    return answer.status == 200 and isinstance(said, dict) and said.get("status") == "ok"


def _judge_scheme(config: Config) -> Sequence[Verdict]:
    url, about = config.service.public_url, "https"
    pushing = [n for n, c in config.channels.items() if not c.sandbox and n != PAGE]
    if is_local(config):
        if not pushing:
            return []
        text = f"links in messages by {', '.join(pushing)} lead to {url}, this machine only"
        return [advise(about, text, "Set service.public_url to an address customers can open")]
    if url.startswith("https:"):
        return [good(about, "customers' answers travel encrypted")]
    text = f"{url} is not encrypted"
    return [broken(about, text, "Put a reverse proxy with a certificate before it: https://")]


def _clocks(config: Config) -> list[str]:
    bases = [getattr(channel.settings, "api_base", "") for channel in config.channels.values()]
    own = "" if is_local(config) else config.service.public_url
    return [address for address in (*bases, own) if address]


async def _ask_time(address: str, patient: Patient) -> float | None:
    """Give by how many seconds we are ahead of a host, or None where it does not say its time."""
    timeout = aiohttp.ClientTimeout(total=4)
    before = patient.clock()
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.head(address, allow_redirects=False) as answer,
        ):
            said = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
    middle = before + (patient.clock() - before) / 2
    return (middle - _aware(said)).total_seconds()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

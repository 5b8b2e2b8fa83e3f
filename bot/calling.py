"""Calling the running service from the command line, by its own HTTP intake."""

from collections.abc import Sequence
from typing import Any

import aiohttp
import orjson

from bot.config import Config
from surveys.errors import AfterwordError


class ServiceAway(AfterwordError):
    """The service does not answer, or does not accept the call."""


async def post_batch(config: Config, items: Sequence[dict[str, Any]]) -> None:
    """Send Segment items to ``/v1/batch``.

    :raises ServiceAway: where they were not taken in; sending them again is safe.
    """
    body = orjson.dumps({"batch": list(items)})
    answer = await _call(config, "POST", "/v1/batch", data=body)
    if answer.get("success") is not True:
        raise ServiceAway(f"the service said: {answer.get('message', answer)}")


async def get_link(config: Config, user_id: str, channel: str) -> str:
    """Give the link by which a contact ties a chat to themselves.

    :raises ServiceAway: where there is none, with the reason.
    """
    answer = await _call(config, "GET", "/v1/link", params={"userId": user_id, "via": channel})
    if "link" not in answer:
        raise ServiceAway(str(answer.get("message", answer)))
    return str(answer["link"])


async def call_erase(config: Config, token: str) -> dict[str, int]:
    """Have the running service erase the contact that a token names; gives what went, in numbers.

    :raises ServiceAway: where it did not, with the reason.
    """
    answer = await _call(config, "POST", "/erase", data=orjson.dumps({"token": token}))
    if "erased" not in answer:
        raise ServiceAway(str(answer.get("message", answer)))
    return dict(answer["erased"])


async def _call(config: Config, method: str, path: str, **more: Any) -> dict[str, Any]:
    service = config.service
    host = "127.0.0.1" if service.host in ("0.0.0.0", "::") else service.host  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    key = service.write_keys[0] if service.write_keys else ""
    headers = {
        "Authorization": aiohttp.encode_basic_auth(key, ""),
        "Content-Type": "application/json",
    }
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"http://{host}:{service.port}{path}", **more) as answer,
        ):
            found = orjson.loads(await answer.read())
    except (aiohttp.ClientError, OSError, orjson.JSONDecodeError) as error:
        raise ServiceAway(
            f"no service answers on {host}:{service.port}: start it with `./afterword run`"
        ) from error
    return found if isinstance(found, dict) else {}

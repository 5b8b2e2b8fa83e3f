"""The servers we are measured beside. ``python -m benchmarks.peers bare`` (or ``aiogram``)."""

import asyncio
import sys
from collections.abc import Callable

import orjson
import uvloop
from aiohttp import web

SECRET = "benchmark-secret-0123456789"


def make_bare() -> web.Application:
    """The least an aiohttp server can do: parse the body, keep nothing, say yes."""
    app = web.Application()

    async def take(request: web.Request) -> web.Response:
        orjson.loads(await request.read())
        return web.Response(body=b'{"success": true}', content_type="application/json")

    app.router.add_post("/{path:.*}", take)
    return app


def make_aiogram() -> web.Application:
    """Aiogram's dispatcher behind its own webhook handler, with a state machine in memory.

    A press keeps its value in the state and is answered with the next question, which rides on the
    webhook's answer: the cheapest a bot on aiogram can be. Nothing is written to a disk.
    """
    from aiogram import Bot, Dispatcher
    from aiogram.fsm.context import FSMContext
    from aiogram.fsm.state import State, StatesGroup
    from aiogram.fsm.storage.memory import MemoryStorage
    from aiogram.methods import SendMessage
    from aiogram.types import CallbackQuery
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler

    class Survey(StatesGroup):
        nps = State()
        csat = State()

    dispatcher = Dispatcher(storage=MemoryStorage())

    async def answer(query: CallbackQuery, state: FSMContext) -> SendMessage:
        await state.update_data(nps=(query.data or "").rpartition(".")[2])
        await state.set_state(Survey.csat)
        return SendMessage(chat_id=query.from_user.id, text="How satisfied were you?")

    dispatcher.callback_query.register(answer)
    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, Bot("1:benchmark"), handle_in_background=False, secret_token=SECRET
    )
    handler.register(app, path="/telegram")
    return app


PEERS: dict[str, Callable[[], web.Application]] = {"bare": make_bare, "aiogram": make_aiogram}


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(PEERS[sys.argv[1]]()))

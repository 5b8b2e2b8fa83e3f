"""doctor asks real servers: Telegram, its webhook, the mail server, the mailbox."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.doctor import run_doctor
from bot.doctor.mailbox import check_mailbox
from bot.doctor.telegram import check_webhook
from channels.email import Settings
from channels.telegram import Settings as TelegramSettings
from tests.bot.test_doctor import NOW, patient_of
from tests.bot.test_doctor_domain import HEALTHY, name_server
from tests.providers.graph import GraphServer
from tests.providers.smtp import SmtpServer
from tests.providers.telegram import TelegramServer

SERVICE = """
service: {{ name: Acme, write_keys: ["${{WRITE_KEY}}"], database: "sqlite://{folder}/a.db" }}
staff: [{{ name: Maija, role: admin, telegram: "777" }}]
surveys: {{ calls: {{ questions: [nps] }} }}
channels:
"""
SID = "AC" + "0a1b" * 8
ENVIRON = {"WRITE_KEY": "a-write-key-of-our-own"}


class Informed(TelegramServer):
    """The server, and what it knows of the webhook."""

    info: dict[str, Any]

    async def _carry_out(self, method: str, params: dict[str, Any]) -> Any:
        if method != "getWebhookInfo":
            return await super()._carry_out(method, params)
        url = self.hook.url if self.hook else ""
        return {"url": url, "pending_update_count": 0, **getattr(self, "info", {})}


async def doctor(folder: Path, *channels: str, **more: Any) -> tuple[int, list[str]]:
    path = folder / "config.yaml"
    blocks = "".join(f"  {channel}\n" for channel in channels)
    path.write_text(SERVICE.format(folder=folder) + blocks, encoding="utf-8")
    out = io.StringIO()
    async with name_server(HEALTHY) as (_, resolver):
        status = await run_doctor(path, out, environ=ENVIRON, resolver=resolver, **more)
    return status, out.getvalue().splitlines()


def line(lines: list[str], about: str) -> str:
    return next(line for line in lines if line[2:].startswith(f"{about}: "))


def telegram(server: TelegramServer, token: str = "") -> str:
    return f'telegram: {{ token: "{token or server.token}", api_base: "{server.url}" }}'


async def test_everything_in_order(tmp_path: Path) -> None:
    async with Informed() as bot, SmtpServer() as mail:
        status, lines = await doctor(
            tmp_path,
            telegram(bot),
            f'email: {{ smtp: "{mail.url}", from: Acme <hi@acme.example> }}',
        )
    assert status == 0
    assert line(lines, "Telegram") == "✓ Telegram: the provider accepts us"
    assert line(lines, "Telegram webhook").startswith("✓ Telegram webhook: none is set")
    assert line(lines, "E-mail") == "✓ E-mail: the provider accepts us"
    assert line(lines, "DKIM of acme.example").startswith("✓")
    assert mail.ledger == []
    assert bot.ledger == []
    menu = {command["command"] for command in bot.menus["default", ""]}
    assert menu >= {"results", "help"}


async def test_a_wrong_token_is_broken_and_never_shown(tmp_path: Path) -> None:
    async with Informed() as bot:
        status, lines = await doctor(tmp_path, telegram(bot, "999:WrongWrongWrong"))
    assert status == 1
    assert line(lines, "Telegram").startswith("✗ Telegram: Telegram does not know this token")
    assert "WrongWrong" not in "\n".join(lines)
    assert lines[-1].startswith("1 broken (✗)")


async def test_a_mail_server_that_refuses_the_log_in(tmp_path: Path) -> None:
    async with SmtpServer(users={"user": "right-password"}) as mail:
        url = mail.url.replace("right-password", "wrong-password")
        status, lines = await doctor(
            tmp_path, f'email: {{ smtp: "{url}", from: Acme <hi@acme.example> }}'
        )
    assert status == 1
    assert line(lines, "E-mail").startswith("✗ E-mail: ")
    assert "wrong-password" not in "\n".join(lines)


async def test_providers_that_are_away(tmp_path: Path) -> None:
    status, lines = await doctor(
        tmp_path,
        'telegram: { token: "1:abc", api_base: "http://127.0.0.1:1" }',
        'email: { smtp: "smtp://127.0.0.1:1?starttls=never", from: Acme <hi@acme.example> }',
    )
    assert status == 1
    assert "Is this machine online, and the provider up?" in line(lines, "Telegram")
    assert line(lines, "E-mail").startswith("✗")
    assert line(lines, "Telegram webhook").startswith("!")


async def test_a_provider_that_never_answers_is_given_up(tmp_path: Path) -> None:
    async def wait(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        status, lines = await doctor(
            tmp_path,
            f'email: {{ smtp: "smtp://127.0.0.1:{port}?starttls=never", from: hi@acme.example }}',
            seconds=0.5,
        )
    finally:
        for writer in held:
            writer.close()
        server.close()
        await server.wait_closed()
    assert status == 1
    assert line(lines, "E-mail") == "✗ E-mail: no answer within 0.5 seconds"


async def test_messengers_page_is_asked(tmp_path: Path) -> None:
    async with GraphServer() as graph:
        block = (
            f'messenger: {{ page_id: "{graph.page_id}", page_token: "WrongPageToken", '
            f'app_secret: "an-app-secret", verify_token: "word", api_base: "{graph.url}" }}'
        )
        status, lines = await doctor(tmp_path, block)
    assert status == 1
    assert line(lines, "Messenger").startswith("✗")
    assert "WrongPageToken" not in "\n".join(lines)


# The phone account


@asynccontextmanager
async def phone_provider(code: int, body: dict[str, Any]) -> AsyncIterator[tuple[str, list[str]]]:
    """Answer for one account to whoever has its log-in; gives the address and what was asked."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        login = aiohttp.encode_basic_auth(SID, "right-token")
        if request.headers.get("Authorization") != login:
            return web.json_response({"code": 20003}, status=401)
        return web.json_response(body, status=code)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("token", "code", "answer", "state", "words"),
    [
        ("right-token", 200, {"status": "active"}, "✓", "accepts the log-in"),
        ("right-token", 200, {"status": "suspended"}, "✗", "the account is suspended"),
        ("wrong-token", 200, {}, "✗", "Copy account_sid and auth_token again"),
        ("right-token", 404, {}, "!", "does not tell whether the log-in is right"),
        ("right-token", 503, {}, "✗", "and the provider up?"),
    ],
)
async def test_the_phone_account(
    tmp_path: Path, token: str, code: int, answer: dict[str, Any], state: str, words: str
) -> None:
    async with phone_provider(code, answer) as (url, asked):
        login = f'account_sid: {SID}, auth_token: {token}, api_base: "{url}"'
        _, lines = await doctor(tmp_path, f'sms: {{ {login}, from: "+358501234567" }}')
    said = line(lines, "phone account")
    assert said[0] == state
    assert words in said
    assert asked[-1] == f"GET /2010-04-01/Accounts/{SID}.json"
    assert token not in "".join(lines)


# Telegram's webhook

HOOKED = "https://f.acme.example/telegram"


async def webhook(
    folder: Path, mode: str, info: dict[str, Any], now: datetime = NOW
) -> tuple[str, str]:
    async with Informed() as bot:
        bot.info = info
        settings = TelegramSettings(
            token=bot.token,
            api_base=bot.url,
            mode="webhook" if mode == "webhook" else "polling",
            secret="a-word",
        )
        patient = patient_of(
            folder, service='public_url: "https://f.acme.example"', clock=lambda: now
        )
        (found,) = await check_webhook(patient, settings)
    return found.state, found.line


@pytest.mark.parametrize(
    ("mode", "info", "state", "words"),
    [
        ("polling", {}, "✓", "none is set"),
        ("polling", {"url": "https://other.example/x"}, "✗", "polling gets nothing"),
        ("polling", {"pending_update_count": 5000}, "!", "5000 updates wait"),
        ("webhook", {"url": HOOKED}, "✓", f"set to {HOOKED}"),
        ("webhook", {"url": ""}, "✗", "does not call"),
        ("webhook", {"url": "https://other.example/x"}, "✗", "does not call"),
        (
            "webhook",
            {
                "url": HOOKED,
                "last_error_date": int(NOW.timestamp()) - 60,
                "last_error_message": "SSL error\nhere",
            },
            "✗",
            "within the last hour: SSL error here",
        ),
        (
            "webhook",
            {"url": HOOKED, "last_error_date": int(NOW.timestamp()) - 86_400},
            "✓",
            "set to",
        ),
        ("webhook", {"url": HOOKED, "last_error_date": "x", "pending_update_count": []}, "✓", ""),
    ],
)
async def test_what_telegram_knows(
    tmp_path: Path, mode: str, info: dict[str, Any], state: str, words: str
) -> None:
    found, said = await webhook(tmp_path, mode, info)
    assert found == state
    assert words in said


# The mailbox


@asynccontextmanager
async def imap_server(
    password: str, folder: str = "INBOX"
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Speak just enough IMAP: a greeting, CAPABILITY, LOGIN, EXAMINE, LOGOUT. Gives the record."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while said := await reader.readline():
            heard.append(said)
            tag, command, *rest = said.split()
            word = b"OK"
            if command == b"LOGIN" and rest[-1].strip(b'"') != password.encode():
                word = b"NO [AUTHENTICATIONFAILED]"
            if command == b"EXAMINE" and rest[-1].strip(b'"') != folder.encode():
                word = b"NO [NONEXISTENT]"
            if command == b"CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1\r\n")
            if command == b"LOGOUT":
                writer.write(b"* BYE\r\n")
            writer.write(tag + b" " + word + b" done\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


async def mailbox(folder: Path, url: str) -> list[str]:
    settings = Settings(
        smtp="smtp://127.0.0.1:1?starttls=never", sender="hi@acme.example", replies=url
    )
    found = await check_mailbox(patient_of(folder, clock=lambda: datetime.now(UTC)), settings)
    return [verdict.line for verdict in found]


async def test_the_mailbox_lets_us_in_and_stays_as_it_is(tmp_path: Path) -> None:
    async with imap_server("sesame") as (port, heard):
        (said,) = await mailbox(tmp_path, f"imap://anna:sesame@127.0.0.1:{port}")
    assert said == "✓ mailbox for replies: 127.0.0.1 lets us in"
    assert b"EXAMINE" in b"".join(heard)
    assert b"SELECT" not in b"".join(heard)


async def test_the_mailbox_refuses_us(tmp_path: Path) -> None:
    async with imap_server("sesame") as (port, _):
        (said,) = await mailbox(tmp_path, f"imap://anna:wrongword@127.0.0.1:{port}")
    assert said.startswith("✗ mailbox for replies: 127.0.0.1 refuses the log-in")
    assert "wrongword" not in said


async def test_the_mailbox_has_no_such_folder(tmp_path: Path) -> None:
    async with imap_server("sesame") as (port, _):
        (said,) = await mailbox(tmp_path, f"imap://anna:sesame@127.0.0.1:{port}?folder=Lost")
    assert "has no folder 'Lost'" in said


async def test_the_mailbox_is_away(tmp_path: Path) -> None:
    (said,) = await mailbox(tmp_path, "imap://anna:sesame@127.0.0.1:1")
    assert "127.0.0.1:1 cannot be reached" in said


async def test_without_a_mailbox_nothing_is_said(tmp_path: Path) -> None:
    assert await mailbox(tmp_path, "") == []

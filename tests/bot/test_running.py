"""The service as a process of its own: started, stopped, killed, and in each other's way."""

import asyncio
import errno
import json
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import aiohttp
import pytest

from bot import __version__
from bot.__main__ import main
from bot.running import run_async
from tests.bot.small import KEY, write_config

ROOT = Path(__file__).parents[2]
Said = tuple[int, str, str]


@asynccontextmanager
async def process(*arguments: str | Path, **environ: str) -> AsyncIterator[Process]:
    """``python -m bot``; killed where it is still there at the end."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *map(str, arguments),
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.communicate()


async def ended(started: Process, seconds: float = 20) -> Said:
    async with asyncio.timeout(seconds):
        out, err = await started.communicate()
    assert started.returncode is not None
    return started.returncode, out.decode(), err.decode()


async def run(*arguments: str | Path) -> Said:
    async with process(*arguments) as started:
        return await ended(started)


async def ready(started: Process) -> str:
    assert started.stdout
    async with asyncio.timeout(20):
        line = (await started.stdout.readline()).decode()
    assert line.startswith("afterword is ready on http://"), line
    return line.split()[4]


async def report(url: str, *items: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.post(f"{url}/v1/batch", json={"batch": items}) as answer,
    ):
        assert answer.status == 200


def someone(number: int) -> dict[str, Any]:
    return {
        "type": "identify",
        "messageId": f"i{number}",
        "userId": f"u{number}",
        "traits": {"sandbox_id": str(number)},
    }


def assert_one_line(err: str, said: str) -> None:
    lines = [line for line in err.splitlines() if not line.startswith("{")]
    assert len(lines) == 1 and said in lines[0] and "Traceback" not in err, err


async def test_run_takes_events_until_told_to_stop(tmp_path: Path, unused_tcp_port: int) -> None:
    config = write_config(tmp_path, unused_tcp_port)
    async with process("run", "--config", config) as service:
        url = await ready(service)
        assert url == f"http://127.0.0.1:{unused_tcp_port}"
        await report(url, someone(1))
        service.send_signal(signal.SIGTERM)
        status, out, err = await ended(service)
    assert status == 0 and "stopping" in out
    assert all(json.loads(line)["level"] for line in err.splitlines())
    with closing(sqlite3.connect(tmp_path / "small.db")) as store:
        assert store.execute("SELECT COUNT(*) FROM contact").fetchone() == (1,)


async def test_a_stop_under_load_loses_nothing_that_was_acknowledged(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    config = write_config(tmp_path, unused_tcp_port)
    acknowledged: list[int] = []

    async def send(url: str, first: int) -> None:
        for number in range(first, first + 400):
            call = {"type": "track", "event": "Call Ended", "messageId": f"c{number}"}
            await report(url, {**call, "userId": f"u{number % 50}"})
            acknowledged.append(number)

    async with process("run", "--config", config) as service:
        url = await ready(service)
        await report(url, *[someone(n) for n in range(50)])
        senders = [asyncio.create_task(send(url, n * 1000)) for n in range(4)]
        while len(acknowledged) < 100:
            await asyncio.sleep(0.005)
        service.send_signal(signal.SIGTERM)
        status, _, err = await ended(service)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    assert status == 0 and "Traceback" not in err
    with closing(sqlite3.connect(tmp_path / "small.db")) as store:
        kept = {row[0] for row in store.execute("SELECT message_id FROM event")}
        assert {f"c{number}" for number in acknowledged} <= kept
        count = "SELECT COUNT(*) FROM delivery WHERE state = 'sending'"
        assert store.execute(count).fetchone() == (0,)


async def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, unused_tcp_port: int) -> None:
    config = write_config(tmp_path, unused_tcp_port)
    async with process("run", "--config", config) as service:
        url = await ready(service)
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        body = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        writer.write(f"{body}Content-Length: 9\r\n\r\n".encode())  # keeps the stop waiting
        await asyncio.sleep(0.2)
        service.send_signal(signal.SIGINT)
        await asyncio.sleep(0.5)
        assert service.returncode is None
        began = monotonic()
        service.send_signal(signal.SIGINT)
        status, _, _ = await ended(service)
        assert monotonic() - began < 5 and status == 130
        writer.close()


async def test_a_second_process_on_the_same_file_says_who_is_first(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    config = write_config(tmp_path, unused_tcp_port)
    async with process("run", "--config", config) as service:
        await ready(service)
        status, _, err = await run("run", "--config", config)
        assert status == 1
        assert_one_line(err, f"is in use by process {service.pid}")


async def test_a_port_that_is_taken_is_said_in_one_line(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_tcp_port)
    async with taken:
        status, _, err = await run("run", "--config", write_config(tmp_path, unused_tcp_port))
    assert status == 1
    assert_one_line(err, "address already in use")


async def test_back_up_and_links_work_beside_the_service(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    config = write_config(tmp_path, unused_tcp_port)
    copy = tmp_path / "copy.db"
    async with process("run", "--config", config) as service:
        await report(await ready(service), someone(1))
        (saved, again, link) = await asyncio.gather(
            run("backup", copy, "--config", config),
            run("backup", tmp_path / "small.db", "--config", config),
            run("link", "u1", "--via", "sandbox", "--config", config),
        )
    assert saved[0] == 0 and "checked and complete" in saved[1]
    with closing(sqlite3.connect(copy)) as store:
        assert store.execute("SELECT COUNT(*) FROM contact").fetchone() == (1,)
    assert again[0] == 1
    assert_one_line(again[2], "afterword: ")
    assert link[0] == 1  # the sandbox has no such links
    assert_one_line(link[2], "without opt-in links")


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    for name in ("afterword", "aiohttp.server"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.usefixtures("restored_logging")
def test_run_inside_this_process(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(write_config(tmp_path, unused_tcp_port))

    def stop_once_ready() -> None:
        for _ in range(500):
            with suppress(OSError), socket.create_connection(("127.0.0.1", unused_tcp_port), 1):
                os.kill(os.getpid(), signal.SIGTERM)
                return
            sleep(0.02)

    stopper = threading.Thread(target=stop_once_ready)
    stopper.start()
    assert main(["run", "--config", config, "--log", "warning"]) == 0
    stopper.join()
    assert "afterword is ready on" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "copy.db"), "--config", config]) == 0
    assert main(["backup", str(tmp_path / "copy.db"), "--config", config]) == 1
    assert main(["compact", "--config", config]) == 0
    assert "Nothing that was deleted is left in it." in capsys.readouterr().out
    assert main(["link", "u1", "--config", config]) == 1
    assert main(["import", str(tmp_path / "none.csv"), "--config", config]) == 1
    err = capsys.readouterr().err
    assert "no service answers" in err and "Traceback" not in err


@pytest.mark.parametrize("command", ["run", "import", "link", "backup"])
def test_a_broken_file_is_named_by_every_command(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("service:\n  name: [\n", encoding="utf-8")
    more = {"import": ["x.csv"], "link": ["u1"], "backup": ["x.db"]}.get(command, [])
    assert main([command, *more, "--config", str(path)]) == 1
    err = capsys.readouterr().err
    assert "config.yaml:" in err and "Traceback" not in err


def test_who_has_read_enough_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async def write() -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        run_async(write())
    assert capsys.readouterr() == ("", "")


def test_check_and_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write_config(tmp_path, 8080))]) == 0
    assert main(["check", "--schema"]) == 0
    assert '"$schema"' in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["run", "--log", "loud"]])
def test_what_is_no_command_says_what_is(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2 and "usage: afterword" in capsys.readouterr().err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0 and __version__ in capsys.readouterr().out

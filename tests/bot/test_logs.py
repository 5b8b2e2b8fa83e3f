import json
import logging
import sys
from collections.abc import Iterator

import pytest

from bot.logs import MOST_ALIKE, WINDOW, Calm, JsonLines, set_up_logs
from bot.running import config_secrets


def record(text: str, *args: object, name: str = "afterword.test") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, __file__, 1, text, args, None)


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    for name in ("afterword", "aiohttp.server"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_record_is_one_line_whatever_is_in_it() -> None:
    line = JsonLines().format(record("refused %s", 'a\r\n{"level": "error"}\u2028\ud800'))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"].startswith("refused a\r\n")
    line.encode()


@pytest.mark.parametrize(
    "secret", ["hunter-2-hunter", 'pa"ss\\word', "salasänä-ü", "tab\tbed-word"]
)
def test_a_secret_is_masked_however_json_would_spell_it(secret: str) -> None:
    line = JsonLines([secret]).format(record("logging in with %s", secret))
    assert secret not in line and json.loads(line)["text"] == "logging in with ***"


def test_a_secret_is_masked_in_a_traceback() -> None:
    try:
        raise ValueError("bad token 12345:abcdef")
    except ValueError:
        failed = logging.LogRecord("x", logging.ERROR, __file__, 1, "no", (), sys.exc_info())
    line = json.loads(JsonLines(["12345:abcdef"]).format(failed))
    assert "12345" not in line["trace"] and "ValueError: bad token ***" in line["trace"]


def test_a_short_word_is_no_secret() -> None:
    assert json.loads(JsonLines(["on"]).format(record("service is on")))["text"] == "service is on"


def test_a_flood_is_thinned_and_counted() -> None:
    now = 0.0
    calm = Calm(clock=lambda: now)
    passed = [calm.filter(record("refused a call from %s", n)) for n in range(1000)]
    assert sum(passed) == MOST_ALIKE and all(passed[:MOST_ALIKE])
    assert calm.filter(record("something else"))
    now = WINDOW
    later = record("refused a call from %s", "a")
    assert calm.filter(later)
    assert later.getMessage() == "refused a call from a (and 970 more like it were left out)"
    quiet = record("refused a call from %s", "b")
    assert calm.filter(quiet) and "left out" not in quiet.getMessage()


def test_wordings_without_end_do_not_fill_the_memory() -> None:
    calm = Calm(clock=lambda: 0.0)
    assert all(calm.filter(record(f"wording {n}")) for n in range(5000))
    assert len(calm._kinds) <= 1000


@pytest.mark.usefixtures("restored_logging")
def test_logs_go_to_standard_error_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("warning", secrets=["top-secret"])
    logging.getLogger("afterword.x").info("not now")
    logging.getLogger("afterword.x").warning("the key is top-secret")
    logging.getLogger("aiohttp.server").error("a client sent rubbish")
    out, err = capsys.readouterr()
    assert out == "" and [json.loads(line)["text"] for line in err.splitlines()] == [
        "the key is ***"
    ]


def test_secrets_are_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "12345:abcdef")
    monkeypatch.setenv("SMTP_URL", "smtp://user:p%40ss-word@mail.example:587")
    found = config_secrets()
    assert "12345:abcdef" in found
    assert "p%40ss-word" in found and "p@ss-word" in found
    assert "" not in found

"""test-send: a real message over real sockets that can be pressed and records nothing."""

import io
from pathlib import Path

import pytest

from bot.test_send import Trial, run_test_send
from surveys.compose import split_payload
from tests.bot.whole import LEADER, until, whole_service
from tests.providers.smtp import SmtpServer
from tests.providers.telegram import TelegramServer

CONFIG = """
service: {{ name: Acme, public_url: "https://f.acme.example", write_keys: [a-local-key] }}
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}" }}
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example> }}
  web: {{}}
staff:
  - {{ name: Maija, role: admin, telegram: "777", email: maija@acme.example }}
  - {{ name: Otto, role: viewer, web: otto }}
  - {{ name: Ulla, role: viewer, slack: U1 }}
surveys:
  calls:
    title: {{ en: Your call, fi: Soittosi }}
    languages: [en, fi]
    questions: [nps, comment]
"""


async def send(path: Path, **trial: str) -> tuple[int, str]:
    out = io.StringIO()
    wanted = {"survey": "calls", "to": "staff:Maija", **trial}
    status = await run_test_send(path, Trial(**wanted), out, environ={})
    return status, out.getvalue()


def write(folder: Path, telegram: TelegramServer | None, mail: SmtpServer | None) -> Path:
    path = folder / "config.yaml"
    path.write_text(
        CONFIG.format(
            token=telegram.token if telegram else "123:abc",
            telegram=telegram.url if telegram else "http://127.0.0.1:1",
            smtp=mail.url if mail else "smtp://127.0.0.1:1?starttls=never",
        ),
        encoding="utf-8",
    )
    return path


async def test_the_first_question_goes_to_the_colleagues_chat(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        status, said = await send(write(tmp_path, telegram, None), language="fi")
    (message,) = telegram.sent(777)
    assert message.text.startswith("[TEST]\n\nKuinka todennäköisesti")
    assert message.labels == [["0", "1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]
    assert (status, said.splitlines()[0]) == (
        0,
        "Sent the first question of calls in fi to Maija by Telegram.",
    )
    assert telegram.calls == ["sendMessage"]  # neither menu nor webhook is touched


async def test_a_mail_is_marked_in_its_subject_and_at_its_top(tmp_path: Path) -> None:
    async with SmtpServer() as mail:
        status, said = await send(write(tmp_path, None, mail), via="email")
    (sent,) = mail.ledger
    assert sent.recipient == "maija@acme.example"
    assert sent.message["Subject"] == "[TEST] Your call"
    assert "[TEST]" in sent.body("plain")
    assert "Hello Maija" in sent.body("plain")
    assert status == 0
    assert "Maija by E-mail" in said
    assert "maija@" not in said


async def test_pressing_its_buttons_records_nothing(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        status, _ = await send(tmp_path / "config.yaml", survey="after_call")
        assert status == 0
        (message,) = whole.telegram.sent(LEADER)
        whole.telegram.press(LEADER, message.message_id, "9")
        await until(lambda: whole.telegram.answered)
        counts = await whole.counts()
    assert (counts["responses"], counts["cards"], counts["contacts"]) == (0, 0, 0)


async def test_every_message_carries_a_token_of_its_own(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        path = write(tmp_path, telegram, None)
        await send(path)
        await send(path)
    tokens = set()
    for message in telegram.sent(777):
        key = message.params["reply_markup"]["inline_keyboard"][0][0]
        parts = split_payload(key["callback_data"])
        assert parts is not None
        tokens.add(parts[0])
    assert len(tokens) == 2


@pytest.mark.parametrize(
    ("status", "description", "meaning"),
    [
        (403, "Forbidden: bot was blocked by the user", "must unblock us first"),
        (400, "Bad Request: chat not found", "must write to us first"),
        (401, "Unauthorized", "doctor` says more"),
        (429, "Too Many Requests: retry after 9", "asks us to slow down"),
    ],
)
async def test_what_went_wrong_is_said_in_plain_words(
    tmp_path: Path, status: int, description: str, meaning: str
) -> None:
    async with TelegramServer() as telegram:
        telegram.refuse(777, status, description)
        code, said = await send(write(tmp_path, telegram, None))
    assert code == 1
    assert said.startswith("Not sent to Maija by Telegram: ")
    assert meaning in said
    assert telegram.token not in said


async def test_a_provider_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    code, said = await send(write(tmp_path, None, None))
    assert code == 1
    assert "Telegram cannot be reached" in said


async def test_a_page_is_shown_rather_than_sent(tmp_path: Path) -> None:
    code, said = await send(write(tmp_path, None, None), to="Otto")
    assert code == 0
    assert "waits for its visitor" in said
    assert "( ) 9" in said


async def test_a_sandboxed_channel_shows_the_message_instead() -> None:
    out = io.StringIO()
    path = Path(__file__).parents[2] / "config.yaml"
    trial = Trial(survey="after_call", to="staff:otto", via="email")
    assert await run_test_send(path, trial, out, environ={}) == 0
    said = out.getvalue()
    assert "E-mail is played by the sandbox in this file, so nothing was sent" in said
    assert "Subject: [TEST] Your call with us" in said
    assert "Hello Otto" in said


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        ({"to": "staff:Maja"}, "did you mean 'Maija'?"),
        ({"survey": "cals"}, "did you mean 'calls'?"),
        ({"via": "telegrm"}, "did you mean 'telegram'?"),
        ({"to": "Otto", "via": "email"}, "Otto has no email id"),
        ({"to": "Ulla"}, "Ulla has no id on a channel of this file"),
        ({"language": "sv"}, "calls is not asked in 'sv'; it is asked in: en, fi"),
    ],
)
async def test_what_cannot_be_sent_is_told(
    tmp_path: Path, trial: dict[str, str], said: str
) -> None:
    code, text = await send(write(tmp_path, None, None), **trial)
    assert code == 1
    assert said in text

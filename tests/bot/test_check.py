"""check: what a person reads, and the exit status a machine reads."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.check import run_check

ROOT = Path(__file__).parents[2]
GOOD = """
service: { name: Acme, write_keys: [local-key] }
channels: { web: {}, telegram: { sandbox: true } }
surveys: { calls: { questions: [nps] } }
triggers: { calls: { event: Call Ended, survey: calls } }
"""


def check(path: Path, environ: dict[str, str] | None = None) -> tuple[int, str]:
    out = io.StringIO()
    status = run_check(path, out=out, environ=environ or {})
    return status, out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_a_good_file_is_ok(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    assert check(path) == (
        0,
        "config.yaml: OK, 1 survey, 1 trigger, 0 alerts, 0 colleagues, 2 channels (1 sandboxed)\n",
    )


def test_warnings_are_said_and_change_nothing(path: Path) -> None:
    path.write_text(GOOD.replace("triggers:", "#"), encoding="utf-8")
    status, text = check(path)
    assert status == 0
    assert "config.yaml:4:12: warning: nothing starts the survey 'calls'" in text
    assert text.endswith("1 warning; nothing has to be changed\n")


def test_how_a_channel_is_chosen_is_said(path: Path) -> None:
    best = "survey: calls, via: { best: [telegram, email] } }"
    text = GOOD.replace("survey: calls }", best).replace("web: {}", "email: { sandbox: true }")
    path.write_text(text, encoding="utf-8")
    assert (
        "calls asks calls over telegram or email: by how people answered on each in the last 90"
        " days; one in 10 goes over any of them\n"
    ) in check(path)[1]


def test_all_faults_of_all_files_are_counted(path: Path) -> None:
    path.write_text(GOOD.replace("nps", "nsp") + "include: b.yaml\nfoo: 1\n", encoding="utf-8")
    (path.parent / "b.yaml").write_text("bar: 1\n", encoding="utf-8")
    status, text = check(path)
    assert status == 1
    assert "config.yaml:4:33: error: unknown question 'nsp' (did you mean 'nps'?)\n" in text
    assert (
        "  4 | surveys: { calls: { questions: [nsp] } }\n    |                                 ^\n"
        in text
    )
    assert text.endswith("3 faults in 2 files\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "config.yaml: error: there is no such file"),
        (b"\xff\xfe\x00", "config.yaml:1:1: error: the file is not UTF-8 text"),
        (b"a: [", "config.yaml:1:4: error: this bracket is never closed"),
        (b"", "config.yaml:1:1: error: the file is empty"),
    ],
)
def test_what_cannot_be_read_is_a_fault(path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        path.write_bytes(content)
    status, text = check(path)
    assert status == 1
    assert text.startswith(said)
    assert text.endswith("1 fault in 1 file\n")
    assert "Traceback" not in text


def test_a_folder_is_a_fault(tmp_path: Path) -> None:
    status, text = check(tmp_path)
    assert status == 1
    assert "this is a folder, not a file" in text


def test_the_schema_is_json() -> None:
    out = io.StringIO()
    assert run_check(Path("none.yaml"), schema=True, out=out) == 0
    schema = json.loads(out.getvalue())
    presets = schema["properties"]["surveys"]["additionalProperties"]["properties"]["questions"]
    assert "nps.phone" in presets["items"]["anyOf"][0]["enum"]


def test_variables_come_from_the_environment(path: Path) -> None:
    path.write_text(GOOD.replace("local-key", '"${WRITE_KEY}"'), encoding="utf-8")
    assert check(path)[0] == 1
    assert check(path, {"WRITE_KEY": "abc"})[0] == 0


def test_checking_does_not_load_the_channels_libraries(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from bot.check import run_check;"
        f"run_check(Path({str(path)!r}), out=sys.stdout);"
        "sys.exit(any(n in sys.modules for n in ('aiogram', 'aiosmtplib', 'tortoise')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

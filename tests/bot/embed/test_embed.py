"""``embed``: links, QR codes and share links, each leading where it says."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.__main__ import main
from surveys.entrance import NETWORKS
from tests.channels.web.barcode import read_png, read_svg

FILE = """
service: { name: Acme & Co, public_url: "https://feedback.acme.example/x", write_keys: [k] }
channels: { web: {} }
surveys:
  visit:
    title: { en: "Was it good? 100 %", fi: "Käyntisi: millaista & miksi?" }
    questions: [nps, comment]
    public: { sources: [receipt, door] }
  closed: { questions: [nps] }
"""
BASE = "https://feedback.acme.example/x/p/visit"


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def run(*words: str, config: str) -> int:
    return main(["embed", *words, "--config", config])


@pytest.mark.parametrize(
    ("words", "link"),
    [
        (("link", "visit"), BASE),
        (("link", "visit", "--source", "door"), f"{BASE}?s=door"),
        (("link", "visit", "--source", "widget"), f"{BASE}?s=widget"),
    ],
)
def test_link(
    config: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], link: str
) -> None:
    assert run(*words, config=config) == 0
    out, err = capsys.readouterr()
    assert out == f"{link}\n"
    assert err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("link", "vist"), "there is no survey 'vist' (did you mean 'visit'?); there is: visit, closed"),
        (("link", "closed"), "nobody may come to 'closed' by themselves: add public: true to it"),
        (("qr", "visit", "--source", "dor"), "there is no source 'dor' (did you mean 'door'?)"),
        (("share", "closed"), "public are: visit"),
    ],
)  # fmt: skip
def test_what_cannot_be_embedded_is_said(
    config: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(*words, config=config) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_file_with_faults_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(FILE.replace("public:", "publik:"), encoding="utf-8")
    assert run("link", "visit", config=str(path)) == 1
    assert "did you mean 'public'" in capsys.readouterr().err


def test_links_to_this_machine_are_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    text = FILE.replace('public_url: "https://feedback.acme.example/x", ', "")
    path.write_text(text, encoding="utf-8")
    assert run("link", "visit", config=str(path)) == 0
    out, err = capsys.readouterr()
    assert out == "http://127.0.0.1:8080/p/visit\n"
    assert "set service.public_url" in err


def test_qr_to_files(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png, svg = tmp_path / "door.png", tmp_path / "door.svg"
    for file in (png, svg):
        assert run("qr", "visit", "--source", "door", "--output", str(file), config=config) == 0
    assert read_png(png.read_bytes()) == read_svg(svg.read_bytes()) == f"{BASE}?s=door"
    assert f"{BASE}?s=door" in capsys.readouterr().err


def test_qr_without_a_file(
    config: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("qr", "visit", "--format", "svg", config=config) == 0
    assert read_svg(capsys.readouterr().out.encode()) == f"{BASE}?s=qr"
    assert run("qr", "visit", config=config) == 0
    assert read_png((tmp_path / "visit-qr.png").read_bytes()) == f"{BASE}?s=qr"


def test_qr_where_nothing_can_be_written(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("qr", "visit", "--output", "/nowhere/at/all.png", config=config) == 1
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "fi"])
def test_share_links_carry_the_link_and_the_words(
    config: str, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert run("share", "visit", "--language", language, config=config) == 0
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert tuple(lines) == NETWORKS
    title = {"en": "Was it good? 100 %", "fi": "Käyntisi: millaista & miksi?"}[language]
    for network, address in lines.items():
        link = f"{BASE}?s={network}"
        parts = urlsplit(address)
        assert "+" not in parts.query
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        said = " ".join(given.values())
        assert link in said
        if network in ("x", "whatsapp", "telegram", "email"):
            assert title in said
        assert address == address.encode("ascii").decode()
        assert "&" not in unquote(link)

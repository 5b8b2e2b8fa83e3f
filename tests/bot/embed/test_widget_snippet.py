"""``embed widget``: the snippet somebody pastes into their page."""

from pathlib import Path

import pytest
from lxml import html

from bot.__main__ import main
from bot.embed.widget import SHOWS

FILE = """
service: {{ name: Acme & Co, public_url: "https://feedback.acme.example/x", write_keys: [k] }}
channels: {{ web: {{ origins: {origins} }} }}
surveys:
  helpful:
    title: {{ en: 'Was "it" <good>?', fi: Oliko hyvä? }}
    questions: [thumbs, comment]
    public: {{ sources: [docs] }}
  plain: {{ questions: [nps], public: true }}
"""


def run(folder: Path, *words: str, origins: str = '["https://www.acme.example"]') -> int:
    path = folder / "config.yaml"
    path.write_text(FILE.format(origins=origins), encoding="utf-8")
    return main(["embed", "widget", *words, "--config", str(path)])


def parts(text: str) -> tuple[html.HtmlElement, html.HtmlElement]:
    script, noscript = html.fragments_fromstring(text)
    return script, noscript.find("a")


def test_the_snippet_names_the_script_the_survey_and_a_plain_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "helpful", "--source", "docs", "--language", "fi") == 0
    out, err = capsys.readouterr()
    script, link = parts(out)
    assert dict(script.attrib) == {
        "src": "https://feedback.acme.example/x/widget.js",
        "data-survey": "helpful",
        "data-source": "docs",
        "data-language": "fi",
        "defer": "defer",
    }
    assert link.get("href") == "https://feedback.acme.example/x/p/helpful?s=docs&l=fi"
    assert link.text == "Oliko hyvä?"
    assert err == ""


def test_what_is_left_out_is_left_to_the_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "helpful", "--show", "inline") == 0
    script, link = parts(capsys.readouterr().out)
    assert set(script.attrib) == {"src", "data-survey", "defer"}
    assert link.text == 'Was "it" <good>?'
    assert run(tmp_path, "plain", "--show", "corner") == 0
    script, link = parts(capsys.readouterr().out)
    assert script.get("data-show") == "corner"
    assert link.text == "Give feedback"


def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "helpful", origins="[]") == 0
    assert "origins: [https://www.your-site.example]" in capsys.readouterr().err
    assert run(tmp_path, "helpful", "--source", "doks") == 1
    assert "did you mean 'docs'?" in capsys.readouterr().err
    assert run(tmp_path, "helpfull") == 1
    assert "did you mean 'helpful'?" in capsys.readouterr().err


def test_the_words_on_the_command_line_are_those_of_the_script() -> None:
    source = Path(__file__).parents[3] / "channels/web/widget/widget.js"
    for show in SHOWS:
        assert f"'{show}'" in source.read_text(encoding="utf-8")

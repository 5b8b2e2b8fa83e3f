"""The preview's page and terminal, and the command around them."""

import io
from pathlib import Path

import pytest
from lxml import html

from bot.preview import Wish, run_preview
from bot.preview.page import render_page
from tests.bot.test_preview import EVERY, album_of, card, config_of

ROOT = Path(__file__).parents[2]
NASTY = '"><script>alert(1)</script><img src="https://evil.example/x.png">'


def preview(path: Path, wish: Wish) -> tuple[int, str]:
    out = io.StringIO()
    status = run_preview(path, wish, out, environ={})
    return status, out.getvalue()


@pytest.fixture
def nasty(tmp_path: Path) -> html.HtmlElement:
    written = f"questions: [{{ text: {{ id: w, text: '{NASTY}' }} }}, csat]\ntitle: '{NASTY}'"
    page = render_page(album_of(config_of(tmp_path, written), languages=("en", "fi")))
    return html.document_fromstring(page)


# The page


def test_the_page_needs_nothing_else(nasty: html.HtmlElement) -> None:
    assert not nasty.xpath("//script | //link | //img | //object | //embed | //form")
    assert not nasty.xpath("//@onclick | //@onload | //*[@src]")
    links = [a.get("href") for a in nasty.xpath("//a")]
    assert links
    assert all(link.startswith("#") for link in links)
    policy = nasty.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_frames_have_no_rights_and_hold_no_script(nasty: html.HtmlElement) -> None:
    frames = nasty.xpath("//iframe")
    assert frames
    for frame in frames:
        assert frame.get("sandbox") == ""
        assert frame.get("title")
        inner = html.document_fromstring(frame.get("srcdoc"))
        assert not inner.xpath("//script")
        assert not inner.xpath("//*[@src]")


def test_every_link_of_the_page_leads_to_something_in_it(nasty: html.HtmlElement) -> None:
    ids = nasty.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a.get("href")[1:] for a in nasty.xpath("//a")} <= set(ids)


def test_the_page_shows_what_the_album_holds(tmp_path: Path) -> None:
    album = album_of(config_of(tmp_path, "questions: [nps, comment]\nlanguages: [fi]"))
    page = html.document_fromstring(render_page(album))
    figures = page.xpath("//figure")
    assert len(figures) == len(EVERY) * len(album.chapters[0].rows)
    telegram = page.get_element_by_id("fi-telegram-q-nps")
    labels = [key.text for key in telegram.xpath(".//*[contains(@class, 'key ') or @class='key']")]
    assert labels == [str(n) for n in range(11)]
    mail = page.get_element_by_id("fi-email-q-nps").xpath(".//iframe/@srcdoc")[0]
    shown = card(album, "q-nps", "email", "fi").picture
    assert mail.replace("\r\n", "\n") == getattr(shown, "html", "").replace("\r\n", "\n")


def test_the_same_survey_gives_the_same_file(tmp_path: Path) -> None:
    config = config_of(tmp_path, "questions: [nps]")
    assert render_page(album_of(config)) == render_page(album_of(config))


# The command


def test_the_page_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps]\nlanguages: [en, fi]")
    file = tmp_path / "out.html"
    status, said = preview(tmp_path / "config.yaml", Wish(survey="s", file=file))
    assert status == 0
    assert said.splitlines()[-1] == f"s on web, telegram, email in en, fi: {file}"
    assert "<h1>s</h1>" in file.read_text(encoding="utf-8")


def test_without_a_place_the_page_is_a_temporary_file(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps]\nlanguages: [en]")
    status, said = preview(tmp_path / "config.yaml", Wish(survey="s"))
    file = Path(said.rpartition(": ")[2].strip())
    assert status == 0
    assert file.stat().st_mode & 0o077 == 0  # for whoever asked alone
    file.unlink()


def test_remarks_are_printed(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps]\nlanguages: [en, fi]\ntitle: { en: Hi }")
    wish = Wish(survey="s", file=tmp_path / "o.html")
    _, said = preview(tmp_path / "config.yaml", wish)
    assert said.startswith("! fi: the title is not written in fi: the text in en is shown\n")


def test_the_browser_is_opened_when_asked(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps]")
    opened: list[str] = []
    for look in (None, False, True):
        wish = Wish(survey="s", file=tmp_path / "o.html", look=look)
        run_preview(tmp_path / "config.yaml", wish, io.StringIO(), environ={}, browse=opened.append)
    assert opened == [(tmp_path / "o.html").as_uri()]  # nobody looks at a test


def test_an_unknown_survey_has_a_nearest_name() -> None:
    status, said = preview(ROOT / "config.yaml", Wish(survey="afer_call"))
    assert status == 1
    assert said.startswith("there is no survey 'afer_call' (did you mean 'after_call'?)")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(survey="delivery", languages=["sv"]), "delivery is not asked in 'sv'; it is asked"),
        (Wish(survey="delivery", channels=["telegrm"]), "(did you mean 'telegram'?)"),
        (Wish(survey="delivery", facts=["order"]), "a fact is written name=value"),
        (Wish(survey="delivery", file=Path("/nowhere/x.html")), "cannot be written"),
    ],
)
def test_what_cannot_be_shown_is_told(wish: Wish, said: str) -> None:
    status, text = preview(ROOT / "config.yaml", wish)
    assert status == 1
    assert said in text


def test_a_broken_file_shows_its_faults(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("service: { nme: Acme }", encoding="utf-8")
    status, said = preview(tmp_path / "config.yaml", Wish(survey="s"))
    assert status == 1
    assert "config.yaml:1:12: error: unknown key 'nme'" in said


def test_every_channel_can_be_asked_for(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps]\nlanguages: [en]")
    wish = Wish(survey="s", every=True, file=tmp_path / "o.html")
    _, said = preview(tmp_path / "config.yaml", wish)
    for name in EVERY:
        assert name in said.splitlines()[-1]


def test_the_terminal_shows_the_same(tmp_path: Path) -> None:
    config_of(tmp_path, "questions: [nps, comment]\nlanguages: [fi, en]\ntitle: { en: x }")
    status, said = preview(tmp_path / "config.yaml", Wish(survey="s", terminal=True))
    assert status == 0
    assert "s in suomi" in said
    assert "[0] [1] [2] [3] [4] [5]" in said
    assert "Subject: x" in said
    assert "(after a low score)" in said
    assert "! fi: the title is not written in fi" in said

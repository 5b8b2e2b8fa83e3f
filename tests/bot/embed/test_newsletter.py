"""The newsletter snippet: sound HTML for mail programs, whose every link leads to its answer."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from bot.__main__ import main
from bot.embed.newsletter import IN_A_ROW
from bot.embed.tools import OWN_FIELD, TOOLS
from surveys.entrance import visitor_key
from tests.bot.test_public import Public, public_service

FILE = """
service: {{ name: "Acme --> <b>&co", public_url: "{url}", write_keys: [k] }}
channels: {{ web: {{ accent: "#123456" }} }}
surveys:
  visit:
    questions:
      - nps
      - thumbs
      - csat: {{ scale: faces, if: nps <= 6 }}
      - choice: {{ id: why, text: {{ en: "Why <us>?", fi: "Miksi?" }}, choices: {{ price: {{ en: Price & value, fi: Hinta }}, people: {{ en: People, fi: Ihmiset }} }} }}
      - comment
    languages: [en, fi]
    public: {{ sources: [newsletter-june] }}
"""
SUBSCRIBER = "8f14e45f-ceea-467f-9a36-dedd4bea2543"


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(FILE.format(url="https://f.acme.example"), encoding="utf-8")
    return str(path)


def snippet(
    config: str, capsys: pytest.CaptureFixture[str], *words: str, tool: str = "listmonk"
) -> str:
    assert main(["embed", "newsletter", "visit", "--tool", tool, *words, "--config", config]) == 0
    return capsys.readouterr().out


def links(text: str) -> list[str]:
    return [
        str(a.get("href")) for a in html.fragment_fromstring(text, create_parent=True).iter("a")
    ]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_gets_its_own_tag_unencoded(
    config: str, capsys: pytest.CaptureFixture[str], tool: str
) -> None:
    text = snippet(config, capsys, tool=tool)
    tag = TOOLS[tool].tag
    found = links(text)
    assert len(found) == 11
    for value, link in enumerate(found):
        query = f"s=newsletter&q=nps&v={value}"
        assert link == f"https://f.acme.example/p/visit?{query}" + (
            f"&c={tool}:{tag}" if tag else ""
        )
    assert " " not in tag
    assert "@" not in tag and "mail" not in tag.lower()


@pytest.mark.parametrize("tool", [name for name, tool in TOOLS.items() if tool.tag])
def test_what_a_tool_fills_in_is_a_subscriber_and_what_it_leaves_is_not(tool: str) -> None:
    assert visitor_key("v", f"{tool}:{SUBSCRIBER}") == f"anon:{tool}:{SUBSCRIBER}"
    assert visitor_key("v", f"{tool}:{TOOLS[tool].tag}") == "anon:v"
    assert visitor_key("v", f"{tool}:") == "anon:v"


def test_tools_without_an_id_of_their_own_use_one_field() -> None:
    assert all(OWN_FIELD in t.tag.lower() for t in TOOLS.values() if t.own)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 11),
        (("--question", "thumbs"), 2),
        (("--question", "why"), 2),
        (("--question", "comment"), 1),
        (("--language", "fi"), 11),
        (("--language", "fi", "--question", "why"), 2),
    ],
)
def test_it_is_safe_in_every_mail_program(
    config: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], count: int
) -> None:
    text = snippet(config, capsys, *words)
    page = html.fragment_fromstring(text, create_parent=True)
    names = {e.tag for e in page.iter() if isinstance(e.tag, str)}
    assert names <= {"div", "table", "tr", "td", "a", "span", "br", "tbody"}
    assert len(links(text)) == count
    assert not re.search(
        r"<script|<style|<img|javascript:|@import|url\(|class=|\son\w+=", text, re.IGNORECASE
    )
    comments = page.xpath("//comment()")
    assert len(comments) == 1
    assert all(t.get("role") == "presentation" for t in page.iter("table"))
    for link in page.iter("a"):
        assert link.text_content().strip()
        assert "color:#ffffff" in str(link.get("style"))
        assert "#123456" in str(link.getparent().get("style"))
    assert len(text.encode()) < 12_000  # Gmail clips a mail at 102 KB


def test_a_scale_fits_a_small_screen(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = html.fragment_fromstring(snippet(config, capsys), create_parent=True)
    rows = [len(row.xpath("./td/a")) for row in page.iter("tr") if row.xpath("./td/a")]
    assert rows == [6, 5]
    cell = 42 + 2  # its width and borders
    assert IN_A_ROW * cell <= 320 - 2 * 16
    assert {str(a.get("style")).split("width:")[1][:4] for a in page.iter("a")} == {"42px"}


def test_pictures_have_words(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = html.fragment_fromstring(
        snippet(config, capsys, "--question", "thumbs"), create_parent=True
    )
    for link in page.iter("a"):
        assert re.search(r"\w", str(link.get("aria-label") or link.text_content()))


def test_what_people_wrote_is_escaped(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = snippet(config, capsys, "--question", "why")
    assert "Why &lt;us&gt;?" in text
    assert "Price &amp; value" in text
    assert "<b>" not in text
    assert text.count("-->") == 1


def test_the_plain_part(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = snippet(config, capsys, "--text", "--language", "fi")
    assert "<t" not in text
    found = re.findall(r"https://\S+", text)
    assert len(found) == 11
    assert found[9].endswith("v=9&c=listmonk:{{.Subscriber.UUID}}")
    assert "&l=fi" in found[9]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--question", "nsp"), "did you mean 'nps'?"),
        (("--question", "csat"), "no newsletter can ask 'csat' first"),
        (("--language", "sv"), "visit is not asked in 'sv'; it is asked in: en, fi"),
        (("--source", "newsletter-jun"), "did you mean 'newsletter-june'?"),
    ],
)
def test_what_cannot_be_asked_is_said(
    config: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    given = ["embed", "newsletter", "visit", "--tool", "plain", *words, "--config", config]
    assert main(given) == 1
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err


def test_a_tag_of_ones_own(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = snippet(config, capsys, "--tag", "%%guid%%", "--source", "newsletter-june", tool="plain")
    assert links(text)[0].endswith("?s=newsletter-june&q=nps&v=0&c=plain:%%guid%%")


@pytest.mark.parametrize("tool", ["mailchimp", "plain"])
async def test_every_link_leads_to_its_answer_and_one_press_keeps_it(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str], tool: str
) -> None:
    async with public_service(tmp_path, unused_tcp_port) as public:
        config = str(tmp_path / "config.yaml")
        text = snippet(config, capsys, "--language", "fi", tool=tool)
        found = [
            link.replace(TOOLS[tool].tag, SUBSCRIBER) if TOOLS[tool].tag else link
            for link in links(text)
        ]
        await scanned(public, found)
        async with public.browser("de") as reader:
            await reader.look(found[7])
            assert reader.language == "fi"
            await reader.press()
        counts = await public.counts()
        assert (counts["responses"], counts["contacts"]) == (1, 1)
        answer = await public.service.commands.answer("telegram", "778", "/responses visit")
        assert answer and "NPS 7 of 10" in answer.text


async def scanned(public: Public, found: list[str]) -> None:
    """Open every link as a scanner does: nothing is kept."""
    before = await public.counts()
    async with public.browser() as scanner:
        for link in found:
            await scanner.look(link)
            assert scanner.status == 200
            wanted = parse_qs(urlsplit(link).query)["v"]
            assert scanner.page.xpath("//input[@checked]/@value") == wanted
    assert await public.counts() == before

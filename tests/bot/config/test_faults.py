"""Faults: how they read, and what they never show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError, Fault
from bot.config.faults import nearest, printable, quote
from bot.config.masking import Mask, url_password


def fault(**changes: object) -> Fault:
    given: dict[str, object] = {
        "file": "config.yaml", "line": 12, "column": 3, "message": "unknown key 'trigers'",
        "found": "trigers", "nearest": "triggers", "hint": "mend it", "source": "  trigers:",
    }  # fmt: skip
    return Fault(**(given | changes))  # type: ignore[arg-type]


def test_a_fault_reads_like_a_compilers() -> None:
    assert (
        str(fault()) == "config.yaml:12:3: error: unknown key 'trigers' (did you mean 'triggers'?)"
    )
    assert fault().render() == (
        "config.yaml:12:3: error: unknown key 'trigers' (did you mean 'triggers'?)\n"
        "  12 |   trigers:\n"
        "     |   ^\n"
        "    hint: mend it"
    )


def test_a_fault_of_a_whole_file_has_no_place() -> None:
    whole = fault(line=0, column=0, nearest="", hint="", message="there is no such file")
    assert whole.render() == "config.yaml: error: there is no such file"


def test_advice_is_a_warning() -> None:
    assert ": warning: " in str(fault(advice=True))


def test_a_long_line_is_shown_around_the_place() -> None:
    line = "x" * 500 + "HERE" + "y" * 500
    shown = fault(source=line, column=501).render().splitlines()
    assert len(shown[1]) < 140
    assert shown[1].startswith("  12 | …x")
    assert shown[1][shown[2].index("^")] == "H"


def test_nothing_acts_on_the_terminal() -> None:
    shown = fault(source="a: \x1b[31m\u202e\tb", nearest="").render()
    assert all(part.isprintable() for part in shown.splitlines())
    assert quote("a\nb\x1b" + "c" * 100) == "'a�b�" + "c" * 56 + "…'"


def test_an_error_holds_its_faults_in_order_and_once() -> None:
    error = ConfigError([fault(line=9), fault(line=2), fault(file="a.yaml"), fault(line=2)])
    assert [(f.file, f.line) for f in error.faults] == [
        ("a.yaml", 12),
        ("config.yaml", 2),
        ("config.yaml", 9),
    ]
    assert "config.yaml:2:3" in str(error)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("trigers", "triggers"), ("SURVEYS", "surveys"), ("xyz", ""), ("", ""), ("s" * 10_000, "")],
)
def test_nearest(word: str, expected: str) -> None:
    assert nearest(word, ["triggers", "surveys"]) == expected


@given(st.text())
def test_printable_is_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


@pytest.mark.parametrize(
    ("raw", "password"),
    [
        ("smtp://me:secret@host", "secret"),
        ("smtp://me:se:c@ret@host:25", "se:c@ret"),
        ("smtp://me:${PASSWORD}@host", ""),
        ("smtp://me@host", ""),
        ("smtp://host:25", ""),
        ("a:b@c", ""),
    ],
)
def test_url_password(raw: str, password: str) -> None:
    assert url_password(raw) == password


@pytest.mark.parametrize(
    ("line", "wary", "hidden"),
    [
        ("  token: 123:abc", False, "123:abc"),
        ("  token: ${TOKEN}", False, ""),
        ('  write_keys: ["${KEY}"]', False, ""),
        ("  write_keys: [abc]", False, "[abc]"),
        ("smtp: smtp://me:secret@host", False, "secret"),
        ("smtp: smtp://me:${PASSWORD}@host", False, ""),
        ("name: Acme and sons", False, ""),
        ("- abcdefgh1", False, ""),
        ("- abcdefgh1", True, "abcdefgh1"),
        ("other: abcdefgh1", True, "abcdefgh1"),
        ("questions", True, ""),
    ],
)
def test_lines_are_masked_and_keep_their_length(line: str, wary: bool, hidden: str) -> None:
    expected = line.replace(hidden, "*" * len(hidden)) if hidden else line
    assert Mask().line(line, wary=wary) == expected


def test_very_long_lines_are_not_shown() -> None:
    assert Mask().line("x" * 5000) == ""


def test_what_is_hidden_stays_hidden() -> None:
    mask = Mask()
    mask.hide("value-of-token", "${TOKEN}")
    mask.hide_literal("plain-secret")
    mask.hide_literal("smtp://me:hunter2@host")
    mask.hide("abc")  # too short to be masked everywhere
    assert (
        mask.text("value-of-token plain-secret hunter2 abc") == "${TOKEN} ************ ******* abc"
    )
    assert "plain-secret" not in mask.line("a: plain-secret")
    assert "plain" not in repr(mask)

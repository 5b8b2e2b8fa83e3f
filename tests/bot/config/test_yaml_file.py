"""YAML files: what plain values mean, and that hostile files are refused at once."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config.faults import Fault
from bot.config.yaml_file import MAX_DEPTH, Document, read_document

Read = Callable[..., tuple[Document | None, list[Fault]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(content: str | bytes) -> tuple[Document | None, list[Fault]]:
        path = tmp_path / "file.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        faults: list[Fault] = []
        return read_document(path, "file.yaml", faults), faults

    return read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1-5", "1-5"),
        ("0-10", "0-10"),
        ("12", 12),
        ("-3", -3),
        ("007", 7),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("85%", "85%"),
        ("| \n  two\n  lines", "two\nlines"),
        ("ä ö", "ä ö"),
    ],
)
def test_plain_values(read: Read, written: str, meant: object) -> None:
    document, faults = read(f"a: {written}")
    assert not faults
    assert document is not None
    assert document.data == {"a": meant}
    assert type(document.data["a"]) is type(meant)


def test_keys_are_always_text(read: Read) -> None:
    document, _ = read("1: a\ntrue: b\nno: c\nnull: d\n")
    assert document is not None
    assert document.data == {"1": "a", "true": "b", "no": "c", "null": "d"}


def test_places_count_characters_from_one(read: Read) -> None:
    document, _ = read("ä: 'öx'\nb:\n  - x\n  - c: d\n")
    assert document is not None
    spot = document.spots["b", 1, "c"]
    assert (spot.line, spot.column, spot.key_line, spot.key_column) == (4, 8, 4, 5)
    assert document.spots[("ä",)].offset == 1
    assert document.spots[("ä",)].column == 4


def test_the_mark_at_the_beginning_is_no_text(read: Read) -> None:
    document, faults = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert not faults
    assert document is not None
    assert document.data == {"a": 1, "b": 2}


def only(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, faults
    return faults[0]


@pytest.mark.parametrize(
    ("content", "message", "line", "column"),
    [
        (b"a: 1\nb: x\0y\n", "a control character (0x00) stands here", 2, 5),
        (b"a: \x1b[31m\n", "a control character (0x1b) stands here", 1, 4),
        ("a: \x9b\n".encode(), "a control character (0x9b) stands here", 1, 4),
        (b"a: 1\nb: \xff\xfe\n", "the file is not UTF-8 text", 2, 4),
        ("a: ä".encode("utf-16"), "the file is not UTF-8 text", 1, 1),
        (b"", "the file is empty", 1, 1),
        (b"a: " + b"[" * 40 + b"]" * 40, f"values stand more than {MAX_DEPTH} deep", 1, 36),
        (b"[" + b"1," * 20_001 + b"1]", "the file has more than 20000 values", 1, 40000),
        (b"a: &a [x]\nb: [*a, *a]\n", "anchors (&name) are not used here", 1, 4),
        (b"%YAML 1.2\n---\na: !x 1\n", "tags (!name) are not used here", 3, 4),
        (b"a: ! x\n", "tags (!name) are not used here", 1, 4),
        (b"!!str a: x\n", "tags (!name) are not used here", 1, 1),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_refused(read: Read, content: bytes, message: str, line: int, column: int) -> None:
    _, faults = read(content)
    assert (faults[0].message, faults[0].line, faults[0].column) == (message, line, column)


def test_what_is_no_file_is_a_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        ("none.yaml", "there is no such file"),
        ("", "this is a folder, not a file"),
        ("pipe", "this is not an ordinary file"),
        ("x" * 300, "the file cannot be read: File name too long"),
        ("nul\0", "the file cannot be read: bad path"),
    ):
        faults: list[Fault] = []
        assert read_document(tmp_path / name, name or "folder", faults) is None
        assert only(faults).message == message
        assert only(faults).line == 0


def test_a_missing_file_is_told_where_it_was_looked_for(tmp_path: Path) -> None:
    faults: list[Fault] = []
    read_document(tmp_path / "none.yaml", "none.yaml", faults)
    assert only(faults).hint == f"check the spelling; looked for {tmp_path}/none.yaml"


def test_a_file_that_may_not_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    faults: list[Fault] = []
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert read_document(path, "file.yaml", faults) is None
    assert only(faults).message == "the file may not be read"


def bomb() -> bytes:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        b"[" * 900_000,
        b"{a: " * 200_000,
        b"- " * 450_000,
        b"a: 1\n" * 190_000,
        b"? " * 450_000,
        b"a" * 999_000,
        b'"' + b"a" * 999_000,
        b"a: |\n" + b" x\n" * 300_000,
        b"".join(b"k%d: v\n" % n for n in range(80_000)),
        b"!x " * 300_000,
        b"#" * 999_000,
    ],
    ids=[
        "aliases",
        "lists",
        "mappings",
        "dashes",
        "repeats",
        "questions",
        "word",
        "quote",
        "block",
        "keys",
        "tags",
        "remark",
    ],
)
def test_hostile_files_are_refused_at_once(read: Read, content: bytes) -> None:
    began = time.process_time()
    _, faults = read(content)
    # 0.2 s is the promise; the margin is for a busy machine that counts our time generously.
    assert time.process_time() - began < 0.6
    assert faults or content[:2] in {b"aa", b"a:"}


def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    faults: list[Fault] = []
    began = time.process_time()
    assert read_document(path, "large.yaml", faults) is None
    assert time.process_time() - began < 0.05
    assert only(faults).message == "the file is larger than 1 MB"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    "a",
                    ": ",
                    "- ",
                    "\n",
                    "  ",
                    "[",
                    "]",
                    "{",
                    "}",
                    "&a ",
                    "*a",
                    "!",
                    "'",
                    '"',
                    "|",
                    ">",
                    "? ",
                    "%",
                    "#",
                    "---",
                    "...",
                ]
            ),
            max_size=40,
        ).map("".join),
    )
)
def test_reading_never_raises(read: Read, content: str | bytes) -> None:
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    document, faults = read(content)
    assert document is not None or faults
    for fault in faults:
        assert fault.line >= 0
        assert fault.render().isprintable() or "\n" in fault.render()

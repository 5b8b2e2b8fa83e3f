"""Templates: names are filled in and nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.errors import TemplateError
from surveys.template import MAX_VALUE, fill, names

FACTS = {"first_name": "Aino", "score": 9.0, "count": 3, "empty": "", "blank": "  ", "none": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {first_name}!", "Hi Aino!"),
        ("{score} of {count}", "9 of 3"),
        ("{{first_name}}", "{first_name}"),
        ("{{{first_name}}}", "{Aino}"),
        ("Hi {who|there}!", "Hi there!"),
        ("Hi {empty|there}!", "Hi there!"),
        ("Hi {first_name|there}!", "Hi Aino!"),
        ("Hi {who|}!", "Hi!"),
        # nothing known leaves no trace
        ("Hi {who},", "Hi,"),
        ("Hi {who} , ok", "Hi , ok".replace(" ,", ",")),
        ("Hi {blank}!", "Hi!"),
        ("Hi {none}.", "Hi."),
        ("Your order {who} is here", "Your order is here"),
        ("Your order {who}{none} is here", "Your order is here"),
        ("Your order {who} {none} is here", "Your order is here"),
        ("{who} hello", "hello"),
        ("hello {who}", "hello"),
        ("{who}, how was it?", "How was it?"),
        ("One\n{who}, how was it?", "One\nHow was it?"),
        ("One {who}\ntwo", "One\ntwo"),
        ("pre{who}post", "prepost"),
        ("{who}", ""),
        # the author's own spacing stays
        ("a  b {first_name}", "a  b Aino"),
        ("no names", "no names"),
        ("", ""),
    ],
)
def test_fill(text: str, expected: str) -> None:
    assert fill(text, FACTS) == expected


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("Hi {", 4, "never closed", "{{"),
        ("Hi {name", 4, "never closed", "add a }"),
        ("Hi }", 4, "no { before", "}}"),
        ("{}", 1, "not a name", "{first_name}"),
        ("a {First Name}", 3, "not a name", "write {first_name}"),
        ("{a.__class__}", 1, "not a name", "no dots"),
        ("{a[0]}", 1, "not a name", "no dots or brackets"),
        ("{a:>30}", 1, "not a name", "no formats"),
        ("{a!r}", 1, "not a name", "no formats"),
        ("{0}", 1, "not a name", "small letters"),
        ("{a{b}}", 1, "never closed", ""),
        ("{a|x{b}}", 1, "never closed", ""),
    ],
)
def test_says_where_and_what_to_write(text: str, column: int, message: str, hint: str) -> None:
    for read in (names, lambda t: fill(t, {})):
        with pytest.raises(TemplateError) as caught:
            read(text)
        assert caught.value.column == column
        assert message in caught.value.message
        assert hint in caught.value.hint


def test_names_are_given_once_in_order() -> None:
    assert names("{b} {a} {b|x} {{c}}") == ("b", "a")


def test_values_are_never_read_as_templates() -> None:
    facts = {"a": "{b}{{b}}{", "b": "secret"}
    assert fill("{a}", facts) == "{b}{{b}}{"


def test_values_lose_lines_and_control_characters_and_are_cut() -> None:
    assert fill("x {a} y", {"a": "1\r\nBcc: z\0\x1b[31m\u202e\ud800"}) == "x 1 Bcc: z[31m y"
    assert fill("{a}", {"a": "x" * 10_000}) == "x" * MAX_VALUE


@given(st.text(max_size=200), st.dictionaries(st.sampled_from("abc"), st.text(max_size=20)))
def test_reading_raises_nothing_but_template_errors(text: str, facts: dict[str, str]) -> None:
    try:
        fill(text, facts)
    except TemplateError as error:
        column = error.column
    else:
        column = 0
    assert 0 <= column <= len(text)


@given(st.text(min_size=1, max_size=300))
def test_a_value_never_breaks_out_of_its_line(value: str) -> None:
    filled = fill("<{a|-}>", {"a": value})
    assert len(filled) <= MAX_VALUE + 2
    assert filled.isprintable() or not any(ord(c) < 32 or ord(c) == 127 for c in filled)
    assert len(filled.splitlines()) == 1


@given(st.text(alphabet="ab {}", max_size=30))
def test_doubled_braces_give_the_text_back(text: str) -> None:
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}) == text

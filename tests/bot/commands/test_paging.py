"""Buttons that turn pages."""

from bot.commands.paging import LONGEST, page_buttons


def pressed(page: int, *, more: bool, words: str = "") -> list[tuple[str, str]]:
    buttons = page_buttons(lambda n: f"/cases  {words} page {n}", page, more=more)
    return [(button.label, button.payload) for button in buttons]


def test_there_is_a_button_for_each_way_one_can_go() -> None:
    assert pressed(1, more=False) == []
    assert pressed(1, more=True) == [("More ▶", "/cases page 2")]
    assert pressed(3, more=False) == [("◀ Back", "/cases page 2")]
    assert [line for _, line in pressed(2, more=True)] == ["/cases page 1", "/cases page 3"]


def test_what_no_button_can_carry_is_left_to_words() -> None:
    room = LONGEST - len("/cases  page 2")
    assert len(pressed(1, more=True, words="x" * room)) == 1
    assert pressed(1, more=True, words="x" * (room + 1)) == []
    assert pressed(1, more=True, words="ä" * room) == []

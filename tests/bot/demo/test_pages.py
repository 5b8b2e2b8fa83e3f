"""Reading pages as a browser does, whatever they look like."""

from bot.demo.pages import read_question

SCALE = """<!doctype html><main><form method=get action=search><input type=search name=s></form>
<FORM METHOD="post"><input value='a&amp;b' type='hidden' name=form>
<div><label>0 <input name="v" type="RADIO" value="0"></label><input type=radio name=v value=1 checked>
<input type="radio" value="2" name="v"></div>
<button type="button" name="not">Help</button><button name=do value=send>Send</button>
<button name=do value=skip>Skip</button></FORM><input type=hidden name=outside value=x>"""


def test_a_question_is_filled_in_as_a_browser_would_send_it() -> None:
    form = read_question(SCALE)
    assert form
    assert form.radios == {"v": ["0", "1", "2"]}
    sent = form.fill(lambda values: values[-1], "unused")
    assert sent == {"form": "a&b", "v": "2", "do": "send"}


def test_words_are_written_where_there_is_room_for_them() -> None:
    form = read_question("<form><textarea name=text>old</textarea><button>Go</button></form>")
    assert form
    assert form.fill(lambda values: values[0], "Too slow") == {"text": "Too slow"}


def test_a_page_that_asks_nothing_has_no_question() -> None:
    assert read_question("<h1>Thank you</h1>") is None
    assert (
        read_question("<form><input type=hidden name=n value=1><button>Stop</button></form>")
        is None
    )
    assert read_question("<form><input name") is None

"""The widget's API: what it serves, what it reads, and what it refuses without a word too many."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import channels.web.widget.script as script_module
from channels.base import Request
from channels.web import Settings
from surveys.inbound import Commented, Entered, Replied, Viewed
from surveys.message import Message
from tests.channels.web.stage import COMMENT, NPS, PROBLEMS, THANKS, THUMBS, TOKEN, make_web
from tests.channels.web.widget_calls import (
    CARD,
    SITE,
    VISITOR,
    card,
    get,
    post,
    thumb,
    told,
    widget_web,
)


class TestScript:
    def test_it_is_small_and_in_our_colours(self) -> None:
        ack = make_web(settings=Settings(accent="#7b1fa2")).ack(get("/widget.js", origin=""), ())
        assert "#7b1fa2" in ack.body.decode()
        assert "#0f6b5c" not in ack.body.decode()
        packed = make_web().ack(packed_call(), ())
        assert len(packed.body) < 10_000
        assert gzip.decompress(packed.body) == make_web().ack(get("/widget.js"), ()).body

    def test_a_browser_that_has_it_is_told_so(self) -> None:
        channel = make_web()
        first = channel.ack(packed_call(), ())
        again = channel.ack(packed_call(first.headers["ETag"]), ())
        assert (again.status, again.body) == (304, b"")
        assert channel.ack(packed_call('"other"'), ()).status == 200
        plain = channel.ack(get("/widget.js"), ())
        assert plain.headers["ETag"] != first.headers["ETag"]

    def test_any_page_may_load_it_and_nobody_may_post_to_it(self) -> None:
        ack = make_web().ack(get("/widget.js", origin="https://other.example"), ())
        assert ack.headers["Access-Control-Allow-Origin"] == "*"
        assert ack.headers["Content-Type"].startswith("text/javascript")
        assert make_web().ack(post("/widget.js"), ()).status == 405
        assert make_web().ack(get("/widget.js", method="HEAD"), ()).body == b""

    def test_it_neither_evaluates_nor_writes_markup_nor_sets_cookies(self) -> None:
        text = (Path(script_module.__file__).parent / "widget.js").read_text(encoding="utf-8")
        for bad in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                    "new Function", "cookie =", "document.cookie", "import("):  # fmt: skip
            assert bad not in text, bad


def packed_call(known: str = "") -> Request:
    headers = {"accept-encoding": "gzip, br", "if-none-match": known}
    return Request(method="GET", path="/widget.js", headers=headers)


class TestReading:
    async def test_a_look_is_the_same_for_everybody(self) -> None:
        [look] = await widget_web().receive(get(s="docs", l="fi,en"))
        assert isinstance(look, Entered)
        assert look.is_look
        assert (look.survey, look.source, look.visitor) == ("helpful", "docs", "")
        assert look.language == "fi,en"

    async def test_a_page_that_names_no_source_is_a_widget(self) -> None:
        [look] = await widget_web().receive(get())
        assert isinstance(look, Entered)
        assert look.source == "widget"

    async def test_the_first_answer_enters(self) -> None:
        channel = widget_web()
        [first], [again], [other] = [
            await channel.receive(call)
            for call in (thumb(), thumb(), thumb(visitor="another-visitors-own-word"))
        ]
        assert isinstance(first, Entered)
        assert (first.survey, first.question_id, first.value) == ("helpful", "thumbs", "1")
        assert (first.visitor, first.source, first.address) == (VISITOR, "docs", "")
        assert first.event_id == again.event_id != other.event_id
        assert VISITOR not in first.event_id
        assert not first.raw

    @pytest.mark.parametrize(
        ("given", "value", "text"),
        [
            ({"kind": "many", "values": ["late", "rude"]}, "late,rude,!", ""),
            ({"kind": "many", "values": []}, "!", ""),
            ({"kind": "words", "values": [], "text": " Words "}, "=", "Words"),
            ({"kind": "optional", "values": [], "text": ""}, "-", ""),
            ({"do": "skip", "values": []}, "-", ""),
        ],
    )
    async def test_every_kind_of_question_is_answered(
        self, given: dict[str, Any], value: str, text: str
    ) -> None:
        [entered] = await widget_web().receive(thumb(**given))
        assert isinstance(entered, Entered)
        assert (entered.value, entered.text) == (value, text)

    async def test_with_a_token_it_is_a_reply(self) -> None:
        [reply] = await widget_web().receive(thumb(token=TOKEN))
        assert isinstance(reply, Replied)
        assert reply.payloads == (f"{TOKEN}.thumbs.1",)
        [changed] = await widget_web().receive(thumb("0", token=TOKEN))
        assert changed.event_id != reply.event_id

    async def test_showing_a_question_again_records_nothing(self) -> None:
        [look] = await widget_web().receive(post(do="show", question="nps", token=TOKEN))
        assert isinstance(look, Viewed)
        assert (look.token, look.question_id) == (TOKEN, "nps")
        [begun] = await widget_web().receive(post(do="show"))
        assert isinstance(begun, Entered)
        assert begun.is_look
        assert begun.visitor == VISITOR

    async def test_a_comment_card(self) -> None:
        channel = widget_web()
        [one] = await channel.receive(card(email="a@b.example", praise=True))
        [same] = await channel.receive(card(email="a@b.example", praise=True))
        assert isinstance(one, Commented)
        assert (one.text, one.email, one.praise) == ("Nice people", "a@b.example", True)
        assert (one.source, one.visitor, one.language) == ("docs", VISITOR, "fi")
        assert one.event_id == same.event_id


class TestDrawing:
    def drawn(self, *messages: Message) -> dict[str, Any]:
        ack = widget_web().ack(thumb(), messages)
        assert ack.status == 200
        assert ack.headers["Cache-Control"] == "no-store"
        return told(ack)

    def test_a_scale(self) -> None:
        drawn = self.drawn(replace(NPS, link=f"https://f.example/s/{TOKEN}"))
        assert (drawn["layout"], drawn["kind"], drawn["question"]) == ("scale", "one", "nps")
        assert [o["value"] for o in drawn["options"]] == [str(n) for n in range(11)]
        assert drawn["ends"] == ["0 – not at all likely", "10 – extremely likely"]
        assert drawn["token"] == TOKEN
        assert drawn["where"] == "Question 1 of 3"
        assert TOKEN not in json.dumps(drawn["options"])

    def test_thumbs_ticks_and_words(self) -> None:
        thumbs, ticks, words = self.drawn(THUMBS), self.drawn(PROBLEMS), self.drawn(COMMENT)
        assert [o["picture"] for o in thumbs["options"]] == ["👍", "👎"]
        assert (thumbs["layout"], thumbs["token"]) == ("pictures", "")
        assert (ticks["layout"], len(ticks["options"]), ticks["skip"]) == ("many", 3, "Skip")
        assert (words["layout"], words["kind"]) == ("words", "optional")
        assert words["notices"] == ["Your answer 9 was recorded."]

    def test_the_end(self) -> None:
        drawn = self.drawn(replace(THANKS, changes="nps", language="fi"))
        assert drawn["over"] is True
        assert (drawn["change"], drawn["language"], drawn["direction"]) == ("nps", "fi", "ltr")
        assert "question" not in drawn

    def test_the_card_is_in_the_language_wished_for(self) -> None:
        ack = widget_web().ack(get(CARD, l="sv,fi"), ())
        assert told(ack)["language"] == "fi"
        assert ack.headers["Cache-Control"] == "private, max-age=300"

    def test_the_first_question_may_be_kept_by_browsers(self) -> None:
        ack = widget_web().ack(get(), [THUMBS])
        assert ack.headers["Cache-Control"] == "private, max-age=300"
        assert ack.headers["Vary"] == "Origin"
        assert widget_web().ack(get(method="HEAD"), [THUMBS]).body == b""


class TestOtherSites:
    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://www.acme.example",
                                        "https://www.acme.example.evil.example"])  # fmt: skip
    async def test_a_page_that_is_not_listed_is_refused(self, origin: str) -> None:
        channel = widget_web()
        for call in (
            get(origin=origin),
            thumb(origin=origin),
            card(origin=origin),
            get(CARD, origin=origin),
        ):
            assert not await channel.receive(call)
            ack = channel.ack(call, ())
            assert ack.status == 403
            assert "Access-Control-Allow-Origin" not in ack.headers
        asked = channel.ack(replace(get(origin=origin), method="OPTIONS"), ())
        assert "Access-Control-Allow-Origin" not in asked.headers

    async def test_what_no_page_sends_is_refused(self) -> None:
        channel = widget_web()
        assert not await channel.receive(thumb(origin=""))
        assert channel.ack(thumb(origin=""), ()).status == 403

    def test_a_listed_page_gets_leave_and_never_with_cookies(self) -> None:
        channel = widget_web()
        asked = channel.ack(get(method="OPTIONS"), ())
        assert (asked.status, asked.body) == (204, b"")
        assert asked.headers["Access-Control-Allow-Origin"] == SITE
        assert asked.headers["Access-Control-Allow-Headers"] == "content-type"
        for ack in (asked, channel.ack(get(), [THUMBS]), channel.ack(thumb(), [])):
            assert ack.headers["Access-Control-Allow-Origin"] == SITE
            assert "Access-Control-Allow-Credentials" not in ack.headers
            assert "Set-Cookie" not in ack.headers

    async def test_a_preflight_records_nothing(self) -> None:
        call = replace(thumb(), method="OPTIONS")
        assert not await widget_web().receive(call)

    @pytest.mark.parametrize("origin", ["https://anything.example", "http://localhost:3000"])
    async def test_a_star_lets_every_page_in(self, origin: str) -> None:
        assert await widget_web("*").receive(thumb(origin=origin))
        assert not await widget_web("*").receive(thumb(origin="null"))

    def test_origins_are_written_as_browsers_send_them(self) -> None:
        assert Settings(origins=("HTTPS://Acme.example:443/",)).origins == ("https://acme.example",)
        assert Settings(origins=("http://localhost:3000",)).origins == ("http://localhost:3000",)

    @pytest.mark.parametrize("bad", ["acme.example", "https://acme.example/docs", "ftp://a.b", ""])
    def test_what_is_no_origin_is_refused_with_a_hint(self, bad: str) -> None:
        with pytest.raises(ValueError, match="scheme and host"):
            Settings(origins=(bad,))

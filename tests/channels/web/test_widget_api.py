"""The widget's API: what it serves, what it reads, and what it refuses without a word too many."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import channels.web.widget.script as script_module
from channels.base import Ack, Request
from channels.web import Settings, Web
from channels.web.press import make_form, survey_number
from channels.web.widget.api import BURST, CARD_BURST
from surveys.inbound import Commented, Entered, Replied, Viewed
from surveys.link import Purpose, read_stamp, seal
from surveys.message import Message
from surveys.scanner import Origin, Press
from tests.channels.web.stage import (
    COMMENT,
    FORM,
    KEY,
    NOW,
    NPS,
    PROBLEMS,
    THANKS,
    THUMBS,
    TOKEN,
    make_web,
)

SITE = "https://www.acme.example"
SURVEY, CARD = "/w/v1/surveys/helpful", "/w/v1/card"
VISITOR = "visitor-word-of-24-chars"
HELPFUL = survey_number("helpful")


def widget_web(*origins: str) -> Web:
    return make_web(settings=Settings(origins=origins or (SITE,)))


def get(path: str = SURVEY, *, origin: str = SITE, method: str = "GET", **query: str) -> Request:
    headers = {"origin": origin} if origin else {}
    return Request(method=method, path=path, headers=headers, query=query)


def post(path: str = SURVEY, *, origin: str = SITE, remote: str = "", **given: Any) -> Request:
    body = {"visitor": VISITOR, "source": "docs", "language": "fi,en", "n": "nonce-000001", **given}
    headers = {"content-type": "application/json"} | ({"origin": origin} if origin else {})
    return Request(
        method="POST", path=path, headers=headers, body=json.dumps(body).encode(), remote=remote
    )


def form(seconds: float = 60, subject: int = HELPFUL, purpose: Purpose = Purpose.ENTER) -> str:
    """The form of a question drawn so long ago."""
    return make_form(KEY, subject, NOW - timedelta(seconds=seconds), purpose=purpose)


def thumb(value: str = "1", **more: Any) -> Request:
    drawn = FORM if more.get("token") else form()
    said = {"do": "send", "kind": "one", "question": "thumbs", "values": [value], "form": drawn}
    return post(**{**said, **more})


def card(**more: Any) -> Request:
    return post(CARD, **{"text": "Nice people", "form": form(60, 0, Purpose.CARD), **more})


def told(ack: Ack) -> dict[str, Any]:
    assert ack.headers["Content-Type"] == "application/json; charset=utf-8"
    found: dict[str, Any] = json.loads(ack.body)
    return found


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


class TestRubbish:
    @pytest.mark.parametrize(
        "given",
        [
            {"visitor": ""},
            {"visitor": "short"},
            {"visitor": ["visitor-word-of-24-chars"]},
            {"source": "Not a source!"},
            {"source": "x" * 41},
            {"language": "<b>"},
            {"n": "short"},
            {"question": "Q!"},
            {"question": ""},
            {"kind": "none"},
            {"do": "delete"},
            {"values": "1"},
            {"values": ["1", "2"]},
            {"values": [1]},
            {"values": ["a.b"]},
            {"values": []},
            {"values": [{}]},
            {"kind": "words", "values": [], "text": "  "},
            {"kind": "words", "values": [], "text": "x" * 4001},
            {"token": "a/b"},
        ],
    )
    async def test_it_is_refused_and_says_nothing_of_what_exists(
        self, given: dict[str, Any]
    ) -> None:
        channel, call = widget_web(), thumb(**given)
        assert not await channel.receive(call)
        ack = channel.ack(call, ())
        assert ack.status == 400
        said = "<try_again>" if "language" in given else "try_again suomeksi"
        assert told(ack) == {"error": {"code": "bad_request", "message": said}}

    @pytest.mark.parametrize("given", [{"text": ""}, {"text": "x" * 4001}, {"email": "nobody"},
                                       {"praise": "yes"}, {"text": None}])  # fmt: skip
    async def test_a_card_that_is_none(self, given: dict[str, Any]) -> None:
        channel, call = widget_web(), card(**given)
        assert not await channel.receive(call)
        assert channel.ack(call, ()).status == 400

    async def test_an_address_that_is_none_is_said_to_the_person(self) -> None:
        channel, call = widget_web(), card(email="nobody@nowhere")
        assert not await channel.receive(call)
        error = {"code": "email", "message": "card_email_unclear suomeksi"}
        assert told(channel.ack(call, ())) == {"error": error}

    async def test_where_cards_are_off_there_is_no_card(self) -> None:
        channel = make_web(settings=Settings(origins=(SITE,), cards=False))
        for call in (get(CARD), card()):
            assert not await channel.receive(call)
            assert channel.ack(call, ()).status == 404

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "application/json"),
            (b"[]", "application/json"),
            (b"\xff", "application/json"),
            (b"[" * 30_000, "application/json"),
            (b"{}" + b" " * 70_000, "application/json"),
            (b"{}", "text/plain"),
            (b"do=send", "application/x-www-form-urlencoded"),
        ],
    )
    async def test_a_body_that_is_none(self, body: bytes, kind: str) -> None:
        headers = {"origin": SITE, "content-type": kind}
        for path in (SURVEY, CARD):
            call = Request(method="POST", path=path, headers=headers, body=body)
            assert not await widget_web().receive(call)
            assert widget_web().ack(call, ()).status == 400

    @pytest.mark.parametrize("path", ["/w/", "/w/v1", "/w/v2/card", "/w/v1/surveys/", "/w/v1/card/",
                                      "/w/v1/surveys/A", "/w/v1/surveys/x/y"])  # fmt: skip
    async def test_paths_that_are_none_look_like_surveys_that_are_none(self, path: str) -> None:
        channel = widget_web()
        for call in (get(path), thumb(), get()):
            ack = channel.ack(call, ())
            assert ack.status == 404
            said = "gone suomeksi" if call.method == "POST" else "<gone>"
            assert told(ack)["error"] == {"code": "gone", "message": said}
        assert not await channel.receive(get(path))

    async def test_a_forged_or_old_token_is_gone(self) -> None:
        old = seal(KEY, Purpose.ANSWER, 17, NOW - timedelta(days=1))
        other = seal(KEY, Purpose.STOP, 17, NOW + timedelta(days=9))
        for token in (old, other, "B" + TOKEN[1:], "A" * 32):
            channel, call = widget_web(), thumb(token=token)
            assert not await channel.receive(call)
            assert channel.ack(call, ()).status == 404

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    async def test_other_methods(self, method: str) -> None:
        call = replace(thumb(), method=method)
        assert not await widget_web().receive(call)
        ack = widget_web().ack(call, ())
        assert (ack.status, ack.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")


class TestHaste:
    """Who presses at once may be a machine, and is asked to press again; nothing is lost."""

    @pytest.mark.parametrize("seconds", [0, 1.1, 13 * 3600, -5])
    @pytest.mark.parametrize("make", [thumb, card])
    async def test_too_soon_or_too_late_is_asked_again(self, make: Any, seconds: float) -> None:
        channel = widget_web()
        about = (0, Purpose.CARD) if make is card else (HELPFUL, Purpose.ENTER)
        call = make(form=form(seconds, *about), language="fi")
        assert await channel.receive(call) == ()
        ack = channel.ack(call, ())
        said = told(ack)
        assert (ack.status, said["error"]) == (
            409,
            {"code": "again", "message": "press_again suomeksi"},
        )
        again = make(form=said["form"])
        assert await channel.receive(again) == (), "the new form is as fresh"
        later = make_web(settings=Settings(origins=(SITE,)), now=NOW + timedelta(seconds=2))
        assert await later.receive(again)

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "A" * 40,
            form(60, HELPFUL, Purpose.FORM),
            form(60, 17),
            form(60, 0, Purpose.CARD),
            make_form(b"x" * 32, HELPFUL, NOW - timedelta(minutes=1), purpose=Purpose.ENTER),
        ],
    )
    async def test_a_form_of_something_else_is_worth_nothing(self, bad: str) -> None:
        channel, call = widget_web(), thumb(form=bad)
        assert await channel.receive(call) == ()
        assert channel.ack(call, ()).status == 409

    async def test_at_a_visitors_own_question_the_core_judges(self) -> None:
        [reply] = await widget_web().receive(thumb(token=TOKEN, form=make_form(KEY, 17, NOW)))
        assert isinstance(reply, Replied)
        assert reply.press == Press(issued_at=NOW, hints=("bare",))

    async def test_a_drawing_brings_the_form_of_what_it_asks(self) -> None:
        own = replace(NPS, link=f"https://f.example/s/{TOKEN}")
        first = told(widget_web().ack(get(), [THUMBS]))["form"]
        entered = told(widget_web().ack(thumb(), [own]))["form"]
        shown = told(widget_web().ack(post(do="show", token=TOKEN), [own]))["form"]
        change = post(do="show", token=TOKEN, form=entered)
        changed = told(widget_web().ack(change, [own]))["form"]
        card_form = told(widget_web().ack(get(CARD), ()))["form"]
        assert read_stamp(KEY, Purpose.ENTER, HELPFUL, first) == (NOW, Origin.OPENED)
        assert read_stamp(KEY, Purpose.FORM, 17, entered) == (NOW, Origin.VOUCHED)
        assert read_stamp(KEY, Purpose.FORM, 17, shown) == (NOW, Origin.OPENED)
        assert read_stamp(KEY, Purpose.FORM, 17, changed) == (NOW, Origin.VOUCHED)
        assert read_stamp(KEY, Purpose.CARD, 0, card_form) == (NOW, Origin.OPENED)


class TestFlood:
    async def test_a_loop_in_a_script_does_not_get_far(self) -> None:
        channel = widget_web()
        taken = [bool(await channel.receive(thumb(remote="192.0.2.1"))) for _ in range(BURST + 5)]
        assert sum(taken) == BURST
        ack = channel.ack(thumb(remote="192.0.2.1"), ())
        assert ack.status == 429
        assert told(ack)["error"]["code"] == "too_many"
        assert ack.headers["Retry-After"]
        assert await channel.receive(thumb(remote="192.0.2.2"))

    async def test_cards_are_fewer(self) -> None:
        channel = widget_web()
        taken = [bool(await channel.receive(card(remote="192.0.2.1"))) for _ in range(40)]
        assert sum(taken) == CARD_BURST
        assert channel.ack(card(remote="192.0.2.1"), ()).status == 429

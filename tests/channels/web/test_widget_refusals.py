"""The widget: rubbish, haste and floods."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.base import Request
from channels.web import Settings
from channels.web.press import make_form
from channels.web.widget.api import BURST, CARD_BURST
from surveys.inbound import Replied
from surveys.link import Purpose, read_stamp, seal
from surveys.scanner import Origin, Press
from tests.channels.web.stage import KEY, NOW, NPS, THUMBS, TOKEN, make_web
from tests.channels.web.widget_calls import (
    CARD,
    HELPFUL,
    SITE,
    SURVEY,
    card,
    form,
    get,
    post,
    thumb,
    told,
    widget_web,
)


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

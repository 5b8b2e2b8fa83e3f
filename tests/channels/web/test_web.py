"""Calls to the web channel: recorded ones, forged ones and broken ones."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Request
from channels.web.press import make_form
from surveys.inbound import Inbound, OptedIn, OptedOut, Replied, Viewed
from surveys.link import Purpose, seal, stamp
from tests.channels.web.stage import (
    COMMENT,
    FORM,
    FORM_TYPE,
    HERE,
    KEY,
    NOW,
    NPS,
    PAGE,
    STOP_PAGE,
    STOP_TOKEN,
    TOKEN,
    assert_error,
    fields_of,
    filled,
    make_web,
    only,
    page_of,
    press,
    recorded,
)


class TestRecordedCalls:
    @pytest.mark.parametrize(
        ("name", "values", "text"),
        [
            ("press_score", ["nps.10"], ""),
            ("press_several", ["problems.late", "problems.rude", "problems.!"], ""),
            (
                "write_words",
                ["comment.="],
                'Hyvä palvelu – kiitos!\nMutta "liian" hidas & kallis 😀',
            ),
            ("write_number", ["calls.="], "3,5"),
            ("press_skip", ["problem.-"], ""),
        ],
    )
    async def test_a_pressed_button_is_a_reply(
        self, name: str, values: list[str], text: str
    ) -> None:
        value = await only(make_web(), recorded(name))
        assert isinstance(value, Replied)
        assert value.payloads == tuple(f"{TOKEN}.{v}" for v in values)
        assert value.text == text

    @pytest.mark.parametrize(
        ("name", "token"), [("view_preselected", TOKEN), ("view_stop", STOP_TOKEN)]
    )
    async def test_an_opened_page_is_only_viewed(self, name: str, token: str) -> None:
        value = await only(make_web(), recorded(name))
        assert isinstance(value, Viewed)
        assert value.token == token

    async def test_what_the_link_named_is_kept_for_debugging(self) -> None:
        value = await only(make_web(), recorded("view_preselected"))
        assert value.raw == {"q": "nps", "v": "9"}

    @pytest.mark.parametrize("name", ["one_click_urlencoded", "one_click_multipart", "press_stop"])
    async def test_stop_is_stop_however_it_is_said(self, name: str) -> None:
        value = await only(make_web(), recorded(name))
        assert isinstance(value, OptedOut)
        assert value.token == STOP_TOKEN

    async def test_a_stop_can_be_taken_back(self) -> None:
        value = await only(make_web(), recorded("press_resume"))
        assert isinstance(value, OptedIn)
        assert value.token == STOP_TOKEN

    def test_every_recorded_call_is_used_here(self) -> None:
        text = Path(__file__).read_text(encoding="utf-8")
        for path in (HERE / "payloads").iterdir():
            assert f'"{path.stem}"' in text


class TestIdentity:
    async def test_the_same_press_is_the_same_event(self) -> None:
        channel = make_web()
        first, second = [await only(channel, press()) for _ in range(2)]
        assert first.event_id == second.event_id

    @pytest.mark.parametrize(
        "other",
        [
            filled(v="3"),
            filled(n="nonce-000078"),
            filled(q="csat"),
            filled(do="skip"),
            filled(kind="words", text="nine"),
        ],
        ids=["value", "page", "question", "skip", "words"],
    )
    async def test_another_press_is_another_event(self, other: dict[str, Any]) -> None:
        channel = make_web()
        first, second = await only(channel, press()), await only(channel, press(other))
        assert isinstance(second, Replied)
        assert first.event_id != second.event_id

    async def test_two_people_never_share_an_event(self) -> None:
        channel = make_web()
        token = seal(KEY, Purpose.ANSWER, 18, NOW + timedelta(days=30))
        form = make_form(KEY, 18, NOW)
        mine = await only(channel, press())
        theirs = await only(channel, press(filled(form=form), path=f"/s/{token}"))
        assert isinstance(theirs, Replied)
        assert mine.event_id != theirs.event_id

    async def test_each_view_and_each_stop_counts(self) -> None:
        channel = make_web()
        calls = [recorded(n) for n in ("view_stop", "one_click_urlencoded", "press_stop")]
        ids = [(await only(channel, call)).event_id for call in (*calls, *calls)]
        assert len(set(ids)) == 6

    async def test_an_old_way_back_pressed_again_is_a_repeat(self) -> None:
        channel = make_web()
        ids = {(await only(channel, recorded("press_resume"))).event_id for _ in range(2)}
        assert len(ids) == 1

    async def test_a_way_back_needs_our_own_page(self) -> None:
        value = await only(make_web(), press({"do": "resume"}, path=STOP_PAGE))
        assert isinstance(value, Viewed)


class TestFormSession:
    """Whoever has no page of ours open, for this very invitation, records nothing."""

    @pytest.mark.parametrize(
        "form",
        [
            "",
            "A" * 40,
            FORM[:-1] + ("A" if FORM[-1] != "A" else "B"),
            TOKEN,
            make_form(KEY, 18, NOW),
            seal(KEY, Purpose.FORM, 17, NOW + timedelta(days=1)),
            stamp(KEY, Purpose.ANSWER, 17, NOW),
            stamp(KEY, Purpose.FORM, 17, NOW, 77),
            make_form(KEY, 17, NOW - timedelta(hours=12, milliseconds=1)),
            make_form(b"x" * 32, 17, NOW),
        ],
        ids=["none", "zeros", "bent", "link", "other", "seal", "purpose", "mark", "old", "key"],
    )
    async def test_a_bad_one_shows_the_page_again(self, form: str) -> None:
        channel, call = make_web(), press(filled(form=form))
        value = await only(channel, call)
        assert isinstance(value, Viewed)
        ack = channel.ack(call, [NPS])
        page = page_of(ack.body)
        assert ack.status == 200
        assert page.xpath("//*[@role='status']/p/text()") == ["<try_again>"]
        assert page.xpath("//input[@checked]/@value") == ["9"], "pressing again is enough"

    async def test_the_page_brings_a_good_one(self) -> None:
        channel = make_web()
        fields = fields_of(page_of(channel.ack(Request(method="GET", path=PAGE), [NPS]).body))
        value = await only(channel, press({**fields, "v": "7", "do": "send"}))
        assert isinstance(value, Replied)
        assert value.payloads == (f"{TOKEN}.nps.7",)

    @pytest.mark.parametrize(("hours", "kind"), [(12, Replied), (13, Viewed)])
    async def test_it_lives_half_a_day(self, hours: int, kind: type[Inbound]) -> None:
        opened = make_web().ack(Request(method="GET", path=PAGE), [NPS])
        fields = fields_of(page_of(opened.body))
        later = make_web(now=NOW + timedelta(hours=hours))
        (value,) = await later.receive(press({**fields, "v": "7", "do": "send"}))
        assert type(value) is kind

    async def test_words_are_kept_when_it_is_too_old(self) -> None:
        channel = make_web()
        call = press(filled(form="", q="comment", kind="optional", v=[], text="Dear team"))
        await only(channel, call)
        assert (
            page_of(channel.ack(call, [COMMENT]).body).xpath("//textarea")[0].text == "\nDear team"
        )

    async def test_words_leave_no_trace_in_a_repr(self) -> None:
        channel = make_web()
        value = await only(channel, press(filled(kind="words", v=[], text="my secret")))
        assert value.raw == {}


class TestReading:
    async def test_send_with_nothing_chosen_asks_to_choose(self) -> None:
        channel, call = make_web(), press(filled(v=[]))
        assert isinstance(await only(channel, call), Viewed)
        said = page_of(channel.ack(call, [NPS]).body).xpath("//*[@role='status']/p/text()")
        assert said == ["<choose_one>"]

    @pytest.mark.parametrize(
        ("fields", "values", "text"),
        [
            (filled(do="skip"), ["-"], ""),
            (filled(kind="many", v=["late", "rude"]), ["late", "rude", "!"], ""),
            (filled(kind="many", v=["late", "late"]), ["late", "!"], ""),
            (filled(kind="many", v=[]), ["!"], ""),
            (filled(kind="optional", v=[], text=" \r\n "), ["-"], ""),
            (filled(kind="words", v=[], text=" \r\n "), ["="], ""),
            (filled(kind="words", v=[], text=" a\r\nb\0\u202ec "), ["="], "a\nbc"),
            (filled(kind="optional", do="skip", v=[], text="no"), ["-"], ""),
            (filled(kind="one", text="nine"), ["9"], ""),
            (filled(kind="words", v=[], text="é" * 4000), ["="], "é" * 4000),
        ],
    )
    async def test_what_the_fields_mean(
        self, fields: dict[str, Any], values: list[str], text: str
    ) -> None:
        value = await only(make_web(), press(fields))
        assert isinstance(value, Replied)
        assert value.payloads == tuple(f"{TOKEN}.nps.{v}" for v in values)
        assert value.text == text

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            filled(q=""),
            filled(q="Nps"),
            filled(q="q" * 17),
            filled(q="nps.9"),
            filled(v=["1", "2"]),
            filled(v="-"),
            filled(v="!"),
            filled(v="9.9"),
            filled(v="a" * 33),
            filled(v="\0"),
            filled(n=""),
            filled(n="x"),
            filled(kind="all"),
            filled(do="drop"),
            filled(kind="words", text="x" * 4001),
            filled(kind="many", v=[str(n) for n in range(250)]),
        ],
    )
    async def test_what_our_page_never_sends_is_refused_kindly(
        self, fields: dict[str, Any]
    ) -> None:
        channel, call = make_web(), press(fields)
        assert not await channel.receive(call)
        assert_error(channel, call, 400, "<try_again>")

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            (FORM_TYPE, b"\xff\xfe"),
            (FORM_TYPE, b"q=%ff"),
            (FORM_TYPE, b"x" * 262_144),
            (FORM_TYPE, b"&" * 262_144),
            (FORM_TYPE, b""),
            ("application/json", b'{"q": "nps"}'),
            ("multipart/form-data", b"no boundary"),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--"),
            ("multipart/form-data; boundary=\0", b"--\0\r\n"),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\ncontent-disposition: form-data; name="q"\r\n\r\n\xff\r\n--x--',
            ),
        ],
    )
    async def test_a_body_that_is_no_form_is_refused_kindly(
        self, content_type: str, body: bytes
    ) -> None:
        channel = make_web()
        call = Request(method="POST", path=PAGE, headers={"content-type": content_type}, body=body)
        assert not await channel.receive(call)
        assert_error(channel, call, 400, "<try_again>")

    @given(
        body=st.binary(max_size=300),
        kind=st.sampled_from([FORM_TYPE, "multipart/form-data; boundary=x", "", "text/plain"]),
        path=st.sampled_from([PAGE, STOP_PAGE]),
        head=st.sampled_from([b"", b"--x\r\ncontent-disposition: form-data; name=", b"q=nps&n="]),
    )
    async def test_no_body_at_all_brings_it_down(
        self, body: bytes, kind: str, path: str, head: bytes
    ) -> None:
        channel = make_web()
        call = Request(method="POST", path=path, headers={"content-type": kind}, body=head + body)
        values = await channel.receive(call)
        assert not [v for v in values if isinstance(v, Replied)]
        assert channel.ack(call, [NPS] if values else []).status in (200, 400, 404)

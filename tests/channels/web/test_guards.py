"""What the web channel refuses, and what guards every page it gives."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.base import Request
from channels.errors import Untrusted
from surveys.inbound import OptedOut, Replied, Viewed
from surveys.link import Purpose, seal
from surveys.message import Message
from tests.channels.web.stage import (
    COMMENT,
    FORM,
    KEY,
    NOW,
    NPS,
    PAGE,
    STOP,
    STOP_PAGE,
    STOP_TOKEN,
    TOKEN,
    assert_error,
    make_web,
    only,
    page_of,
    press,
)


class TestOtherSites:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "cross-site", "origin": "https://f.example", "host": "f.example"},
            {"origin": "https://evil.example", "host": "f.example"},
            {"origin": "https://f.example.evil.example", "host": "f.example"},
            {"origin": "https://[", "host": "f.example"},
            {"origin": "https://f.example"},
        ],
    )
    async def test_a_form_they_send_is_untrusted(self, headers: dict[str, str]) -> None:
        channel = make_web()
        for call in (
            press(headers=headers),
            press({"do": "stop"}, path=STOP_PAGE, headers=headers),
            press({"do": "resume", "n": "nonce-000001"}, path=STOP_PAGE, headers=headers),
        ):
            with pytest.raises(Untrusted) as caught:
                await channel.receive(call)
            assert TOKEN not in str(caught.value)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"sec-fetch-site": "same-origin", "origin": "null"},
            {"sec-fetch-site": "none"},
            {"origin": "null", "host": "f.example"},
            {"origin": "https://F.example:8443", "host": "f.example:8443"},
        ],
    )
    async def test_our_own_form_is_believed(self, headers: dict[str, str]) -> None:
        assert isinstance(await only(make_web(), press(headers=headers)), Replied)

    async def test_a_link_from_elsewhere_opens(self) -> None:
        call = Request(method="GET", path=PAGE, headers={"sec-fetch-site": "cross-site"})
        assert isinstance(await only(make_web(), call), Viewed)

    async def test_one_click_comes_from_anywhere(self) -> None:
        headers = {"sec-fetch-site": "cross-site", "origin": "https://mail.example"}
        call = press({"List-Unsubscribe": "One-Click"}, path=STOP_PAGE, headers=headers)
        assert isinstance(await only(make_web(), call), OptedOut)


class TestStatus:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/s/",
            "/u/",
            "/web/style.css",
            "/s/" + "A" * 32,
            "/s/" + TOKEN[:-1],
            PAGE + "/",
            PAGE + "A",
            f"/u/{TOKEN}",
            f"/s/{STOP_TOKEN}",
            f"/s/{FORM}",
            "/s/../" + TOKEN,
            "/s/" + "é" * 32,
            "/s/" + seal(KEY, Purpose.ANSWER, 17, NOW - timedelta(days=1)),
            "/s/" + seal(b"x" * 32, Purpose.ANSWER, 17, NOW + timedelta(days=9)),
        ],
    )
    async def test_what_is_not_valid_looks_the_same(self, path: str) -> None:
        channel = make_web()
        expected = channel.ack(Request(method="GET", path=PAGE), ())
        assert expected.status == 404
        for call in (Request(method="GET", path=path), press(path=path)):
            assert not await channel.receive(call)
            assert channel.ack(call, ()) == expected
        assert_error(channel, Request(method="GET", path=path), 404, "<gone>")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", ""])
    async def test_other_methods_are_not_allowed(self, method: str) -> None:
        channel, call = make_web(), replace(press(), method=method)
        assert not await channel.receive(call)
        ack = channel.ack(call, ())
        assert ack.status == 405
        assert ack.headers["Allow"] == "GET, HEAD, POST"

    async def test_without_a_message_the_browser_names_the_language(self) -> None:
        call = Request(method="GET", path="/s/x", headers={"accept-language": "sv, fi;q=0.5"})
        ack = make_web().ack(call, ())
        assert ack.headers["Content-Language"] == "fi"
        assert page_of(ack.body).xpath("string(//h1)") == "gone suomeksi"

    async def test_a_message_names_its_own_language(self) -> None:
        call = Request(method="GET", path=PAGE, headers={"accept-language": "en"})
        ack = make_web().ack(call, [replace(NPS, language="fi")])
        assert ack.headers["Content-Language"] == "fi"
        assert "Kysymys 1/3" in ack.body.decode()
        other = make_web().ack(call, [replace(NPS, language="et")])
        assert page_of(other.body).get("lang") == "et"

    @pytest.mark.parametrize(
        ("call", "messages"),
        [
            (Request(method="GET", path=PAGE), [NPS]),
            (Request(method="HEAD", path=PAGE), [NPS]),
            (press(), [COMMENT]),
            (press({}), []),
            (Request(method="GET", path="/s/x"), []),
            (Request(method="PUT", path=PAGE), []),
            (Request(method="GET", path=STOP_PAGE), [STOP]),
        ],
    )
    async def test_every_answer_is_guarded(
        self, call: Request, messages: Sequence[Message]
    ) -> None:
        headers = make_web().ack(call, messages).headers
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Content-Language"] == "en"
        policy = headers["Content-Security-Policy"].split("; ")
        assert policy[0] == "default-src 'none'"
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not [part for part in policy if "unsafe" in part or "script" in part]

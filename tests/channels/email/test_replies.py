"""Own words out of recorded replies: five languages, a dozen mail programs."""

import time

import pytest

from channels.email.letter import Letter
from channels.email.replies import LONGEST_WORDS, Us, own_words
from surveys.inbound import Replied
from tests.channels.email.arrived import ACME, AT, OURS, letter, names, read, recorded

US = Us(addresses=frozenset({ACME.address}), names=frozenset({"Acme"}))

WORDS = {
    "apple_mail_de": "9 Schnell und nett",
    "apple_mail_en": "9 Quick and kind",
    "apple_mail_fi": "9 Nopea ja ystävällinen",
    "apple_mail_hr": "9 Brzo i ljubazno, šaljem pohvale",
    "apple_mail_lv": "9 Ātri un laipni",
    "company_in_front": "9, great service",
    "emoji_lying_charset": "👍 tosi hyvä",
    "forwarding_wrap_en": "9, no empty line above",
    "gmail_android_hr": "8",
    "gmail_android_lv_plain_only": "10\nPaldies!",
    "gmail_signature_en": "7 - the line was noisy",
    "gmail_web_de": "9, sehr freundlich",
    "gmail_web_en": "9, great service",
    "gmail_web_fi": "9, mukava palvelu kyllä",
    "gmail_web_hr": "9, odlična usluga, čestitke",
    "gmail_web_lv": "9, ļoti laba apkalpošana",
    "gmx_de": "2, lange gewartet",
    "iphone_de": "9 Schnell und nett",
    "iphone_en": "9 Quick and kind",
    "iphone_fi": "9 Nopea ja ystävällinen",
    "iphone_hr": "9 Brzo i ljubazno, šaljem pohvale",
    "iphone_lv": "9 Ātri un laipni",
    "k9_en": "1, nobody called back",
    "marker_only_en": "10, the best",
    "outlook_desktop_de": "6, die Musik war zu laut für mich",
    "outlook_desktop_en": "9, great service",
    "outlook_desktop_fi": "4, jouduin odottamaan yli tunnin",
    "outlook_desktop_hr": "9, brzo riješeno, sve pet",
    "outlook_desktop_lv": "8, viss kārtībā, bet lēni",
    "outlook_mobile_de": "10 Vielen Dank",
    "outlook_mobile_en": "10 Thank you so much",
    "outlook_mobile_fi": "10 Kiitos avusta",
    "outlook_mobile_hr": "10 Hvala na pomoći",
    "outlook_mobile_lv": "10 Paldies par palīdzību",
    "outlook_new_en": "5, could be quicker",
    "outlook_plain_de": "6, die Musik war zu laut für mich",
    "outlook_plain_en": "9, great service",
    "outlook_plain_fi": "4, jouduin odottamaan yli tunnin",
    "outlook_plain_hr": "9, brzo riješeno, sve pet",
    "outlook_plain_lv": "8, viss kārtībā, bet lēni",
    "outlook_web_de": "9",
    "outlook_web_signature_fi": "9, toimi hyvin",
    "own_list_en": "4\n\nThree things went wrong with Acme:\n1. I waited\n2. I was cut off\n3. The iPhone app crashed at 11:30",
    "plain_no_quote_fi": "Yhdeksän, kiitos hyvästä palvelusta!",
    "proton_en": "9, all good",
    "samsung_en": "9",
    "samsung_fi": "9, kiitos",
    "samsung_lv": "9, paldies",
    "thunderbird_below_de": "9, unten geantwortet",
    "thunderbird_between_en": "8\n\nthe scale is odd",
    "thunderbird_html_de": "3, leider unfreundlich",
    "thunderbird_plain_de": "9, gute Arbeit, weiter so, aber die Warteschleife dauert für meinen Geschmack ein wenig zu lange",
    "thunderbird_plain_en": "9, great service",
    "thunderbird_plain_fi": "9, hyvää työtä",
    "thunderbird_plain_hr": "9, dobar posao",
    "thunderbird_plain_lv": "9, labs darbs",
    "unknown_charset": "7, čudno ali radi",
    "yahoo_en": "9, very good",
    "yahoo_mobile_de": "9, sehr gut",
}
"""Recorded reply -> what the person wrote."""


def parts(name: str) -> tuple[str, str]:
    mail = Letter.of(recorded("replies", name))
    return mail.words("plain"), mail.words("html")


def without_marker(text: str) -> str:
    return text.replace("\u2191 \u2191 \u2191", "").replace("? ? ?", "")


def test_every_recorded_reply_is_read() -> None:
    assert set(names("replies")) == {*WORDS, "only_a_quote"}
    assert len(WORDS) >= 30
    for language in ("en", "fi", "de", "hr", "lv"):
        assert sum(name.endswith(f"_{language}") for name in WORDS) >= 6, language


@pytest.mark.parametrize("name", WORDS)
def test_only_own_words_are_left(name: str) -> None:
    (reply,) = read(recorded("replies", name))
    assert isinstance(reply, Replied)
    assert reply.text == WORDS[name]
    assert reply.external_id == OURS
    assert reply.address == "anna.virtanen@customer.example"
    assert reply.at == AT
    assert reply.payloads == ()


@pytest.mark.parametrize("name", WORDS)
def test_each_part_alone_will_do_and_so_will_a_quote_without_our_marker(name: str) -> None:
    plain, page = parts(name)
    for alone in filter(None, (plain, page)):
        as_page = alone is page
        for text in (alone, without_marker(alone)):
            if name == "marker_only_en" and text != alone:
                continue
            found = own_words("", text, US) if as_page else own_words(text, "", US)
            assert found == WORDS[name], "html" if as_page else "plain"


def test_a_quote_and_nothing_else_says_nothing() -> None:
    assert read(recorded("replies", "only_a_quote")) == []


@pytest.mark.parametrize(
    "text",
    [
        "9, the iPhone was great",
        "I bought it from Outlook Street and got a Samsung",
        "9\n\nBest thing ever",
        "I called Acme at 9:30 on 21.11.2026 and this is what I was told:\ncome back later",
        "Name: Anna\nAcme account: 4711\nPhone: 123\n\nplease call me",
        "-- really? --",
        "5 > 4, isn't it",
        "3 -> not good",
        "T\n\nB",
        "9\nbr is not a closing here and this line is long enough to be a sentence of its own",
    ],
)
def test_what_a_person_may_well_write_stays(text: str) -> None:
    assert own_words(text, "", US) == text


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAnna\n+358 40 123",
        "--\nAnna",
        "Best regards,\nAnna",
        "Ystävällisin terveisin\n\nAnna Virtanen\nCustomer Oy",
        "Mit freundlichen Grüßen\nAnna",
        "S poštovanjem,\nAna",
        "Ar cieņu\nAnna",
        "Sent from my iPad",
        "Lähetetty Outlook for Androidista",
        "Von meinem Huawei-Mobiltelefon gesendet",
        "Poslano sa Samsung uređaja",
        "Nosūtīts no Samsung Galaxy viedtālruņa",
        "Best regards,\nAnna\n\nSent from my iPhone",
    ],
)
def test_what_stands_below_goes(below: str) -> None:
    assert own_words(f"9, fine\n\n{below}", "", US) == "9, fine"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>9</p><p>fine</p>", "9\nfine"),
        ("9<br>fine<br><br>really", "9\nfine\n\nreally"),
        ("a &lt;b&gt; &amp; c&nbsp;d &#128077;", "a <b> & c d \N{THUMBS UP SIGN}"),
        ("<style>p { x }</style><title>t</title>9<script>1</script>", "9"),
        ("<!-- not this --><![if !mso]>9<![endif]>", "9"),
        ("9<!-- never closed", "9"),
        ("<div style='display:none'>hidden <b>x</b></div>9", "9"),
        ("2 < 3 and <3", "2 < 3 and <3"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("9<blockquote type=cite>quoted<blockquote>more</blockquote>still</blockquote>after", "9\nafter"),
        ("9<blockquote>an indent of one's own</blockquote>", "9\nan indent of one's own"),
        ('9<div class="x_gmail_quote">quoted</div>', "9"),
        ("9</div></div></span>!", "9\n!"),
    ],
)  # fmt: skip
def test_pages(page: str, words: str) -> None:
    assert own_words("", page, US) == words


def test_flowed_lines_are_joined() -> None:
    raw = letter("x").replace(b"utf-8", b"utf-8; format=flowed")
    told = raw.replace(
        b"\r\n\r\nx", b"\r\n\r\n9, so \r\nlong a \r\nline\r\n\r\n From here\r\n-- \r\nAnna"
    )
    (reply,) = read(told)
    assert isinstance(reply, Replied)
    assert reply.text == "9, so long a line\n\nFrom here"


def test_names_of_ours_may_hold_anything() -> None:
    us = Us(addresses=frozenset({"a+b@acme.example"}), names=frozenset({"A.C.M.E. (Oy) *", " "}))
    quoted = "9\n\nOn 21.11.2026 11:30, A.C.M.E. (Oy) * wrote:\n> x"
    assert own_words(quoted, "", us) == "9"
    quoted = "9\n\nAm 21.11.2026 schrieb <a+b+rabc.nps@acme.example>:\nx"
    assert own_words(quoted, "", us) == "9"


def test_words_have_a_limit() -> None:
    assert len(own_words("word " * 10_000, "", US)) <= LONGEST_WORDS


HOSTILE = {
    "comments": ("", "<!--"), "tags": ("", "<a "), "divs": ("", "<div>"), "ends": ("", "</div>"),
    "crossed": ("", "<p></div>"), "brackets": ("", "<"), "entities": ("", "&#x"), "raw": ("", "<script>"),
    "attributes": ("", "<a x='"), "dashes": ("-", ""), "rules": ("-\n", ""), "colons": ("a:\n", ""),
    "headers": ("Acme: b\n", ""), "attributions": ("9 Acme 123:\n", ""), "quotes": (">\n", ""),
    "address": ("feedback+", ""), "blank": ("\n", ""), "spaces": (" ", " "),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_takes_long(name: str) -> None:
    plain, page = HOSTILE[name]
    start = time.process_time()
    own_words((plain * 500_000)[:500_000], (page * 500_000)[:500_000], US)
    assert time.process_time() - start < 3.0

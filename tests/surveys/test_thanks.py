"""Thanks by band: apologies, promises, links; the marketer's words, and never a hole."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from surveys.compose import Setting
from surveys.message import Capabilities, Link, Message, Offers
from surveys.metric import Band
from surveys.preset import PRESETS
from surveys.survey import Survey
from surveys.thanks import Promise, compose_thanks, spell_within
from tests.surveys.bank import CODES, language

BANKS = {code: language(code) for code in CODES}
CHAT = Capabilities(
    max_text=4000, max_buttons=12, button_text=64, payload_bytes=64, offers=Offers.BUTTONS
)
SMS = replace(CHAT, offers=Offers.TEXT)
PHONE = replace(CHAT, offers=Offers.NONE, replies=False, inline=True)
REVIEW, REFER, POLICY = (f"https://acme.example/{name}" for name in ("review", "refer", "policy"))
ALL = {"review_url": REVIEW, "refer_url": REFER, "policy_url": POLICY}
SOON = Promise(owner="Maija", respond_within=timedelta(hours=4))


def setting(code: str = "en", *, questions: tuple[str, ...] = ("nps",), **survey: Any) -> Setting:
    asked = tuple(PRESETS[name] for name in questions)
    return Setting(
        survey=Survey(id="s", questions=asked, languages=CODES, version="v", **survey),
        languages=BANKS,
        language=code,
        address="777",
        token="t" * 32,
        facts={"first_name": "Anna", "company": "Acme"},
    )


def thank(band: Band | None, can: Capabilities = CHAT, **more: Any) -> Message:
    given = {name: more.pop(name) for name in ("metric_id", "promise") if name in more}
    return compose_thanks(setting(**more), band, can, **given)


# Our own words


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("band", [*Band, None])
def test_each_band_has_words_in_each_language(code: str, band: Band | None) -> None:
    message = thank(band, code=code)
    assert message.text == BANKS[code].texts[f"thanks_{band or 'plain'}"]
    assert message.links == ()


@pytest.mark.parametrize(
    ("code", "promise"),
    [
        ("en", "We will get back to you within 4 hours."),
        ("fi", "Otamme sinuun yhteyttä 4 tunnin kuluessa."),
        ("de", "Wir melden uns innerhalb von 4 Stunden bei Ihnen."),
        ("hr", "Javit ćemo Vam se u roku od 4 sata."),
        ("lv", "Mēs ar Jums sazināsimies 4 stundu laikā."),
    ],
)
def test_a_bad_answer_is_promised_what_the_alert_promises(code: str, promise: str) -> None:
    message = thank(Band.LOW, code=code, promise=SOON)
    assert message.text == f"{BANKS[code].texts['thanks_low']} {promise}"
    assert promise not in thank(Band.LOW, code=code, promise=Promise(owner="Maija")).text
    assert promise not in thank(Band.HIGH, code=code, promise=SOON).text


@pytest.mark.parametrize(
    ("band", "urls"), [(Band.HIGH, [REVIEW, REFER]), (Band.LOW, [POLICY]), (Band.MIDDLE, [])]
)
def test_each_band_leads_where_it_should(band: Band, urls: list[str]) -> None:
    message = thank(band, links=ALL)
    assert [link.url for link in message.links] == urls
    assert ("Would you tell others?" in message.text) is (band is Band.HIGH)
    written = thank(band, SMS, links=ALL)
    assert written.links == ()
    assert [line.rpartition(": ")[2] for line in written.text.splitlines()[1:]] == urls
    spoken = thank(band, PHONE, links=ALL)
    assert "http" not in spoken.text
    assert "tell others" not in spoken.text
    assert spoken.links == ()


def test_links_have_words_in_the_language() -> None:
    message = thank(Band.HIGH, code="fi", links={"review_url": REVIEW})
    assert message.links == (Link(label="Kirjoita arvostelu", url=REVIEW),)


# Thumbs


@pytest.mark.parametrize("code", CODES)
def test_thumbs_have_their_own_thanks(code: str) -> None:
    texts = BANKS[code].texts
    up = thank(Band.HIGH, code=code, questions=("thumbs",), metric_id="thumbs")
    assert up.text == texts["thanks_helpful"]
    down = thank(Band.LOW, code=code, questions=("thumbs",), metric_id="thumbs")
    assert down.text == f"{texts['thanks_unhelpful']} {texts['thanks_help']}"


def test_help_is_offered_once_and_where_words_are_read() -> None:
    plain = BANKS["en"].texts["thanks_unhelpful"]
    asked = thank(Band.LOW, questions=("thumbs", "comment"), metric_id="thumbs")
    silent = replace(CHAT, replies=False)
    unread = thank(Band.LOW, silent, questions=("thumbs",), metric_id="thumbs")
    assert asked.text == unread.text == plain


# The marketer's words


def own(text: str, **more: Any) -> Message:
    can = more.pop("can", CHAT)
    promise = more.pop("promise", SOON)
    return thank(Band.LOW, can, thanks={Band.LOW: {"en": text}}, promise=promise, **more)


def test_the_marketers_words_are_filled() -> None:
    text = "We are sorry, {first_name}. {owner} will call you within {respond_within}."
    assert own(text).text == "We are sorry, Anna. Maija will call you within 4 hours."


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("{owner} will call you within {respond_within}.", Promise(owner="Maija")),
        ("{owner} will call you.", Promise(respond_within=timedelta(hours=4))),
        ("{owner} will call you.", None),
        ("See {policy_url}", SOON),
    ],
)
def test_nobody_is_sent_a_hole(text: str, promise: Promise | None) -> None:
    said = own(text, promise=promise).text
    assert said.startswith(BANKS["en"].texts["thanks_low"])


def test_words_that_stand_in_fill_a_hole() -> None:
    assert own("{owner|Somebody} will call you.", promise=None).text == "Somebody will call you."


def test_an_event_may_name_the_owner() -> None:
    message = compose_thanks(
        replace(
            setting(thanks={Band.LOW: {"en": "{owner} will call you."}}), facts={"owner": "Otto"}
        ),
        Band.LOW,
        CHAT,
    )
    assert message.text == "Otto will call you."


@pytest.mark.parametrize(
    "text",
    ["Sorry. Our policy: {policy_url}", "Sorry. Our policy {policy_url}.", "Sorry. Our policy\n{policy_url}"],
)  # fmt: skip
def test_a_link_at_the_end_is_a_button_where_there_are_any(text: str) -> None:
    message = own(text, links=ALL)
    assert message.text == "Sorry. Our policy"
    assert [link.url for link in message.links] == [POLICY]
    assert POLICY in own(text, can=SMS, links=ALL).text
    assert own(text, can=SMS, links=ALL).links == ()
    assert own(text, can=PHONE, links=ALL).text == "Sorry. Our policy"


def test_a_link_inside_a_sentence_stays_there() -> None:
    message = own("See {policy_url} for more", links=ALL)
    assert message.text == f"See {POLICY} for more"
    assert [link.url for link in message.links] == [POLICY]
    assert own("See {policy_url} for more", can=PHONE, links=ALL).text == "See for more"


@pytest.mark.parametrize(
    ("minutes", "spelled"),
    [(1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (1440, "1 day"), (4320, "3 days"),
     (1500, "25 hours"), (0, "1 minute")],
)  # fmt: skip
def test_times_are_spelled_in_the_largest_whole_unit(minutes: int, spelled: str) -> None:
    assert spell_within(BANKS["en"], timedelta(minutes=minutes)) == spelled


def test_times_have_the_form_that_goes_with_within() -> None:
    hours = [spell_within(BANKS["lv"], timedelta(hours=n)) for n in (1, 2, 10, 21)]
    assert hours == ["1 stundas", "2 stundu", "10 stundu", "21 stundas"]
    assert spell_within(BANKS["de"], timedelta(days=3)) == "3 Tagen"
    assert spell_within(BANKS["hr"], timedelta(hours=5)) == "5 sati"

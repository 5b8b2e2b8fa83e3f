"""The pages as a browser reads them: parsed, never compared as text."""

import re
from dataclasses import replace

import pytest
from lxml import html

from bot.config.languages import load_languages
from channels.web import CAPABILITIES, Settings
from channels.web.page import Session, make_look, render_message, render_note
from channels.web.sheet import Prefill
from channels.web.wording import clean
from surveys.compose import Setting, compose_question
from surveys.language import TEXT_KEYS, Language
from surveys.message import Button, Link, Message
from surveys.preset import PRESETS
from surveys.question import Question
from surveys.survey import Survey
from tests.channels.trouble import HOSTILE, squeeze
from tests.channels.web.stage import (
    COMMENT,
    ENGLISH,
    FOOTER,
    NPS,
    PROBLEM,
    PROBLEMS,
    QUESTIONS,
    REASON,
    STOP,
    THANKS,
    THUMBS,
    TOKEN,
    button,
    fields_of,
    message,
    page_of,
    scale,
)

BANK = load_languages()
LOOK = make_look(Settings(), "Acme", "https://acme.example/privacy")
SESSION = Session(token=TOKEN, form="sealed", nonce="nonce-000001")


def show(
    *messages: Message,
    bank: Language = ENGLISH,
    prefill: Prefill | None = None,
    notice: str = "",
) -> html.HtmlElement:
    return page_of(render_message(LOOK, bank, messages, SESSION, prefill=prefill, notice=notice))


def on_every_scale(question: Question) -> list[Question]:
    metric = question.metric
    return [replace(question, scale_id=s) for s in metric.scales] if metric else [question]


def checked(page: html.HtmlElement) -> list[str]:
    return list(page.xpath("//input[@checked]/@value"))


def named(page: html.HtmlElement) -> dict[str, str]:
    """Give value -> what a screen reader calls the radio button or checkbox."""
    names = {}
    for label in page.xpath("//fieldset//label"):
        heard = label.xpath(".//text()[not(ancestor::*[@aria-hidden='true'])]")
        names[label.xpath("./input/@value")[0]] = squeeze(" ".join(heard))
    return names


class TestQuestion:
    @pytest.mark.parametrize("asked", QUESTIONS, ids=lambda m: m.question_id)
    def test_is_one_form_with_a_heading_and_a_send_button(self, asked: Message) -> None:
        page = show(asked)
        (form,) = page.forms
        assert (form.method, form.get("action")) == ("POST", TOKEN)
        assert [
            squeeze(h.text_content()).removesuffix(" (<optional>)") for h in page.iter("h1")
        ] == [asked.text]
        sends = form.xpath(".//button[@name='do']/@value")
        assert sends[0] == "send"
        assert fields_of(page) | {"kind": ""} == {
            "form": "sealed",
            "n": "nonce-000001",
            "q": asked.question_id,
            "kind": "",
        }

    @pytest.mark.parametrize("asked", QUESTIONS, ids=lambda m: m.question_id)
    def test_every_field_has_a_label_and_every_id_is_one(self, asked: Message) -> None:
        page = show(asked)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        for field in page.xpath("//textarea | //input[not(@type='hidden')]"):
            wrapped = field.getparent().tag == "label"
            assert wrapped or page.xpath(f"//label[@for='{field.get('id')}']")
        for group in page.xpath("//fieldset"):
            assert group[0].tag == "legend"
            assert group[0].text_content().strip()
        for names in page.xpath("//@aria-describedby | //@aria-labelledby"):
            assert all(name in ids for name in names.split())

    def test_a_scale_is_radio_buttons_in_order_with_its_ends(self) -> None:
        page = show(NPS)
        assert page.xpath("//input[@type='radio']/@value") == [str(n) for n in range(11)]
        assert page.xpath("//input[@type='radio']/@name") == ["v"] * 11
        assert named(page)["9"] == "9 of it"
        ends = [span.text for span in page.xpath("//*[@class='ends']/span")]
        assert ends == ["0 – not at all likely", "10 – extremely likely"]
        assert not checked(page)
        assert all(i.get("required") is not None for i in page.xpath("//input[@type='radio']"))

    def test_says_where_one_is(self) -> None:
        page = show(NPS)
        assert page.xpath("string(//*[@id='where'])") == "Question 1 of 3"
        (bar,) = page.iter("progress")
        assert (bar.get("value"), bar.get("max")) == ("1", "3")
        assert not list(show(replace(NPS, step=1, steps=1)).iter("progress"))

    def test_the_last_question_is_sent_and_others_go_on(self) -> None:
        assert show(NPS).xpath("//button[1]/text()") == ["<next>"]
        assert show(COMMENT).xpath("//button[1]/text()")[0] == "<send>"
        assert show(THUMBS).xpath("//button[1]/text()") == ["<send>"]

    def test_a_picture_stands_with_words_and_is_read_as_words(self) -> None:
        page = show(THUMBS)
        assert [p.text for p in page.xpath("//*[@class='picture']")] == ["👍", "👎"]
        assert named(page) == {"1": "Yes", "0": "No"}

    def test_one_of_several_choices(self) -> None:
        page = show(PROBLEM)
        assert named(page) == {"late": "It came late", "broken": "It was broken"}
        assert checked(page) == ["broken"], "the recorded answer"
        assert page.xpath("//button[@value='skip']")[0].get("formnovalidate") is not None

    def test_several_choices_leave_done_to_the_send_button(self) -> None:
        page = show(PROBLEMS)
        assert page.xpath("//input[@type='checkbox']/@value") == ["late", "broken", "rude"]
        assert fields_of(page)["kind"] == "many"
        assert page.xpath("//button/text()") == ["<send>", "Skip"]

    def test_words(self) -> None:
        page = show(COMMENT)
        (area,) = page.iter("textarea")
        assert area.get("maxlength") == "4000"
        assert area.get("required") is None
        assert "(<optional>)" in page.xpath("string(//h1)")
        assert fields_of(page)["kind"] == "optional"
        assert show(REASON).xpath("//textarea")[0].get("required") is not None
        assert fields_of(show(REASON))["kind"] == "words"

    def test_choices_spelled_out_for_want_of_room_take_words(self) -> None:
        page = show(message("Which?\n1. One\n2. Two", question_id="which"))
        assert list(page.iter("textarea"))

    def test_notices_come_first_our_own_before_the_cores(self) -> None:
        page = show(message("Good morning."), COMMENT, notice="Please press again.")
        said = page.xpath("//*[@role='status']/p/text()")
        assert said == ["Please press again.", "Good morning.", "Your answer 9 was recorded."]


class TestPrefill:
    def test_a_named_answer_is_ticked_on_its_own_question(self) -> None:
        assert checked(show(NPS, prefill=Prefill(question_id="nps", values=("9",)))) == ["9"]

    def test_it_goes_before_the_recorded_answer(self) -> None:
        recorded = replace(NPS, buttons=scale("nps", range(11), chosen=3))
        assert checked(show(recorded)) == ["3"]
        assert checked(show(recorded, prefill=Prefill(question_id="nps", values=("9",)))) == ["9"]

    @pytest.mark.parametrize(
        ("question_id", "value"),
        [("csat", "9"), ("nps", "11"), ("nps", ""), ("", "9"), ("nps", "-")],
    )
    def test_anything_else_ticks_nothing(self, question_id: str, value: str) -> None:
        page = show(NPS, prefill=Prefill(question_id=question_id, values=(value,)))
        assert not checked(page)

    def test_words_not_taken_are_not_lost(self) -> None:
        words = 'first\n</textarea><script>alert("1")</script>'
        page = show(COMMENT, prefill=Prefill(question_id="comment", text=words))
        assert page.xpath("//textarea")[0].text == "\n" + words
        assert show(NPS, prefill=Prefill(question_id="comment", text=words)) is not None


class TestNote:
    def test_thanks_asks_nothing(self) -> None:
        page = show(THANKS)
        assert page.xpath("string(//h1)") == "Thank you!"
        assert not page.forms

    def test_a_long_text_is_a_heading_and_a_paragraph(self) -> None:
        rest = "We are sorry that it went wrong, and we will call you within two working hours."
        page = show(message(f"Thank you, Maija! {rest}"))
        assert page.xpath("string(//h1)") == "Thank you, Maija!"
        assert page.xpath("string(//*[@class='rest'])") == rest

    def test_a_button_is_a_form_of_its_own(self) -> None:
        assert fields_of(show(STOP)) == {"n": "nonce-000001", "do": "stop"}
        change = message("Thank you!", buttons=(button("nps", "9", "Back to 9"),))
        sent = fields_of(show(change))
        assert (sent["q"], sent["v"], sent["do"], sent["kind"]) == ("nps", "9", "send", "one")

    def test_stars_look_like_stars(self) -> None:
        stars = replace(NPS, scale_id="stars", buttons=NPS.buttons[1:6])
        faces = show(stars).xpath("//span[@class='picture']")
        assert [face.text for face in faces] == ["★"] * 5
        assert all(face.get("aria-hidden") for face in faces)
        assert not show(NPS).xpath("//span[@class='picture']")

    def test_the_answer_just_given_can_be_changed(self) -> None:
        for shown in (COMMENT, THANKS):
            (link,) = show(replace(shown, changes="nps")).xpath("//a[@class='change']")
            assert link.get("href") == f"{SESSION.token}?q=nps"
            assert link.text_content() == "<change>"
            assert not show(shown).xpath("//a[@class='change']")

    def test_a_page_without_a_message_links_the_privacy_notice(self) -> None:
        page = page_of(render_note(LOOK, ENGLISH, "This link is not valid."))
        assert page.xpath("//footer//a/@href") == ["https://acme.example/privacy"]
        assert page.get("lang") == "en"


class TestEveryPage:
    @pytest.mark.parametrize("said", [*QUESTIONS, THANKS, STOP], ids=lambda m: m.text[:12])
    def test_no_script_nothing_from_elsewhere_no_inline_style(self, said: Message) -> None:
        page = show(said)
        assert not page.xpath("//script | //iframe | //img | //object | //base | //*[@style]")
        assert not [a for e in page.iter() for a in e.attrib if a.startswith("on")]
        assert page.xpath("//link/@href") == ["data:,"]
        assert len(page.xpath("//style")) == 1
        assert "@import" not in LOOK.style
        assert "url(" not in LOOK.style

    def test_names_its_language_and_direction(self) -> None:
        assert show(replace(NPS, language="fi")).get("lang") == "fi"
        assert show(NPS).get("dir") == "ltr"
        assert show(replace(NPS, language="he")).get("dir") == "rtl"

    def test_is_headed_by_the_company_and_ends_with_the_links(self) -> None:
        page = show(NPS)
        assert page.xpath("string(//header/bdi)") == "Acme"
        assert page.xpath("string(//title)") == f"{NPS.text} – Acme"
        assert page.xpath("//footer//a/@href") == [link.url for link in FOOTER]

    def test_a_link_that_runs_code_is_left_out(self) -> None:
        bad = Link(label="Privacy", url="javascript:alert(1)")
        assert not show(replace(NPS, footer=(bad, FOOTER[1]))).xpath("//a[contains(@href,'java')]")

    def test_the_policy_names_the_stylesheet_that_is_on_the_page(self) -> None:
        text = render_message(LOOK, ENGLISH, [NPS], SESSION)
        shown = re.search(r"<style>(.*)</style>", text, re.DOTALL)
        assert shown
        assert shown[1] == LOOK.style
        assert replace(LOOK, style=shown[1]).policy == LOOK.policy
        assert replace(LOOK, style=shown[1] + " ").policy != LOOK.policy

    def test_rendering_is_pure(self) -> None:
        first, second = (render_message(LOOK, ENGLISH, [COMMENT], SESSION) for _ in range(2))
        assert first == second


class TestHostileTexts:
    @pytest.mark.parametrize("trouble", [*HOSTILE.values(), '"><svg onload=x>', "</style><b>"])
    def test_they_are_only_text_wherever_they_stand(self, trouble: str) -> None:
        buttons = (
            Button(label=trouble, payload=f"{TOKEN}.q.a", spoken=trouble),
            Button(label=trouble, payload=f'{TOKEN}.q."><b>'),
            Button(label=trouble, payload=f"{TOKEN}.q.-"),
        )
        link = Link(label=trouble, url=f"https://acme.example/{trouble}")
        said = message(
            trouble, question_id='q"><b>', notice=trouble, buttons=buttons, footer=(link,)
        )
        look = replace(LOOK, company=clean(trouble))
        bank = replace(ENGLISH, texts=dict.fromkeys(TEXT_KEYS, "fixed"))
        page = page_of(render_message(look, bank, [said], SESSION))
        plain = show(PROBLEM)
        strange = {e.tag for e in page.iter() if isinstance(e.tag, str)} - {
            e.tag for e in (*plain.iter(), *show(COMMENT).iter()) if isinstance(e.tag, str)
        }
        assert not strange
        for place in ("//h1", "//*[@role='status']", "//header/bdi", "//footer//a", "//label"):
            assert squeeze(clean(trouble)) in squeeze(page.xpath(f"string({place})")), place
        assert not [a for e in page.iter() for a in e.attrib if a.startswith("on")]

    def test_text_cannot_turn_the_direction_of_what_follows(self) -> None:
        page = show(replace(NPS, text="Was \u202eexe.fdp\u202c good?"))
        assert page.xpath("string(//h1)") == "Was exe.fdp good?"

    def test_halves_of_pairs_do_not_stop_the_page(self) -> None:
        text = render_message(LOOK, ENGLISH, [replace(NPS, text="a\ud800b\0c")], SESSION)
        assert page_of(text.encode()).xpath("string(//h1)") == "abc"


class TestShippedLanguages:
    """What marketers get without writing a word: every preset, on every scale it may take."""

    @pytest.mark.parametrize("code", sorted(BANK))
    def test_every_preset_stands_on_the_page(self, code: str) -> None:
        for question in (q for preset in PRESETS.values() for q in on_every_scale(preset)):
            survey = Survey(id="s", questions=(question,), languages=(code,), version="1")
            setting = Setting(
                survey=survey,
                languages=BANK,
                language=code,
                address="",
                token=TOKEN,
                facts={"company": "Acme"},
            )
            asked = compose_question(setting, question, CAPABILITIES, step=1, steps=2)
            page = show(asked, bank=BANK[code])
            assert page.get("lang") == code
            assert squeeze(asked.text) in squeeze(page.xpath("string(//h1)"))
            assert re.search(r"1.*2", page.xpath("string(//*[@id='where'])"))
            assert page.xpath("//button/text()")[0] == BANK[code].texts["next"]
            heard = list(named(page).values())
            assert all(re.search(r"\w", name) for name in heard), "words, not only pictures"
            assert len(set(heard)) == len(heard)
            assert "{" not in page.xpath("string(//body)")

    @pytest.mark.parametrize("code", sorted(BANK))
    def test_dead_links_are_told_in_it(self, code: str) -> None:
        page = page_of(render_note(LOOK, BANK[code], BANK[code].texts["gone"]))
        assert page.get("lang") == code
        assert page.xpath("string(//h1)")

    def test_a_picture_without_words_is_still_heard(self) -> None:
        alone = message(
            "How was it?",
            question_id="mood",
            buttons=(button("mood", "1", "🙂", value=1, spoken="🙂"),),
        )
        assert named(show(alone)) == {"1": "🙂"}

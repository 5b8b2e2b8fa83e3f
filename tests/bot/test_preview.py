"""The preview's pictures: every moment, language and channel, as what is really sent; the remarks."""

from collections.abc import Mapping
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.preview.album import Album, Card, make_album
from bot.preview.moments import Scene, list_moments
from bot.preview.painters import Stage, painter_of
from bot.preview.pictures import Call, Chat, Picture, Sheet
from bot.preview.sample import MOMENT, TOKEN, make_setting, sample_facts
from channels import CHANNELS
from channels.email import Letterhead
from channels.email import to_payload as to_mail
from channels.email.settings import Mailbox
from channels.telegram import to_payload as to_call
from surveys.compose import compose_invitation
from surveys.message import Message
from surveys.preset import PRESETS, VARIANTS

ROOT = Path(__file__).parents[2]
HEAD = """
service: {{ name: Acme, language: {language}, {privacy}write_keys: [a-local-key] }}
channels: {{ web: {{}}, telegram: {{ sandbox: true }}, email: {{ sandbox: true }} }}
surveys:
  s:
"""
EVERY = tuple(name for name in CHANNELS if name != "sandbox")


def config_of(
    folder: Path,
    survey: str,
    *,
    privacy: str = 'privacy_url: "https://acme.example/p", ',
    language: str = "en",
) -> Config:
    """Give a configuration with one survey ``s``, whose block is given."""
    path = folder / "config.yaml"
    body = "\n".join(f"    {line}" for line in survey.strip().splitlines())
    head = HEAD.format(privacy=privacy, language=language)
    path.write_text(head + body + "\n", encoding="utf-8")
    return load_config(path, {})


def album_of(
    config: Config, *channels: str, languages: tuple[str, ...] = (), facts: Mapping[str, str] = {}
) -> Album:
    survey = config.surveys["s"] if "s" in config.surveys else config.surveys["delivery"]
    return make_album(
        config,
        survey,
        channels=channels or EVERY,
        languages=languages or survey.languages,
        facts=facts,
    )


def card(album: Album, moment: str, channel: str, language: str = "en") -> Card:
    chapter = next(c for c in album.chapters if c.code == language)
    row = next(row for row in chapter.rows if row.moment.id == moment)
    return next(c for c in row.cards if c.channel == channel)


def text_of(picture: Picture) -> str:
    if isinstance(picture, Chat):
        return "\n".join(part.text for bubble in picture.bubbles for part in bubble.parts)
    return "\n".join(picture.said) if isinstance(picture, Call) else picture.plain


def labels_of(picture: Picture) -> list[str]:
    assert isinstance(picture, Chat)
    return [key.label for bubble in picture.bubbles for row in bubble.rows for key in row]


def remarks(album: Album, language: str = "en") -> str:
    chapter = next(c for c in album.chapters if c.code == language)
    return "\n".join(f"{note.channel}: {note.words}" for note in chapter.notes)


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load_config(ROOT / "config.yaml", {})


# What is there


def test_every_question_is_shown_in_every_language_and_channel(shipped: Config) -> None:
    for survey in shipped.surveys.values():
        album = make_album(shipped, survey, channels=EVERY, languages=survey.languages)
        assert [chapter.code for chapter in album.chapters] == list(survey.languages)
        for chapter in album.chapters:
            asked = {r.moment.question.id for r in chapter.rows if r.moment.question}
            assert asked == {q.id for q in survey.questions}
            for row in chapter.rows:
                assert [c.channel for c in row.cards] == list(EVERY)
                assert all(text_of(c.picture).strip() for c in row.cards)


def test_the_moments_are_those_a_customer_comes_upon(shipped: Config) -> None:
    moments = list_moments(shipped.surveys["delivery"])
    assert [m.id for m in moments] == [
        "q-csat",
        "recorded-csat",
        "q-problem",
        "q-comment-low",
        "q-comment-middle",
        "q-comment-high",
        "thanks-low",
        "thanks-middle",
        "thanks-high",
    ]
    assert moments[2].detail == "asked only if csat <= 2"
    assert (moments[0].step, moments[0].steps) == (1, 2)
    assert (moments[2].step, moments[2].steps) == (2, 3)


def test_a_survey_without_a_score_is_thanked_for_plainly(tmp_path: Path) -> None:
    moments = list_moments(config_of(tmp_path, "questions: [other_products]").surveys["s"])
    assert [m.id for m in moments] == ["q-other_products", "thanks"]


def test_thanks_are_shown_for_scores_that_can_be_given(tmp_path: Path) -> None:
    moments = list_moments(config_of(tmp_path, "questions: [thumbs]").surveys["s"])
    assert [m.band for m in moments if m.scene is Scene.THANKS] == ["low", "high"]


# As it is sent


def test_the_mail_is_the_very_mail(shipped: Config) -> None:
    survey = shipped.surveys["delivery"]
    album = album_of(shipped, "email", languages=("fi",))
    shown = card(album, "q-csat", "email", "fi").picture
    setting = make_setting(shipped, survey, "fi", sample_facts(shipped, {}))
    can = CHANNELS["email"].capabilities()
    message = compose_invitation(setting, survey.questions[0], can, steps=2)
    head = Letterhead(company="Acme", sender=Mailbox(name="Acme", address="feedback@example.com"))
    mail = message_from_bytes(to_mail(message, head, MOMENT), policy=policy.default)
    part = mail.get_body(("html",))
    assert part is not None
    assert isinstance(shown, Sheet)
    assert shown.html == part.get_content()
    assert shown.subject == str(mail["Subject"])
    assert "Hei Anna" in shown.html


def test_the_chat_is_the_very_message(shipped: Config) -> None:
    survey = shipped.surveys["delivery"]
    shown = card(album_of(shipped, "telegram"), "q-csat", "telegram").picture
    setting = make_setting(shipped, survey, "en", sample_facts(shipped, {}))
    can = CHANNELS["telegram"].capabilities()
    params = to_call(compose_invitation(setting, survey.questions[0], can, steps=2)).params
    assert text_of(shown) == params["text"]
    rows = params["reply_markup"]["inline_keyboard"]
    assert labels_of(shown) == [key["text"] for row in rows for key in row]


def test_a_mail_goes_on_on_the_page(shipped: Config) -> None:
    later = card(album_of(shipped, "email", "web"), "q-problem", "email")
    page = card(album_of(shipped, "email", "web"), "q-problem", "web")
    assert later.place == "web"
    assert later.picture == page.picture
    assert "page" in later.hint


def test_a_recorded_answer_is_shown_where_it_stands(shipped: Config) -> None:
    album = album_of(shipped, "telegram", "web", "messenger")
    changed = card(album, "recorded-csat", "telegram").picture
    assert "✓ 5" in labels_of(changed)
    assert "Your answer: 5" in text_of(changed)
    assert "How satisfied were you with the delivery?" in text_of(changed)
    for channel in ("web", "messenger"):
        following = text_of(card(album, "recorded-csat", channel).picture)
        assert following.startswith("Thank you. Your answer: 5")
        assert "What did you like most?" in following


def test_comments_are_asked_for_by_score(shipped: Config) -> None:
    album = album_of(shipped, "telegram")
    said = [text_of(card(album, f"q-comment-{b}", "telegram").picture) for b in ("low", "high")]
    assert said[0].startswith("What went wrong")
    assert said[1].startswith("What did you like")


def test_a_call_says_which_keys_to_press(shipped: Config) -> None:
    shown = card(album_of(shipped, "voice"), "q-problem", "voice").picture
    assert isinstance(shown, Call)
    assert "It came late: press 1." in shown.said
    assert ("1", "It came late") in [press.pair for press in shown.keys]


def test_a_channel_without_a_painter_is_a_plain_chat() -> None:
    message = Message(address="a", text="How was it?", ends=("bad", "good"))
    stage = Stage(company="Acme", privacy_url="", languages={})
    assert text_of(painter_of("pigeon")(message, stage)) == "How was it?\nbad – good"


@pytest.mark.parametrize("name", [*PRESETS, *(f"{n}.{a}" for n in VARIANTS for a in VARIANTS[n])])
def test_every_ready_made_question_can_be_shown(name: str, tmp_path: Path) -> None:
    album = album_of(config_of(tmp_path, f"questions: [{name}]"))
    assert all(
        text_of(c.picture).strip()
        for chapter in album.chapters
        for row in chapter.rows
        for c in row.cards
    )


def test_questions_of_ones_own_can_be_shown(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        """
questions:
  - choices: { id: used, text: What did you use?, choices: { shop: Shop, app: App } }
  - number: { id: visits, text: How often?, minimum: 0, maximum: 9 }
  - text: { id: why, text: Why? }
""",
    )
    album = album_of(config)
    assert labels_of(card(album, "q-used", "telegram").picture) == ["Shop", "App", "Done"]
    page = card(album, "q-used", "web").picture
    assert "[ ] Shop" in text_of(page)
    assert "[____" in text_of(card(album, "q-visits", "web").picture)


# Remarks


def test_a_plain_survey_has_nothing_to_remark(tmp_path: Path) -> None:
    config = config_of(tmp_path, "questions: [csat]\nlanguages: [en]")
    assert remarks(album_of(config)) == ""


def test_cut_texts_are_told(tmp_path: Path) -> None:
    config = config_of(tmp_path, f"questions: [{{ text: {{ id: why, text: {'why ' * 1500} }} }}]")
    found = remarks(album_of(config, "telegram", "email", "web"))
    assert "telegram: the text is cut: 5999 characters" in found
    assert "web: the text is cut" in found
    assert "email: the text is cut" not in found


def test_cut_labels_are_told(tmp_path: Path) -> None:
    choice = "choices: { a: Somebody answered at once, b: No }"
    config = config_of(tmp_path, f"questions: [{{ choice: {{ id: w, text: W?, {choice} }} }}]")
    found = remarks(album_of(config, "telegram", "messenger"))
    assert "messenger: labels are cut after 20 characters: 'Somebody answered…'" in found
    assert "telegram" not in found


def test_too_many_buttons_are_told(tmp_path: Path) -> None:
    choices = ", ".join(f"c{n}: Choice {n}" for n in range(14))
    written = f"questions: [{{ choice: {{ id: w, text: W?, choices: {{ {choices} }} }} }}]"
    found = remarks(album_of(config_of(tmp_path, written), "telegram", "messenger", "sms"))
    assert "messenger: 14 buttons are too many (at most 13)" in found
    assert "telegram" not in found
    assert "sms: 14 buttons" not in found  # it never has any


def test_missing_translations_are_told(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "questions: [nps]\nlanguages: [en, fi]\n"
        "title: { en: Your call }\nthanks: { low: { fi: Pahoittelut. } }",
    )
    album = album_of(config, "email")
    assert "the title is not written in fi: the text in en is shown" in remarks(album, "fi")
    assert "the thanks after a low score is not written in en" in remarks(album, "en")
    assert "the title" not in remarks(album, "en")


def test_a_language_of_ones_own_borrows_buttons_and_says_so(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "questions: [{ text: { id: w, text: { sv: Varför? } } }]\nlanguages: [sv]",
        language="fi",
    )
    assert "sv is not among the shipped languages: buttons, greetings and thanks are in fi" in (
        remarks(album_of(config, "web"), "sv")
    )


def test_names_without_a_fact_are_told(tmp_path: Path) -> None:
    asked = "{first_name}, how was {order_name} by {carrier|the carrier}?"
    config = config_of(tmp_path, f'questions: [{{ text: {{ id: w, text: "{asked}" }} }}]')
    album = album_of(config, "telegram", languages=("en",))
    assert text_of(card(album, "q-w", "telegram").picture) == "Anna, how was by the carrier?"
    assert "{order_name} in the question w comes from the event" in remarks(album)
    assert "carrier}" not in remarks(album)
    known = album_of(config, "telegram", languages=("en",), facts={"order_name": "lamp"})
    assert text_of(card(known, "q-w", "telegram").picture) == "Anna, how was lamp by the carrier?"
    assert remarks(known) == ""


def test_text_messages_are_counted(tmp_path: Path) -> None:
    text = "{ en: " + "long " * 40 + ", lv: Kā gāja? }"
    config = config_of(tmp_path, f"questions: [{{ text: {{ id: w, text: {text} }} }}]")
    album = album_of(config, "sms", languages=("en", "lv"))
    assert "sms: sent and paid for as 2 text messages" in remarks(album)
    assert "70 characters fit instead of 160" in remarks(album, "lv")
    shown = card(album, "q-w", "sms", "lv").picture
    assert isinstance(shown, Chat)
    assert shown.note == "1 text message, 14 characters in UCS-2"


def test_long_texts_on_telegram_are_told(tmp_path: Path) -> None:
    config = config_of(tmp_path, f"questions: [{{ text: {{ id: w, text: {'w' * 501} }} }}]")
    assert "telegram: 501 characters: Telegram slows" in remarks(album_of(config, "telegram"))


def test_the_feedback_sheet_is_shown_or_why_there_is_none(tmp_path: Path) -> None:
    sheet = album_of(config_of(tmp_path, "questions: [csat]"), "messenger", languages=("en",))
    shown = card(sheet, "q-csat", "messenger").picture
    assert isinstance(shown, Chat)
    assert [bubble.caption for bubble in shown.bubbles] == ["", "the sheet that opens"]
    assert remarks(sheet) == ""
    long = album_of(config_of(tmp_path, "questions: [nps.phone]"), "messenger")
    assert "Meta's feedback sheet takes 85" in remarks(long)
    bare = album_of(config_of(tmp_path, "questions: [csat]", privacy=""), "messenger")
    assert "no feedback sheet without a privacy notice" in remarks(bare)


def test_a_mail_that_would_be_clipped_is_told() -> None:
    stage = Stage(company="Acme", privacy_url="", languages={})
    message = Message(address="anna@example.com", text="漢" * 40_000)
    assert "Gmail shows only the first 102 kB" in painter_of("email")(message, stage).remarks[0]
    assert not painter_of("email")(Message(address="a@b.example", text="short"), stage).remarks


def test_no_link_of_a_preview_is_good_for_anything(shipped: Config) -> None:
    shown = card(album_of(shipped, "email"), "q-csat", "email").picture
    assert isinstance(shown, Sheet)
    assert f"/s/{TOKEN}" in shown.html
    assert len(TOKEN) == 32

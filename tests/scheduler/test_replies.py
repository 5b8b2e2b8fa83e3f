from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from surveys.compose import payload
from surveys.contact import AddressStatus
from surveys.inbound import Linked, Moved, StatusChanged, Unblocked
from surveys.invitation import DeliveryState, InvitationState
from surveys.link import Purpose
from tests.scheduler.spine import MINUTE, Spine, a_spine, answers, asked, call, make_rules, texts

# Answering


async def test_a_whole_survey_in_a_chat(spine: Spine) -> None:
    await asked(spine)
    for label in ("9", "5"):
        await spine.hear(spine.press("1001", label))
        await spine.dispatch()
    await spine.hear(spine.said("1001", text="Quick and kind"))
    await spine.dispatch()
    assert await answers(spine) == {"nps": 9, "csat": 5, "comment": "Quick and kind"}
    found = (await spine.conversation(1)).invitation.state
    assert found is InvitationState.COMPLETED
    assert "Thank" in texts(spine)[-1]
    assert await spine.store.recount() == []


async def test_a_repeated_event_is_one_answer(spine: Spine) -> None:
    await asked(spine)
    pressed = spine.press("1001", "3")
    await spine.hear(pressed, pressed)
    await spine.hear(pressed)
    await spine.dispatch()
    assert len(texts(spine)) == 2 and len(texts(spine, "777")) == 1
    assert (await spine.store.counts())["responses"] == 1


async def test_a_press_that_overtakes_the_note_of_its_sending_counts(spine: Spine) -> None:
    await spine.invite()
    pressed = spine.said("1001", payloads=(payload(spine.token(1), "nps", "9"),), external_id="7")
    await spine.hear(pressed)
    conversation = await spine.conversation(1)
    assert conversation.invitation.state is InvitationState.STARTED
    assert conversation.asked_external_id == ""
    await spine.dispatch()
    assert "How satisfied" in texts(spine)[-1]
    assert not [text for text in texts(spine) if text.startswith("How likely")]
    assert await spine.store.recount() == []


async def test_answers_in_one_batch_build_on_each_other(spine: Spine) -> None:
    await asked(spine)
    token = spine.token(1)
    await spine.hear(
        *[
            spine.said("1001", payloads=(payload(token, question, value),))
            for question, value in (("nps", "9"), ("csat", "5"), ("nps", "8"), ("comment", "-"))
        ]
    )
    conversation = await spine.conversation(1)
    assert conversation.invitation.state is InvitationState.COMPLETED
    assert (await answers(spine))["nps"] == 8
    assert await spine.store.recount() == []


async def test_words_go_to_the_message_they_reply_to_else_to_the_last_asked(spine: Spine) -> None:
    await asked(spine)
    first = spine.lines("telegram", "1001")[-1].id
    spine.now += MINUTE
    await asked(spine)
    await spine.hear(spine.said("1001", text="7", external_id=first))
    await spine.hear(spine.said("1001", text="8"))
    assert await answers(spine, 1) == {"nps": 7}
    assert await answers(spine, 2) == {"nps": 8}


async def test_an_answer_on_two_channels_is_one_response(tmp_path: Path) -> None:
    async with a_spine(tmp_path, rules=make_rules(all_channels=True)) as spine:
        await asked(spine)
        await spine.hear(spine.press("1001", "9"))
        token = spine.token(1)
        [page] = await spine.hear(
            spine.said("", channel="web", payloads=(payload(token, "csat", "4"),))
        )
        assert page[0].question_id == "comment"
        conversation = await spine.conversation(1)
        assert conversation.response and conversation.response.channel == "telegram"
        assert [a.channel for a in conversation.response.answers] == ["telegram", "web"]
        # Words typed in the chat edit no message of another channel.
        await spine.hear(spine.said("1001", text="Fine"))
        await spine.dispatch()
        assert await spine.store.recount() == []
        assert (await spine.store.counts())["deliveries.sent"] == len(
            spine.channels["telegram"].ledger
        ) + len(spine.channels["email"].ledger)


async def test_a_late_answer_is_told_so_and_its_words_are_kept(spine: Spine) -> None:
    await asked(spine)
    pressed = spine.press("1001", "9")
    spine.now += timedelta(days=8)
    await spine.hear(pressed)
    await spine.dispatch()
    assert "closed" in texts(spine)[-1] and await answers(spine) == {}


async def test_a_button_of_a_survey_long_gone_is_told_so(spine: Spine) -> None:
    await asked(spine)
    pressed = spine.press("1001", "9")
    spine.now += timedelta(days=60)
    await spine.hear(pressed)
    await spine.dispatch()
    assert "closed" in texts(spine)[-1]


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_survey_taken_out_of_the_file_is_closed(spine: Spine, channel: str) -> None:
    await asked(spine)
    spine.rules = replace(spine.rules, surveys={})
    address = "1001" if channel == "telegram" else ""
    token = spine.token(1)
    given = (payload(token, "comment", "="),)
    [page] = await spine.hear(
        spine.said(address, channel=channel, payloads=given, text="I called twice")
    )
    await spine.dispatch()
    said = page[0].text if channel == "web" else texts(spine)[-1]
    assert "closed" in said and (await spine.store.counts())["cards"] == 1
    [page] = await spine.hear(spine.view(token))
    assert "closed" in page[0].text


async def test_words_nobody_asked_for_are_kept_and_thanked(spine: Spine) -> None:
    await spine.invite()
    await spine.hear(spine.said("1001", text="Your new office is lovely"))
    await spine.dispatch()
    assert (await spine.store.counts())["cards"] == 1
    assert texts(spine)[-1] == "Thank you. We have passed your message on to our team."


async def test_off_script_words_are_kept_and_the_question_asked_again(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.said("1001", text="I have called three times now"))
    await spine.dispatch()
    assert (await spine.store.counts())["cards"] == 1
    assert "How likely" in texts(spine)[-1]


# Chats tied to people


def opened(spine: Spine, chat: str, contact_id: int) -> Linked:
    return Linked(**spine.source(chat), token=spine.token(contact_id, Purpose.OPT_IN))


async def test_a_link_ties_a_chat_to_its_person_and_takes_a_stop_back(spine: Spine) -> None:
    conversation = await spine.invite(1, telegram_id="")
    number = conversation.contact.id
    await spine.hear(spine.stop("u1@x.example", "email"))
    await spine.hear(opened(spine, "5005", number))
    await spine.dispatch()
    contact = (await spine.conversation(1)).contact
    found = contact.address("telegram")
    assert found and found.value == "5005" and contact.opted_out_at is None
    assert "may ask you here" in texts(spine, "5005")[-1]


async def test_a_chat_that_is_somebody_elses_stays_theirs(spine: Spine) -> None:
    first, second = await spine.invite(1), await spine.invite(2)
    await spine.dispatch()
    await spine.hear(spine.stop("1001"))
    await spine.hear(opened(spine, "1001", second.contact.id))
    await spine.dispatch()
    owner = await spine.store.find_contact("telegram", "1001")
    assert owner and owner.id == first.contact.id and owner.opted_out_at
    assert "may ask you here" not in texts(spine)[-1]


async def test_a_link_of_somebody_who_is_gone_ties_nothing(spine: Spine) -> None:
    await spine.invite()
    await spine.hear(opened(spine, "4242", 99), spine.said("1001", text="Your shop is lovely"))
    await spine.dispatch()
    assert len(texts(spine, "4242")) == 1 and "may ask you here" not in texts(spine, "4242")[0]
    assert await spine.store.find_contact("telegram", "4242") is None
    assert (await spine.store.counts())["cards"] == 1


async def test_a_stranger_who_starts_is_greeted_and_tied_to_nobody(spine: Spine) -> None:
    for token in ("", "A" * 32):
        await spine.hear(Linked(**spine.source("4242"), token=token))
    await spine.dispatch()
    assert len(texts(spine, "4242")) == 2
    assert await spine.store.find_contact("telegram", "4242") is None


async def test_what_providers_say_about_an_address_is_kept(spine: Spine) -> None:
    await asked(spine)
    gone = StatusChanged(**spine.source("1001"), status=DeliveryState.BLOCKED)
    await spine.hear(gone)
    assert (await spine.conversation(1)).contact.addresses[0].status is AddressStatus.BLOCKED
    await spine.hear(Unblocked(**spine.source("1001")))
    assert (await spine.conversation(1)).contact.addresses[0].status is AddressStatus.OK
    await spine.hear(Moved(**spine.source("1001"), new_address="-100"))
    assert (await spine.conversation(1)).contact.addresses[0].value == "-100"


async def test_a_receipt_moves_its_delivery(spine: Spine) -> None:
    await asked(spine)
    line = spine.lines("telegram", "1001")[0].id
    read = StatusChanged(**spine.source("1001"), status=DeliveryState.READ, external_id=line)
    await spine.hear(read)
    assert (await spine.store.counts())["deliveries.read"] == 1


# Alerts


async def test_a_bad_answer_reaches_the_teams_leader_and_its_words_follow(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.press("1001", "2"))
    await spine.hear(spine.said("1001", text="5"))
    await spine.dispatch()
    assert len(texts(spine, "777")) == 1
    await spine.hear(spine.said("1001", payloads=(payload(spine.token(1), "reasons", "-"),)))
    await spine.hear(spine.said("1001", text="Nobody called back"))
    await spine.dispatch()
    assert len(texts(spine, "777")) == 2 and "Nobody called back" in texts(spine, "777")[-1]


async def test_an_alert_that_reaches_nobody_is_in_the_log(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    spine.rules = replace(spine.rules, staff=())
    await asked(spine)
    await spine.hear(spine.press("1001", "2"))
    assert "an alert about invitation 1 reached nobody" in caplog.text
    assert "Anna" not in caplog.text


# Pages


async def test_a_page_shows_where_one_stands(spine: Spine) -> None:
    await asked(spine)
    token = spine.token(1)

    async def shown() -> str:
        [page] = await spine.hear(spine.view(token))
        return page[0].question_id or page[0].text

    assert await shown() == "nps"
    assert await answers(spine) == {}
    for question, value in (("nps", "9"), ("csat", "5")):
        await spine.hear(spine.said("", channel="web", payloads=(payload(token, question, value),)))
    assert await shown() == "comment"
    spine.now += timedelta(days=7, minutes=30)
    assert await shown() == "comment"  # whoever is answering has an hour more
    spine.now += timedelta(hours=1)
    assert "closed" in await shown()


async def test_a_page_sent_twice_shows_how_it_stands_now(spine: Spine) -> None:
    await asked(spine)
    sent = spine.said("", channel="web", payloads=(payload(spine.token(1), "nps", "9"),))
    first, second = await spine.hear(sent, sent)
    assert first[0].question_id == second[0].question_id == "csat"
    assert (await spine.store.counts())["responses"] == 1


async def test_events_and_replies_survive_each_other(spine: Spine) -> None:
    await asked(spine)
    await spine.report(call(50, 1))
    await spine.hear(spine.press("1001", "9"))
    await spine.dispatch()
    assert await spine.store.recount() == []


async def test_a_page_shows_an_answered_question_again_to_be_changed(spine: Spine) -> None:
    await asked(spine)
    token = spine.token(1)

    async def press(value: str) -> None:
        pressed = (payload(token, "nps", value),)
        await spine.hear(spine.said("", channel="web", payloads=pressed))

    await press("9")
    [page] = await spine.hear(replace(spine.view(token), question_id="nps"))
    assert page[0].question_id == "nps"
    await press("2")
    assert (await answers(spine))["nps"] == 2
    assert (await spine.store.counts())["responses"] == 1
    assert await spine.store.recount() == []

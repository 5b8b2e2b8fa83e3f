"""Languages: everything we say and understand in one language, as data.

The files ``surveys/languages/*.yaml`` hold one language each; `bot.config` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

TEXT_KEYS: Mapping[str, str] = {
    # On buttons and pages
    "send": "button that sends a form",
    "next": "button that goes to the next question",
    "skip": "button that skips a question",
    "done": "button that ends ticking several choices",
    "change": "link or button to change an answer",
    "close": "button that closes a window",
    "answer_here": "button or link that opens the survey page",
    "stop": "link that stops all questions from us ({company})",
    "stop_confirm": "question on the page before stopping ({company})",
    "resume": "button that takes a stop back",
    "privacy": "link to the privacy notice",
    "progress": "where one is: {step} of {steps}",
    "choose_one": "screen-reader legend: one may be chosen",
    "choose_many": "hint: several may be chosen",
    "write_here": "label of the text field",
    "optional": "mark on a question that may be skipped",
    # What just happened
    "recorded": "the answer {answer} was recorded",
    "changed": "the answer was changed to {answer}",
    "skipped": "the question was skipped",
    "repeated": "that answer was already recorded",
    "press_again": "the page asks to press the same button again: a person is answering",
    "too_late": "the time to change an answer is over; it stays {answer}",
    "closed": "this survey is closed",
    "gone": "this link is not valid (any more)",
    "not_understood": "we could not read that as an answer to the question",
    "comment_kept": "words off-script were passed on to the team",
    "stopped": "receipt: we will not ask again ({company}); how to come back",
    "stopped_here": "the same on pages and calls, where nothing is written to come back",
    "resumed": "receipt: we may ask again",
    "linked": "greeting after opting in on a chat ({company})",
    "hello": "greeting to an unknown person who opened the chat ({company})",
    "try_again": "something failed on our side; nothing was lost; try again",
    # Around a survey
    "anonymous": "the survey is anonymous: nobody sees who said what, answers are shown in groups",
    "greeting": "first line of a mail, {first_name} known",
    "greeting_plain": "first line of a mail, no name known",
    "subject": "mail subject ({company})",
    "mail_reason": "why the person gets this mail ({company})",
    "reminder": "opens a reminder of what was asked already",
    "reminder_subject": "stands before the subject of a mail that reminds",
    "scale_hint": "hint in chats without buttons: answer with a number from {low} to {high}",
    "skip_hint": "the same for a question that may be skipped: write {word}",
    "write_above": "line in a mail above which its answer is to be written",
    "thanks_low": "thanks after a bad answer: listen, apologise, what happens next",
    "thanks_middle": "thanks after a middling answer",
    "thanks_high": "thanks after a good answer",
    "thanks_plain": "thanks where nothing was scored",
    "thanks_helpful": "thanks after a thumb up",
    "thanks_unhelpful": "thanks after a thumb down, with an apology",
    "thanks_help": "after that, where one can write to us: how can we help?",
    "thanks_promise": "after thanks for a bad answer: we are in touch within {respond_within}",
    "thanks_invite": "after thanks for a good answer, before links: would you tell others?",
    "link_review": "button or link to a page for reviews",
    "link_refer": "button or link to recommend us to somebody",
    "link_policy": "button or link to how complaints are handled",
    # Cases
    "colleague_says": "before what a colleague writes to a customer; {colleague}, {company}",
    # Comment cards
    "card_ask": "asks for the words of a comment card",
    "card_praised": "receipt for praise nobody asked for",
    "card_complained": "receipt for a complaint nobody asked for: thanks, sorry, who has it",
    "card_kind": "on the card's page: asks whether it is praise or a complaint",
    "card_good": "choice there: praise",
    "card_bad": "choice there: a complaint",
    "card_other": "choice there: neither",
    "card_email": "label of the field for an e-mail address to be answered at",
    "card_email_unclear": "what stands in that field is no address",
    "card_empty": "nothing was written on the card",
    "card_slow": "too many cards came from one place; nothing is lost, try again in some minutes",
    "card_privacy": "in the first answer to somebody new: what we keep of them, and why",
    "card_open": "button that opens the comment card on a page",
    # What a respondent may ask of us
    "paused": "receipt: no questions before {date}; how to take it back",
    "paused_here": "the same on pages and calls",
    "only_set": "receipt: asked on {channel} only from now on",
    "only_unknown": "that is no channel we reach the person on: which there are ({channels})",
    "language_set": "receipt, in the new language: it is {language} now",
    "language_unknown": "we do not have that language: which there are ({languages})",
    "know": "what {company} knows: {name}, {addresses}, {answers}, {since}; how to be forgotten",
    "know_here": "the same on pages and calls, where being forgotten is a choice besides",
    "know_nothing": "{company} knows nothing about the person",
    "forget_confirm": "asks to write {word} back before {company} deletes what it knows",
    "forget_word": "that word, in capitals; one of ``requests.confirm``",
    "forgotten": "receipt: what we knew is deleted",
    "person_called": "receipt: a colleague of {company} will be in touch",
    "help_requests": "what one may write, one a line: WORDS, a colon, what they do ({company})",
    # The same as buttons, on the page behind the stop link and in menus
    "choices": "heading over the buttons below the one for stop",
    "choice_pause": "button: no questions for {days} days",
    "choice_only": "button: asked on {channel} only",
    "choice_language": "in a menu: another language",
    "choice_know": "button: what we know about the person",
    "choice_forget": "button: delete the person's data; asks once more",
    "forget_sure": "asks once more on the page before {company} deletes what it knows",
    "choice_forget_sure": "button that confirms it",
    "choice_person": "button: to talk to somebody",
    "choice_help": "in a menu: what one may write",
    # A chat tied to a person by a code
    "link_ask": "asks for the address {company} knows somebody by, to send a code to",
    "link_sent": "a code is on its way if we know that address; we do not say whether we do",
    "link_subject": "subject of the mail with the code ({company})",
    "link_code": "the {code} itself, and what to do with it ({company})",
    "link_wrong": "that was not the code: how many tries are {left}",
    "link_over": "the code is not good any more; what to write for a new one",
    "link_later": "too many codes were asked for; later",
    "link_taken": "the chat is another person's already; a colleague sees to it ({company})",
    "link_used": "the opt-in link was opened in another chat before ({company})",
    "link_known": "the chat is tied to a person already",
    # Channels as we call them; what people call them is under ``channels``
    "channel_email": "mail",
    "channel_sms": "text messages",
    "channel_telegram": "Telegram",
    "channel_slack": "Slack",
    "channel_messenger": "Facebook Messenger",
    "channel_voice": "phone calls",
    "channel_web": "our own pages",
}
"""The fixed texts every language must have, and what each is for."""

COUNTED: Mapping[str, str] = {
    "answers": "{count} answers, as ``know`` says it",
    "within_minutes": "{count} minutes, in the form ``thanks_promise`` needs",
    "within_hours": "{count} hours, likewise",
    "within_days": "{count} days, likewise",
}
"""The texts with a count. A language has one for each of its plural forms (`surveys.plural`):
``answers_one``, ``answers_few``, ``answers_other``.
"""

CHANNEL_TEXT = "channel_"
"""What the keys of the channels' names begin with."""

NAMED_CHANNELS = tuple(
    key.removeprefix(CHANNEL_TEXT) for key in TEXT_KEYS if key.startswith(CHANNEL_TEXT)
)
"""The channels every language has words for."""

UNITS: Mapping[str, int] = {"day": 1, "week": 7, "month": 30}
"""The units a pause is counted in, in days."""

SLOTS: Mapping[str, frozenset[str]] = {
    "pause": frozenset({"time"}),
    "only": frozenset({"channel"}),
    "language": frozenset({"language", "code"}),
    "know": frozenset(),
    "forget": frozenset(),
    "person": frozenset(),
    "help": frozenset(),
    "link": frozenset(),
    "confirm": frozenset(),
}
"""What a respondent may ask, and the ``{slots}`` its phrases may have: ``{time}`` is a number, a
unit or both, ``{channel}`` a name of a channel, ``{language}`` one of a language and ``{code}`` its
code. ``confirm`` are the words written back before anything is forgotten.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language.

    questions  wording id -> question text, e.g. ``nps``, ``nps.phone``, ``csat``, ``price``
    ends       metric id, or ``metric.scale`` -> what the lowest and highest value mean
    labels     scale id -> value -> label, for scales whose values are words or pictures
    texts      one text for each of `TEXT_KEYS`
    numbers    spelled number -> value, lower case, inflections included
    yes, no    words for 1 and 0 on yes/no and thumbs scales, lower case
    skip, stop, start   words a person may write instead of pressing, lower case
    requests   what is asked (`SLOTS`) -> phrases, at most one ``{slot}`` in each, lower case.
               ``language.fi`` has those that ask for one language by themselves: "suomeksi".
    channels   channel -> what people call it, lower case, inflections included
    units      ``day``, ``week``, ``month`` -> the same
    languages  language code -> the same
    cards      ``card``, ``praise``, ``complaint`` -> words that open a comment card, lower case
    small_talk greetings, thanks and the like, which are no comment card, lower case
    """

    code: str
    name: str
    questions: Mapping[str, str]
    ends: Mapping[str, tuple[str, str]]
    labels: Mapping[str, Mapping[int, str]]
    texts: Mapping[str, str]
    numbers: Mapping[str, int] = field(default_factory=dict)
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    stop: frozenset[str] = frozenset()
    start: frozenset[str] = frozenset()
    requests: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cards: Mapping[str, frozenset[str]] = field(default_factory=dict)
    small_talk: frozenset[str] = frozenset()


Languages = Mapping[str, Language]
"""Language code -> Language."""

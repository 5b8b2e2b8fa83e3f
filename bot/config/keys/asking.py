"""The keys of what is asked: surveys, questions, pages for everybody, comment cards."""

from collections.abc import Mapping

from bot.config.keys.key import Key

SURVEY: Mapping[str, Key] = {
    "questions": Key(
        doc="What is asked, in order: names of ready-made questions, or questions of your own.",
        example="[nps, comment]",
        required=True,
    ),
    "title": Key(doc="The survey's title, on pages and in subjects.", example="{ en: Your call }"),
    "languages": Key(
        doc="The languages it is asked in; the first is used for everybody else.",
        example="[fi, en]",
        default="every language that all its questions have words in",
    ),
    "goal": Key(
        doc="The score you aim at, by question: points for NPS, percent for CSAT, scale points "
        "for CES.",
        example="{ nps: 50, csat: 85% }",
    ),
    "thanks": Key(
        doc="What is said at the end, by what the first score was: low, middle or high.",
        example="{ low: { en: We are sorry. } }",
        default="our own words",
    ),
    "review_url": Key(
        doc="This survey's own page for reviews.",
        example="https://reviews.example/acme/app",
        default="service.review_url",
    ),
    "refer_url": Key(
        doc="This survey's own page for recommendations.",
        example="https://acme.example/friends",
        default="service.refer_url",
    ),
    "policy_url": Key(
        doc="This survey's own page about complaints.",
        example="https://acme.example/complaints",
        default="service.policy_url",
    ),
    "purpose": Key(
        doc="What people must have agreed to be asked for: see consent.",
        example="research",
        default="feedback",
    ),
    "topic": Key(
        doc="What the survey is about, for limits that several surveys share.", example="service"
    ),
    "priority": Key(
        doc="Which survey has room kept for it where a person may not be asked everything: the "
        "higher number.",
        example="5",
        default="0",
    ),
    "change_within": Key(
        doc="How long an answer may be changed.",
        example="15m",
        default="15m",
    ),
    "anonymous": Key(
        doc="true: answers are kept without any way to say whose they are, and the first question "
        "says so. Nobody is alerted, no case is opened; results come in fives (anonymous.md).",
        example="true",
        default="false",
    ),
    "public": Key(
        doc="true: anybody may come to it by themselves, by a link, a QR code, a newsletter or the "
        "widget; or keys of its own, see below.",
        example="{ sources: [receipt, door] }",
        default="false",
    ),
}

PUBLIC: Mapping[str, Key] = {
    "sources": Key(
        doc="Your own names for where people come from; they stand in links. { name: team } says "
        "whose answers they are.",
        example="[receipt, door]",
        default="those that are always known",
    ),
    "team": Key(
        doc="The team these answers count for, and whose leader is told of bad ones.",
        example="support",
    ),
    "expires": Key(
        doc="How long after the first answer a visitor may go on; a subscriber who comes back "
        "within it changes the same response.",
        example="3d",
        default="7d",
    ),
}

QUESTION: Mapping[str, Key] = {
    "id": Key(
        doc="The question's name in conditions, goals and results: small letters, digits and _, "
        "at most 16.",
        example="problem",
        default="the ready-made question's name",
    ),
    "about": Key(
        doc="The variant of a ready-made question; nps.phone is short for "
        "{ nps: { about: phone } }.",
        example="phone",
    ),
    "scale": Key(doc="The scale of a ready-made question.", example="1-5"),
    "satisfied": Key(
        doc="The first value of the scale that counts as satisfied.",
        example="4",
        default="the scale's",
    ),
    "text": Key(
        doc="Your own words, one text or one for each language; {name} stands for a fact.",
        example="{ en: How was {order_name}? }",
        default="the question bank's words",
    ),
    "choices": Key(
        doc="What may be chosen: a short id and a label for each.",
        example="{ late: { en: Late }, broken: { en: Broken } }",
    ),
    "minimum": Key(doc="The smallest number allowed.", example="0"),
    "maximum": Key(doc="The largest number allowed.", example="100"),
    "if": Key(doc="Ask only if this holds for the earlier answers.", example="csat <= 2"),
    "required": Key(
        doc="false: the question may be skipped.",
        example="false",
        default="true; false for comment and other_products",
    ),
}

CARDS: Mapping[str, Key] = {
    "to": Key(
        doc="Whom each card is shown to at once: team_lead (of the team the customer had to do "
        "with in the last 30 days, else a manager), manager, admin, a colleague's name, or nobody.",
        example="manager",
        default="team_lead",
    ),
}

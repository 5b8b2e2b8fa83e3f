"""Thanks: the last message of a survey, by what was said. Listen, apologise, solve, thank.

A good answer may lead to a page where others read it; a bad one gets an apology, the policy, and
a promise with a time, but only what the configuration can keep. The marketer's own words win; where
something they name is not known for this customer, ours are said instead: nobody gets a sentence
with a hole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from surveys.compose import Setting, compose_note, pick
from surveys.language import Language
from surveys.message import Capabilities, Link, Message, Offers
from surveys.metric import Band
from surveys.plural import counted
from surveys.question import Kind
from surveys.survey import Survey
from surveys.template import fill, names

LINKS: Mapping[str, str] = {
    "review_url": "link_review",
    "refer_url": "link_refer",
    "policy_url": "link_policy",
}
"""Where thanks may lead, by the name in texts and in config.yaml -> the text on the link."""

PROMISED = ("owner", "respond_within")
"""What stands for the promise an alert rule makes."""

_INVITING = ("review_url", "refer_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Who will be in touch, and how soon: the alert rule that the answers set off."""

    owner: str = ""
    respond_within: timedelta | None = None

    def facts(self, language: Language) -> Mapping[str, str]:
        """Give what ``{owner}`` and ``{respond_within}`` stand for, what is known of them."""
        within = spell_within(language, self.respond_within) if self.respond_within else ""
        told = {"owner": self.owner, "respond_within": within}
        return {name: text for name, text in told.items() if text}


def compose_thanks(
    setting: Setting,
    band: Band | None,
    capabilities: Capabilities,
    *,
    notice: str = "",
    metric_id: str = "",
    promise: Promise | None = None,
) -> Message:
    """Give the last message: thanks by band, the marketer's words before ours.

    ``metric_id`` is what the band is of; ``promise`` what the alert rules promise this customer.
    """
    promised = promise.facts(setting.bank) if promise else {}
    facts = {**setting.facts, **setting.survey.links, **promised}
    own = pick(setting.survey.thanks.get(band, {}), setting) if band else ""
    if own and all(_is_known(name, own, facts) for name in names(own)):
        text, links = _own_words(own, facts, setting, capabilities)
    else:
        text = _our_words(setting, band, metric_id, facts, capabilities)
        links = _our_links(setting, band)
    if capabilities.offers is Offers.TEXT:
        text = "\n".join((text, *(f"{link.label}: {link.url}" for link in links)))
    note = compose_note(setting, text, capabilities, notice=notice)
    return replace(note, links=links if capabilities.offers is Offers.BUTTONS else ())


def spell_within(language: Language, time: timedelta) -> str:
    """Give a time in the form that follows "within" in the language: "4 hours"."""
    minutes = max(1, -(-int(time.total_seconds()) // 60))
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes % size == 0:
            return counted(language, f"within_{unit}", minutes // size)
    return counted(language, "within_minutes", minutes)


def _is_known(name: str, text: str, facts: Mapping[str, object]) -> bool:
    """Whether a name leaves no hole: only those of ours are promised to have a value."""
    if name not in LINKS and name not in PROMISED:
        return True
    return bool(facts.get(name)) or bool(re.search(rf"\{{\s*{name}\s*\|", text))


def _own_words(
    own: str, facts: Mapping[str, object], setting: Setting, capabilities: Capabilities
) -> tuple[str, tuple[Link, ...]]:
    """Give the marketer's words. A link at their end is a button of its own, where there are any;
    inside a sentence it is written out.
    """
    named = [name for name in names(own) if name in LINKS and facts.get(name)]
    if capabilities.offers is Offers.TEXT:
        return fill(own, facts), ()
    text = own
    for name in reversed(named):
        text = re.sub(rf"[\s:]*\{{\s*{name}[^{{}}]*\}}[\s.!]*$", "", text)
    if capabilities.offers is Offers.NONE:
        facts = {name: fact for name, fact in facts.items() if name not in LINKS}
        return fill(text, facts), ()
    return fill(text, facts), tuple(_link(setting, name) for name in named)


def _our_words(
    setting: Setting,
    band: Band | None,
    metric_id: str,
    facts: Mapping[str, object],
    capabilities: Capabilities,
) -> str:
    said = [setting.say(_our_key(band, metric_id))]
    if band is Band.LOW:
        if facts.get("respond_within"):
            said.append(setting.say("thanks_promise", respond_within=facts["respond_within"]))
        if metric_id == "thumbs" and _may_write(setting.survey, capabilities):
            said.append(setting.say("thanks_help"))
    if _our_links(setting, band) and band is Band.HIGH and capabilities.offers is not Offers.NONE:
        said.append(setting.say("thanks_invite"))
    return " ".join(said)


def _our_key(band: Band | None, metric_id: str) -> str:
    if metric_id == "thumbs" and band in (Band.LOW, Band.HIGH):
        return "thanks_unhelpful" if band is Band.LOW else "thanks_helpful"
    return f"thanks_{band or 'plain'}"


def _may_write(survey: Survey, capabilities: Capabilities) -> bool:
    """Whether words can still be written to us here, and were not asked for in the survey."""
    asked = any(question.kind in (Kind.COMMENT, Kind.TEXT) for question in survey.questions)
    return capabilities.replies and not capabilities.inline and not asked


def _our_links(setting: Setting, band: Band | None) -> tuple[Link, ...]:
    wanted = {Band.HIGH: _INVITING, Band.LOW: ("policy_url",)}.get(band, ()) if band else ()
    return tuple(_link(setting, name) for name in wanted if setting.survey.links.get(name))


def _link(setting: Setting, name: str) -> Link:
    return Link(label=setting.say(LINKS[name]), url=setting.survey.links[name])

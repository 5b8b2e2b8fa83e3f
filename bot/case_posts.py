"""What colleagues read about cases: how one stands, with buttons, and news in its thread. Pure."""

from dataclasses import replace

from bot.alerts import compose_alert
from bot.commands.answers import spell_comments, spell_scores, spell_time
from bot.commands.case_words import case_buttons, state_lines
from bot.commands.people import reads_people, show_case, show_person, show_words
from bot.commands.phrases import fold
from scheduler.desk import SHOW
from scheduler.rules import Rules
from surveys.case import Case, Entry, EntryKind
from surveys.casework import CaseView
from surveys.cause import cause_key
from surveys.comment import names_of
from surveys.conversation import Conversation
from surveys.deed import DeedKind
from surveys.message import Button, Capabilities, Message
from surveys.response import Response

_NAME, _WORDS = 60, 300


class CasePosts:
    """Composes what `scheduler.casewords.CaseWords` asks for."""

    def show(self, rules: Rules, view: CaseView, address: str, can: Capabilities) -> Message:
        """Say what went wrong for whom and how the case stands."""
        view = show_case(view, named=reads_people(rules.staff, address))
        about = self._about(rules, view, address)
        text = "\n".join((about, "", *state_lines(view, rules.timezone)))
        buttons = case_buttons(view.case) if _presses(can) else ()
        if not buttons:
            text += f"\n/case {view.case.id} shows what can be done."
        return Message(address=address, text=text, buttons=buttons)

    def ask_cause(
        self, rules: Rules, view: CaseView, kind: DeedKind, address: str, can: Capabilities
    ) -> Message:
        """Ask what went wrong; each cause closes the case."""
        case = view.case
        view = show_case(view, named=reads_people(rules.staff, address))
        text = "\n".join(
            (self._about(rules, view, address), "", f"Case {case.id}: what was the cause?")
        )
        if not _presses(can):
            listed = ", ".join(rules.causes)
            text += f"\nWrite /case {case.id} {kind} and one of: {listed}."
            return Message(address=address, text=text)
        causes = [
            Button(label=cause, payload=f"case.{case.id}.{kind}:{cause_key(cause)}")
            for cause in rules.causes
        ]
        back = Button(label="Back", payload=f"case.{case.id}.{SHOW}")
        return Message(address=address, text=text, buttons=(*causes, back))

    def tell(self, rules: Rules, view: CaseView, entry: Entry, address: str) -> Message:
        """Say one piece of news."""
        named = reads_people(rules.staff, address)
        who = fold(show_person(view.conversation.contact, named=named).name, _NAME)
        names = names_of(view.conversation.contact)
        entry = replace(entry, text=show_words(entry.text, named=named, names=names))
        return Message(address=address, text=_news(rules, view.case, entry, who))

    def sum_up(
        self, rules: Rules, conversation: Conversation, response: Response, *, added: bool
    ) -> str:
        """Give in a line what was answered; only the words, where ``added`` says those are new."""
        survey = rules.surveys[conversation.invitation.survey]
        words = spell_comments(response, _WORDS)
        scores = () if added else spell_scores(response, survey)
        return fold(" · ".join((*scores, *words)), 2 * _WORDS)

    def _about(self, rules: Rules, view: CaseView, address: str) -> str:
        conversation = view.conversation
        survey = rules.surveys.get(conversation.invitation.survey)
        if conversation.response is None or survey is None:
            return fold(conversation.contact.name, _NAME)
        return compose_alert(
            response=conversation.response,
            contact=conversation.contact,
            survey=survey,
            invitation=conversation.invitation,
            address=address,
            timezone=rules.timezone,
        ).text


def _presses(can: Capabilities) -> bool:
    return can.max_buttons > 0 and not can.links


def _news(rules: Rules, case: Case, entry: Entry, who: str) -> str:
    if entry.kind is EntryKind.ADDED:
        return f"Case {case.id}: {who} answered again\n{entry.text}"
    if entry.kind is EntryKind.HEARD:
        return f"{who}: “{fold(entry.text, 3000)}”\nReply here to answer (case {case.id})."
    if entry.kind is EntryKind.UNDELIVERED:
        return (
            f"Case {case.id}: your words did not reach {who} by {entry.channel}: "
            f"{fold(entry.text, _WORDS)}. Try /case {case.id} say once more, or call them."
        )
    if entry.kind is EntryKind.ESCALATED:
        by = spell_time(case.respond_by, rules.timezone) if case.respond_by else "now"
        has = f"{case.owner} has it" if case.owner else "nobody has it"
        return f"Case {case.id} is late: {who} should have been contacted by {by}; {has}."
    said = fold(entry.text, 2 * _WORDS)
    return f"Case {case.id}: asked whether it is put right, {who} answered\n{said}"

"""What stands around an archive's answers in a store: how customers are reached, what was sent and
why, what went wrong, what staff asked, so that every staff command has its million to look into.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from benchmarks.archive import AGENTS_A_TEAM, AT_ONCE, DAYS, TEAMS, UNTIL, Archive, Row
from surveys.audit import Head, Note, Verdict, link

CASE_EACH, CARD_EACH, JOURNEY_EACH, HELD_EACH = 25, 15, 12, 100
"""Of how many customers one has a case, wrote a card, is on a journey, has a press held back."""

DOUBT_EACH, CONFLICT_EACH, NOTE_EACH = 5_000, 1_000, 4
PLANNED_EACH = 60

_DELIVERY = (
    "due_id, fence, invitation_id, channel, address, state, external_id, reason, started_at,"
    " settled_at"
)
_INVITATION = (
    "key, contact_id, survey, survey_version, trigger, via, all_channels, state, channel, due_at,"
    " expires_at, weight, interaction_id, agent, team, line, population, facts, language, delivered"
)
_CASE = (
    "contact_id, invitation_id, survey, interaction_id, agent, team, line, population, state,"
    " owner, cause, steps, opened_at, respond_by, escalate_at, escalate_to, claimed_at,"
    " contacted_at, closed_at, talk_channel, talk_address, talk_at, recovery, recovery_id, version"
)
_EVENT = (
    "message_id, kind, name, user_id, occurred_at, received_at, properties, traits, language,"
    " timezone, verdict"
)
_COMMANDS = ("results", "trend", "cases", "comments", "compare", "export", "why")
_PEOPLE = ("Mia", "Otto", "Maija", "Liga")


class Surroundings:
    """What stands around an `Archive` that was made with ``silent``."""

    def __init__(self, archive: Archive) -> None:
        self._people, self._at = archive.responses, archive.at

    def batches(self) -> Iterator[Mapping[str, Sequence[Row]]]:
        """Give rows by table and columns, a batch at a time."""
        for start in range(0, self._people, AT_ONCE):
            numbers = range(start + 1, min(start + AT_ONCE, self._people) + 1)
            yield self._reached(numbers)
            yield self._decided(numbers)
            yield self._special(numbers)
        yield {"audit (number, at, person, role, channel, command, line, verdict, hash)": [
            *self._audit()
        ]}  # fmt: skip
        yield {"campaign_run (campaign, wall, begins, cursor, enlisted, done)": [*self._rounds()]}

    def _ms(self, number: int) -> int:
        return int(self._at(number).timestamp() * 1000)

    def _reached(self, numbers: range) -> Mapping[str, Sequence[Row]]:
        addresses = [
            (channel, value, n, "ok", place, None)
            for n in numbers
            for place, (channel, value) in enumerate(
                (("telegram", str(10**7 + n)), ("email", f"customer{n}@mail{n % 97}.example"))
            )
        ]
        return {
            "contact_key (key, contact_id)": [(f"user:u{n}", n) for n in numbers],
            "address (channel, value, contact_id, status, position, heard_at)": addresses,
            f"event ({_EVENT})": [self._event(n) for n in numbers],
        }

    def _event(self, n: int) -> Row:
        at, verdict = self._ms(n), "after_call: asked"
        return (
            f"m{n}", "track", "Call Ended", f"u{n}", at, at, "{}", "{}", None, None, verdict,
        )  # fmt: skip

    def _decided(self, numbers: range) -> Mapping[str, Sequence[Row]]:
        both = [(n, i) for n in numbers for i in (n, self._people + n)]
        return {
            f"delivery ({_DELIVERY})": [self._delivery(n, i) for n, i in both],
            "decision (invitation_id, at, verdict, rule, inputs)": [
                (i, self._ms(n), "send", "nothing speaks against asking", '{"recontact_days": 30}')
                for n, i in both
            ],
        }

    def _delivery(self, n: int, invitation: int) -> Row:
        doubt, at = invitation % DOUBT_EACH == 0, self._ms(n)
        state, reason = ("uncertain", "the connection broke") if doubt else ("delivered", "")
        return (
            f"ask:{invitation}", 1, invitation, "telegram", str(10**7 + n), state,
            f"{n}-{invitation}", reason, at, None if doubt else at,
        )  # fmt: skip

    def _special(self, numbers: range) -> Mapping[str, Sequence[Row]]:
        cases = [(n // CASE_EACH, n) for n in numbers if n % CASE_EACH == 0]
        return {
            f"customer_case ({_CASE})": [self._case(n) for _, n in cases],
            "case_entry (case_id, at, kind, who, text, channel)": [
                row for case, n in cases for row in self._story(case, n)
            ],
            "comment_card (contact_id, invitation_id, channel, text, at, praise, language, team)": [
                (n, n, "telegram", "The new opening hours suit us", self._ms(n), n % 2 == 0, "en",
                 TEAMS[n % 5])
                for n in numbers if n % CARD_EACH == 0
            ],
            "journey_progress (journey, contact_id, key, origin, entered_at, ended_at, counts,"
            " reached, seen)": [
                ("onboarding", n, "", n, self._ms(n), self._ms(n) + 1 if n % 5 else None, "{}",
                 "{}", '["first_order"]')
                for n in numbers if n % JOURNEY_EACH == 0
            ],
            "held_press (invitation_id, question_id, metric_id, channel, chosen, text, reason,"
            " hints, presses, at)": [
                (self._people + n, "nps", "nps", "email", '["9"]', "", "pressed too fast", "[]", 1,
                 self._ms(n))
                for n in numbers if n % HELD_EACH == 0
            ],
            "address_conflict (channel, value, owner_id, claimant_id, first_at, last_at)": [
                ("sms", f"+35840{n}", n, n - 1, self._ms(n), self._ms(n))
                for n in numbers if n % CONFLICT_EACH == 0
            ],
            f"invitation ({_INVITATION})": [
                self._planned(n) for n in numbers if n % PLANNED_EACH == 0
            ],
        }  # fmt: skip

    def _planned(self, n: int) -> Row:
        due = int(UNTIL.timestamp() * 1000) + 30 * 86_400_000 + n
        rule = "quarterly" if n % 2 else "onboarding/first_order"
        return (
            f"planned{n}", n, "renewal", "v1", rule, '["email"]', False, "planned", "", due,
            due + 10**9, 1.0, "", "", TEAMS[n % 5], "", "customer", "{}", "en", False,
        )  # fmt: skip

    def _case(self, n: int) -> Row:
        at, team = self._ms(n), TEAMS[n % 5]
        is_open = UNTIL - self._at(n) < timedelta(days=10) or n % (CASE_EACH * 40) == 0
        state = ("open", "claimed")[n // CASE_EACH % 2] if is_open else "solved"
        owner = "" if state == "open" else _PEOPLE[n % 4]
        done = None if is_open else at + 7_200_000
        return (
            n, n, "after_call", f"c{n}", f"{team}-{n % AGENTS_A_TEAM}", team, "", "customer", state,
            owner, "" if is_open else "too slow", "[]", at, at + 14_400_000, None, "",
            at if owner else None, done, done, "telegram", str(10**7 + n), at, "{}",
            0 if is_open else n + 1, 3,
        )  # fmt: skip

    def _story(self, case: int, n: int) -> Iterator[Row]:
        at = self._ms(n)
        yield case, at, "opened", "", "", ""
        yield case, at + 1, "claimed", _PEOPLE[n % 4], "", ""
        yield case, at + 2, "said", _PEOPLE[n % 4], "I am sorry to hear that.", "telegram"
        yield case, at + 3, "heard", "", "Thank you for calling back so soon.", "telegram"

    def _audit(self) -> Iterator[Row]:
        head = Head()
        for number in range(1, self._people // NOTE_EACH + 1):
            name = _COMMANDS[number % len(_COMMANDS)]
            note = Note(
                at=self._at(number * NOTE_EACH).replace(microsecond=0),
                person=_PEOPLE[number % 4],
                role="manager",
                channel="telegram",
                command=name,
                line=f"/{name} nps by team",
                verdict=Verdict.ALLOWED,
            )
            entry = link(note, head)
            head = Head(number=entry.number, hash=entry.hash)
            yield (
                number, int(note.at.timestamp() * 1000), note.person, note.role, note.channel,
                note.command, note.line, str(note.verdict), entry.hash,
            )  # fmt: skip

    def _rounds(self) -> Iterator[Row]:
        for quarter in range(8):
            begins = UNTIL - timedelta(days=DAYS) + timedelta(days=quarter * 91)
            at = int(begins.timestamp() * 1000)
            yield "quarterly", f"{begins:%Y-%m-%dT%H:%M}", at, 0, self._people // 12, True

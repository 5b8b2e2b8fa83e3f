"""Keys: every key of config.yaml, described once. The editors' schema, the hints of `check` and the
tables of docs/config.md are made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it means, an example of its value, and the default as a person writes it
    ("" for none).
    """

    doc: str
    example: str
    default: str = ""
    required: bool = False


ROOT: Mapping[str, Key] = {
    "service": Key(
        doc="Who asks, and where this service runs.", example="{ name: Acme }", required=True
    ),
    "channels": Key(
        doc="The channels to ask over, each with its own settings.",
        example="{ web: {} }",
        required=True,
    ),
    "staff": Key(
        doc="Colleagues who may ask for results and are told when it is bad.",
        example="[{ name: Maija, role: admin }]",
    ),
    "surveys": Key(doc="What is asked, by name.", example="{ after_call: { questions: [nps] } }"),
    "triggers": Key(
        doc="Which event starts which survey, by name.",
        example="{ call: { event: Call Ended, survey: after_call } }",
    ),
    "journeys": Key(
        doc="Surveys at key moments of a customer's way, by name.",
        example="{ onboarding: { starts: Account Created, milestones: [...] } }",
    ),
    "campaigns": Key(
        doc="Surveys by calendar and audience, by name.",
        example="{ yearly: { schedule: first monday of feb at 10:00, survey: after_call } }",
    ),
    "alerts": Key(
        doc="Which answers somebody is told about at once.",
        example="[{ if: nps <= 6, to: team_lead }]",
    ),
    "causes": Key(
        doc="What a case may be closed with: what went wrong, in colleagues' words.",
        example="[Too slow, Wrong information, Something else]",
        default="seven common ones",
    ),
    "reports": Key(
        doc="Which numbers are sent to whom, and when.",
        example="[{ name: weekly, schedule: monday at 08:00, to: manager }]",
    ),
    "cards": Key(
        doc="Who reads comment cards: what customers write unasked.",
        example="{ to: manager }",
        default="{ to: team_lead }",
    ),
    "throttle": Key(
        doc="When and how often one person may be asked, over all channels and surveys.",
        example="{ recontact: 30d, quiet_hours: 20:00-09:00 }",
    ),
    "limits": Key(
        doc="How much asking plan lets pass, for CI: it exits with 3 where a plan goes beyond.",
        example="{ per_person: 2 in 30d, per_day: 5000 }",
    ),
    "consent": Key(
        doc="What asking rests on where nothing is recorded of a person.",
        example="{ basis: consent }",
        default="{ basis: legitimate_interest }",
    ),
    "retention": Key(
        doc="How long things are remembered.",
        example="{ decisions: 200d }",
        default="{ decisions: 400d }",
    ),
    "webhooks": Key(
        doc="Other systems that are told of what happens, by name.",
        example='{ crm: { url: https://crm.acme.example/hook, secret: "${CRM_SECRET}", '
        "events: [response.completed] } }",
    ),
    "include": Key(
        doc="Other files with surveys, triggers, journeys, campaigns, alerts, reports and staff; "
        "paths are seen from this file's folder and stay inside it.",
        example="[surveys/*.yaml]",
    ),
}

SERVICE: Mapping[str, Key] = {
    "name": Key(
        doc="The company's name as customers see it; {company} in texts.",
        example="Acme",
        required=True,
    ),
    "public_url": Key(
        doc="The address customers reach this service at.",
        example="https://feedback.acme.example",
        default="http:// and listen",
    ),
    "listen": Key(
        doc="The host and port this service listens on.",
        example="127.0.0.1:8080",
        default="127.0.0.1:8080",
    ),
    "database": Key(
        doc="Where everything is kept: a SQLite file, or PostgreSQL for more than one machine.",
        example="sqlite://data/afterword.db",
        default="sqlite://data/afterword.db",
    ),
    "timezone": Key(
        doc="The time zone used where a contact has none, and for days in reports.",
        example="Europe/Helsinki",
        default="UTC",
    ),
    "language": Key(
        doc="The language used where a contact has none, and of texts written without one.",
        example="fi",
        default="en",
    ),
    "write_keys": Key(
        doc="Who may send events: the Segment write keys.", example='["${WRITE_KEY}"]'
    ),
    "identity": Key(
        doc="What ties a chat to a customer: link (an opt-in link will do) or code (a code sent to "
        "an address of theirs).",
        example="code",
        default="link",
    ),
    "privacy_url": Key(
        doc="The privacy notice that pages and mails link to.",
        example="https://acme.example/privacy",
    ),
    "review_url": Key(
        doc="Where customers can write a review: offered after a good answer; {review_url} in "
        "thanks.",
        example="https://reviews.example/acme",
    ),
    "refer_url": Key(
        doc="Where customers can recommend you: offered after a good answer; {refer_url} in "
        "thanks.",
        example="https://acme.example/friends",
    ),
    "policy_url": Key(
        doc="How you handle complaints: offered after a bad answer; {policy_url} in thanks.",
        example="https://acme.example/complaints",
    ),
}

CHANNEL: Mapping[str, Key] = {
    "sandbox": Key(
        doc="true: the channel is played inside this service and nothing leaves it; its other "
        "settings are not used.",
        example="true",
        default="false",
    ),
}

STAFF: Mapping[str, Key] = {
    "name": Key(doc="The colleague's name.", example="Maija", required=True),
    "role": Key(
        doc="viewer and team_lead see their own teams, manager and admin see all.",
        example="team_lead",
        required=True,
    ),
    "teams": Key(doc="The teams a viewer or team lead sees.", example="[support]"),
    "display_name": Key(
        doc="What customers read of who writes to them.", example="Maija M.", default="name"
    ),
}

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

TRIGGER: Mapping[str, Key] = {
    "event": Key(doc="The name of the event that starts it.", example="Call Ended", required=True),
    "survey": Key(doc="The survey that is asked.", example="after_call", required=True),
    "if": Key(doc="Ask only if this holds for the event's properties.", example="duration_s >= 30"),
    "every": Key(doc="Take each nth event that fits.", example="10", default="1"),
    "per": Key(
        doc="What every counts apart: line, agent, team or customer.",
        example="agent",
        default="nothing: the trigger as a whole",
    ),
    "percent": Key(
        doc="Take this share of the events instead; the same event always gets the same verdict.",
        example="20%",
        default="100%",
    ),
    "daily_max": Key(doc="The most invitations a day.", example="500", default="no limit"),
    "via": Key(
        doc="The channels, best first: the first that reaches the customer is used. "
        "{ all: [...] } asks on each, { best: [...] } on the one people answer best on.",
        example="[telegram, email]",
        default="all channels of this file, in their order",
    ),
    "all": Key(doc="The same as via: { all: [...] }.", example="[email, web]"),
    "best": Key(doc="The same as via: { best: [...] }.", example="[telegram, sms, email]"),
    "wait": Key(
        doc="How long after the event to ask.",
        example="2h",
        default="0s",
    ),
    "max_age": Key(
        doc="Events older than this start nothing.",
        example="2h",
        default="1d",
    ),
    "expires": Key(
        doc="How long after asking the survey closes.",
        example="3d",
        default="7d",
    ),
    "only_if": Key(
        doc="Ask only if this still holds when the question is about to be sent: for what was "
        "reported of the interaction by then, and for the contact's attributes.",
        example="ticket_status = closed",
    ),
    "remind": Key(
        doc="Ask once more who has not answered: after how long, or keys of its own, see below.",
        example="2d",
    ),
    "fallback": Key(
        doc="How long after asking silence moves on to the next channel of via.", example="1d"
    ),
}

REMIND: Mapping[str, Key] = {
    "after": Key(doc="How long after the last message.", example="2d", required=True),
    "times": Key(doc="How often at most, up to 5.", example="2", default="1"),
    "via": Key(
        doc="Another channel for it.", example="email", default="the channel it was asked on"
    ),
    "text": Key(
        doc="Your own words before the question.",
        example="{ en: We would still like to know. }",
        default="the language's own",
    ),
}

FALLBACK: Mapping[str, Key] = {
    "after": Key(doc="How long after asking.", example="1d", required=True),
}

JOURNEY: Mapping[str, Key] = {
    "starts": Key(
        doc="The event by which a person sets out, once.", example="Account Created", required=True
    ),
    "ends": Key(
        doc="The events that end it; what is still to be asked is then cancelled.",
        example="[Account Closed]",
    ),
    "key": Key(
        doc="The event's property that tells several such journeys of one person apart.",
        example="contract_id",
        default="one journey a person",
    ),
    "if": Key(doc="Set out only if this holds for the event that starts it.", example="plan = pro"),
    "milestones": Key(
        doc="When to ask what, in any order.",
        example="[{ name: first week, after: 7d, survey: after_call }]",
        required=True,
    ),
}

MILESTONE: Mapping[str, Key] = {
    "name": Key(doc="What it is called in results.", example="first week", required=True),
    "survey": Key(doc="The survey that is asked.", example="after_call", required=True),
    "after": Key(
        doc="How long after setting out; or the contact's attribute that holds a date.",
        example="7d",
    ),
    "before": Key(doc="The contact's attribute that holds a date.", example="contract_end"),
    "by": Key(doc="How long before or after that date.", example="30d", default="0s"),
    "event": Key(doc="Ask when this has happened.", example="Order Delivered"),
    "count": Key(
        doc="How often it must have happened since setting out.", example="3", default="1"
    ),
    "wait": Key(doc="How long after that event to ask.", example="1h", default="0s"),
    "if": Key(doc="Count the event only if this holds for its properties.", example="total >= 100"),
    "via": TRIGGER["via"],
    "all": TRIGGER["all"],
    "best": TRIGGER["best"],
    "max_age": Key(
        doc="How late it may still be asked, after an outage or where we hear of it late.",
        example="2d",
        default="7d",
    ),
    "expires": TRIGGER["expires"],
    "only_if": TRIGGER["only_if"],
    "remind": TRIGGER["remind"],
    "fallback": TRIGGER["fallback"],
}

CAMPAIGN: Mapping[str, Key] = {
    "schedule": Key(
        doc="When it comes round, in the service's time zone: in plain words, or cron's five "
        "fields, of which all must fit.",
        example="first monday of jan, apr, jul, oct at 10:00",
        required=True,
    ),
    "survey": Key(doc="The survey that is asked.", example="after_call", required=True),
    "audience": Key(
        doc="Who is asked: a condition on the contact's attributes, language and timezone, on what "
        "they answered last (last.nps), and on how often events were reported of them; or a file, "
        "see below.",
        example="plan = pro and events(Order Delivered) >= 3 in 90d",
        default="everybody",
    ),
    "via": TRIGGER["via"],
    "all": TRIGGER["all"],
    "best": TRIGGER["best"],
    "spread": Key(
        doc="The time over which the questions go out evenly.",
        example="4h",
        default="0s: as fast as the channels allow",
    ),
    "hold_out": Key(
        doc="The share of the audience that is never asked, always the same people.",
        example="10%",
    ),
    "ends": Key(doc="The last day on which it may come round.", example="2027-12-31"),
    "reports": Key(
        doc="The reports sent when a round is over: entries of reports with schedule: campaign "
        "end. campaign_end goes to managers where there is no such entry.",
        example="[campaign_end]",
        default="every report of a campaign's end that no campaign names",
    ),
    "max_age": Key(
        doc="How late it may still begin, and somebody be asked, after an outage.",
        example="4h",
        default="1d",
    ),
    "expires": TRIGGER["expires"],
    "only_if": TRIGGER["only_if"],
    "remind": TRIGGER["remind"],
    "fallback": TRIGGER["fallback"],
}

AUDIENCE: Mapping[str, Key] = {
    "csv": Key(
        doc="A file below the folder of config.yaml that lists people, one a row. Its first row "
        "names the columns: user_id, or a channel's address such as email or phone.",
        example="customers.csv",
        required=True,
    ),
    "if": Key(
        doc="Of those, only who fits this condition too.",
        example="plan = pro",
        default="all of them",
    ),
}

RETENTION: Mapping[str, Key] = {
    "decisions": Key(
        doc="What was decided about whom and by which rule, which /why tells of: in days or weeks, "
        "30d to 3660d.",
        example="200d",
        default="400d",
    ),
}

REPORT: Mapping[str, Key] = {
    "name": Key(
        doc="What it is called, also on the command line.", example="weekly", required=True
    ),
    "schedule": Key(
        doc="When it is sent, in the service's time zone: plain words or cron, as for campaigns; "
        "or campaign end.",
        example="monday at 08:00",
        required=True,
    ),
    "to": Key(
        doc="To whom: team_lead, manager, admin, colleagues' names, or a channel and an address. "
        "Viewers and team leads get their own teams' numbers.",
        example="[manager, slack:#results, email:cx@acme.example]",
        required=True,
    ),
    "period": Key(
        doc="What it looks back on: so many whole days before (7d, 4w), yesterday, last week, last "
        "month, last quarter.",
        example="last month",
        default="7d",
    ),
    "surveys": Key(doc="The surveys it is about.", example="[after_call]", default="all"),
    "by": Key(
        doc="What is set side by side: channel, team, agent.",
        example="[team]",
        default="[channel, team, agent]",
    ),
    "language": Key(doc="The language it is written in.", example="fi", default="the service's"),
}

ALERT: Mapping[str, Key] = {
    "if": Key(
        doc="Tell somebody when this holds for a response's answers. Needed, unless there are "
        "`words`.",
        example="nps <= 6 or csat <= 2",
    ),
    "words": Key(
        doc="Tell somebody only where the customer's own words hold one of these.",
        example="[refund, lawyer]",
    ),
    "to": Key(
        doc="Whom, or a list of them: team_lead (of the interaction's team), manager, admin, a "
        "colleague's name, a channel of Slack, a mail address.",
        example='[team_lead, "slack:#service"]',
        default="team_lead",
    ),
    "business_hours": Key(
        doc="When they are told, in the service's time zone; what comes up at another time waits.",
        example="mon-fri 08:00-17:00",
        default="always",
    ),
    "holidays": Key(
        doc="true: public holidays are no business hours.", example="false", default="true"
    ),
    "urgent": Key(doc="true: told at once, whatever the hours.", example="true", default="false"),
    "respond_within": Key(
        doc="How soon they are in touch with the customer, who is told so at once.",
        example="4h",
    ),
    "case": Key(
        doc="Open a case: somebody owns it until it is put right. `{}` for one without a clock.",
        example="{ respond_within: 4h, escalate_to: manager }",
    ),
}

CASE: Mapping[str, Key] = {
    "respond_within": Key(
        doc="How soon the customer is to be contacted, who is told so at once.", example="4h"
    ),
    "business_hours": Key(
        doc="When that clock runs, in the service's time zone.",
        example="mon-fri 08:00-17:00",
        default="always",
    ),
    "holidays": Key(
        doc="true: the clock stands still on public holidays too.", example="false", default="true"
    ),
    "country": Key(
        doc="Whose public holidays, as two letters.",
        example="FI",
        default="the country of the service's time zone",
    ),
    "escalate_to": Key(
        doc="Who is told when the clock has run out: a role or a colleague's name.",
        example="manager",
        default="nobody",
    ),
    "recovery": Key(
        doc="Which survey asks, once a case is solved, whether it was put right.",
        example="{ survey: helpful, after: 1d }",
    ),
}

RECOVERY: Mapping[str, Key] = {
    "survey": Key(doc="The survey's name.", example="helpful", required=True),
    "after": Key(doc="How long after the case was solved.", example="1d", required=True),
    "via": Key(
        doc="The channels to ask over; the one the customer answered on comes first if it is "
        "among them.",
        example="[telegram, email]",
        default="all channels of this file",
    ),
}

_LIMITS: Mapping[str, Key] = {
    "recontact": Key(doc="The least time between two questionnaires to one person.", example="30d"),
    "daily_max": Key(doc="The most a day, in the person's own time zone.", example="1"),
    "weekly_max": Key(doc="The most a week, from Monday.", example="2"),
    "monthly_max": Key(doc="The most a calendar month.", example="4"),
}

THROTTLE: Mapping[str, Key] = {
    **_LIMITS,
    "quiet_hours": Key(
        doc="When nobody is asked, in the person's own time zone; what comes up then waits.",
        example="20:00-09:00",
    ),
    "weekdays": Key(
        doc="The days on which people are asked.", example="mon-fri", default="every day"
    ),
    "holidays": Key(
        doc="true: nobody is asked on the public holidays of the country they are in.",
        example="true",
        default="false",
    ),
    "on_limit": Key(
        doc="What becomes of an invitation a limit is in the way of: hold (ask once it is allowed, "
        "unless it would have expired), skip, or move (to the next channel, where the limit is of "
        "a channel; else hold).",
        example="skip",
        default="hold",
    ),
    "let_finish": Key(
        doc="Who is in the middle of a survey, or has just written to us, is asked nothing else "
        "until they have finished, or said nothing for so long; 0m: do not wait.",
        example="30m",
        default="15m",
    ),
    "let_talk": Key(
        doc="Who waits for a colleague, talks to one, or has an open case, is asked nothing until "
        "that is over, or nothing was said for so long; 0m: do not wait.",
        example="2d",
        default="1d",
    ),
    "surveys": Key(
        doc="Limits of single surveys, by name.", example="{ quarterly: { recontact: 90d } }"
    ),
    "topics": Key(
        doc="Limits of all surveys of a topic together.", example="{ service: { weekly_max: 1 } }"
    ),
    "channels": Key(doc="Limits of single channels.", example="{ sms: { monthly_max: 1 } }"),
}

LIMITS: Mapping[str, Key] = {
    "per_person": Key(
        doc="How often one person is asked at most; reminders do not count.", example="2 in 30d"
    ),
    "messages_per_person": Key(
        doc="How many messages one person gets at most, with reminders and other channels.",
        example="4 in 30d",
    ),
    "per_day": Key(doc="Messages a day at most, over all channels.", example="5000"),
    "channels": Key(
        doc="Messages a day at most over one channel, by its name.", example="{ sms: 1000 }"
    ),
}

LIMIT: Mapping[str, Key] = {
    **_LIMITS,
    "clock": Key(
        doc="What is counted: own (only this survey, topic or channel) or shared (everything).",
        example="shared",
        default="own",
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

CONSENT: Mapping[str, Key] = {
    "basis": Key(
        doc="legitimate_interest or contract: customers may be asked until they refuse. consent: "
        "only those who agreed are asked.",
        example="consent",
        default="legitimate_interest",
    ),
    "purposes": Key(
        doc="The purposes this holds for; for any other, only those who agreed are asked.",
        example="[feedback, research]",
        default="feedback",
    ),
    "channels": Key(
        doc="The channels this holds for; on any other, only those who agreed are asked.",
        example="[email, sms]",
        default="all channels of this file",
    ),
}

WEBHOOK: Mapping[str, Key] = {
    "url": Key(
        doc="Where to: https, on the open internet.",
        example="https://crm.acme.example/hook",
        required=True,
    ),
    "secret": Key(
        doc="What signs the calls, from the environment: whsec_ and 24 to 64 bytes in base64.",
        example='"${CRM_SECRET}"',
        required=True,
    ),
    "events": Key(
        doc="What is told: response.completed, comment.received, case.opened, case.closed.",
        example="[response.completed, case.opened]",
        required=True,
    ),
    "allow_private": Key(
        doc="true: the address may be on your own network, and http.",
        example="true",
        default="false",
    ),
}

SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "webhook": WEBHOOK,
    "root": ROOT,
    "service": SERVICE,
    "channel": CHANNEL,
    "staff": STAFF,
    "survey": SURVEY,
    "public": PUBLIC,
    "question": QUESTION,
    "trigger": TRIGGER,
    "alert": ALERT,
    "case": CASE,
    "recovery": RECOVERY,
    "report": REPORT,
    "cards": CARDS,
    "journey": JOURNEY,
    "milestone": MILESTONE,
    "campaign": CAMPAIGN,
    "audience": AUDIENCE,
    "retention": RETENTION,
    "remind": REMIND,
    "fallback": FALLBACK,
    "throttle": THROTTLE,
    "limit": LIMIT,
    "limits": LIMITS,
    "consent": CONSENT,
}
"""Section -> key -> what it means. A section's name is not written in the file."""

HOMES: Mapping[str, str] = {
    "root": "at the left edge of the file",
    "service": "under service:",
    "survey": "in a survey",
    "trigger": "in a trigger",
    "journey": "in a journey",
    "milestone": "in a milestone",
    "campaign": "in a campaign",
    "throttle": "under throttle:",
    "limits": "under limits:",
}
"""Section -> where in the file its keys are written, in a marketer's words."""

LATER: Mapping[str, frozenset[str]] = {
    "root": frozenset(),
    "channel names": frozenset(),
}
"""Keys that are promised for a later version: refused by name, never ignored."""


def table(section: str) -> str:
    """Give a section's keys as a Markdown table, for docs/config.md."""
    rows = ["| Key | Meaning | Example | Default |", "|---|---|---|---|"]
    for name, key in SECTIONS[section].items():
        default = "**required**" if key.required else key.default
        example = key.example.replace("|", "\\|")
        rows.append(f"| `{name}` | {key.doc} | `{example}` | {default} |")
    return "\n".join(rows)

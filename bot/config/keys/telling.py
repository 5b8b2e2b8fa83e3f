"""The keys of what is told to whom: alerts, cases, recovery, reports, webhooks."""

from collections.abc import Mapping

from bot.config.keys.key import Key

ALERT: Mapping[str, Key] = {
    "if": Key(
        doc="Tell somebody when this holds for a response's answers. Needed, unless there are "
        "`words` or a `theme`.",
        example="nps <= 6 or csat <= 2",
    ),
    "words": Key(
        doc="Tell somebody only where the customer's own words hold one of these.",
        example="[refund, lawyer]",
    ),
    "repeated": Key(
        doc="Tell somebody only where it comes to that so often for one customer; then it is "
        "counted anew.",
        example="2 in 90d",
    ),
    "theme": Key(
        doc="Tell somebody only where the customer's own words speak of this theme, or one of "
        "these.",
        example="waiting",
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
    "language": Key(doc="The language it is written in.", example="fi", default="the reader's"),
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

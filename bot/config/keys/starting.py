"""The keys of what starts a survey: triggers, journeys, campaigns, and asking once more."""

from collections.abc import Mapping

from bot.config.keys.key import Key

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
    "rate": Key(
        doc="How many people are asked in a time, instead of spread: the longest known first.",
        example="500/h",
        default="as fast as the channels allow",
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

"""The keys of restraint: how often a person may be asked, how much is too much, and consent."""

from collections.abc import Mapping

from bot.config.keys.key import Key

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
    "on_limit": Key(
        doc="What becomes of an invitation this limit is in the way of: hold, skip, or, of a "
        "channel, move.",
        example="skip",
        default="that of throttle",
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

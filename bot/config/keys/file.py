"""The keys of the file itself: its sections, service, channels, colleagues, how long it is kept."""

from collections.abc import Mapping

from bot.config.keys.key import Key

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
    "themes": Key(
        doc="What comments are searched for, by theme: words beside the built-in ones.",
        example="{ parking: { en: [parking*], fi: [pysäköi*, parkki*] }, delivery: off }",
        default="eight common ones",
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
    "language": Key(
        doc="What reports, pictures and the results page are in for them: en, fi, de, hr or lv.",
        example="fi",
        default="the service's",
    ),
}

RETENTION: Mapping[str, Key] = {
    "decisions": Key(
        doc="What was decided about whom and by which rule, which /why tells of: in days or weeks, "
        "30d to 3660d.",
        example="200d",
        default="400d",
    ),
    "answers": Key(
        doc="What was asked and answered: afterwards it stays for the counts and is nobody's, "
        "without name, address, interaction and the customer's own words.",
        example="730d",
        default="for good",
    ),
    "comments": Key(doc="Comment cards: deleted afterwards.", example="730d", default="for good"),
    "conversations": Key(
        doc="What came in over channels, and what was written about cases: deleted afterwards.",
        example="180d",
        default="for good",
    ),
    "events": Key(
        doc="What your systems reported: deleted afterwards. Audiences that count events look no "
        "further back, nor does plan.",
        example="400d",
        default="for good",
    ),
    "contacts": Key(
        doc="People whom nothing was heard or reported of, and who were not asked, for that long: "
        "forgotten. What they answered stays as under answers.",
        example="1095d",
        default="for good",
    ),
}

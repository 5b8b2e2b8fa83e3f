"""Mailing tools: how each writes the subscriber's own id into a link. Data.

An id in a link must be nobody's e-mail address, which is personal data and would stand in every log
on the way, and should be unguessable, since whoever can guess it can answer in the subscriber's
name. Some tools have such an id; with the others it stands in a field of your own, `OWN_FIELD`.

    mailchimp   Mailchimp help, "All the merge tags cheat sheet": *|UNIQID|*, the unique id of the
                subscriber; ``unique_email_id`` of a member in its Marketing API
    listmonk    listmonk.app/docs/templating: {{ .Subscriber.UUID }}, a random id
    klaviyo     Klaviyo help, "Understanding profiles": {{ person.KlaviyoID }}, the profile's id
    brevo       Brevo help, "Template language": {{ contact.ATTRIBUTE }}, named in capitals
    hubspot     HubSpot developers, "Personalization tokens" (HubL): {{ contact.property }}
    sendgrid    Twilio docs, "Custom fields" and "Using Handlebars": {{field}}
    mailerlite  MailerLite help, "Personalization": {$field}

Spaces inside braces mean nothing in these languages; there are none here, because editors write
them as ``%20`` in links, which breaks the tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OWN_FIELD = "survey_id"
"""What the field of one's own is called, where a tool shows no unguessable id of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """How one tool names a subscriber. ``tag`` is its merge tag, "" for none. ``exported`` is where
    the same id is found in what the tool exports; ``own`` says that it is a field to be made.
    """

    tag: str = ""
    exported: str = ""
    own: bool = False


def _own(tag: str, named: str = OWN_FIELD) -> Tool:
    return Tool(tag=tag, exported=named, own=True)


TOOLS: Mapping[str, Tool] = {
    "mailchimp": Tool(tag="*|UNIQID|*", exported="unique_email_id (API) or EUID"),
    "listmonk": Tool(tag="{{.Subscriber.UUID}}", exported="uuid"),
    "klaviyo": Tool(tag="{{person.KlaviyoID}}", exported="Klaviyo ID"),
    "brevo": _own("{{contact.SURVEY_ID}}", OWN_FIELD.upper()),
    "hubspot": _own("{{contact.survey_id}}"),
    "sendgrid": _own("{{survey_id}}"),
    "mailerlite": _own("{$survey_id}"),
    "plain": Tool(),
}
"""Tool -> how it names a subscriber. "plain" names nobody: everybody answers without a name."""

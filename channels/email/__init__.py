"""E-mail: an invitation with one-tap answer links, sent through the operator's own relay; answers
and bounces read from a mailbox.

    settings     the channel's block in config.yaml, and what mail can do
    adapter      the channel

    mime         Message -> the bytes of one mail
    body         both bodies of a mail, compiled once a question and language
    tags         what our addresses carry behind a plus sign
    refusal      a server's reply -> the error that tells the caller what to do
    dialogue     one mail after another over one open connection
    pool         the open connections

    listening    mails out of a mailbox for ever, whatever its server does
    mailbox      one folder, open in one thread
    connection   a socket on which no wait is without end
    incoming     the bytes of one mail -> what it tells us; the way it takes is drawn there
"""

from channels.email.adapter import Email
from channels.email.mime import Letterhead, to_payload
from channels.email.settings import CAPABILITIES, Relay, Settings

__all__ = ["CAPABILITIES", "Email", "Letterhead", "Relay", "Settings", "to_payload"]

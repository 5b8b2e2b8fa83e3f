"""``python -m bot doctor``: is everything the service needs in place? One line a check.

    verdict      what a check gives: fine, could be better, broken
    examination  runs the checks side by side, each with its time, and writes what they found
    paper        what the configuration itself says: write keys, colleagues, languages
    machine      fonts, and how many connections may be open
    store        the database and the disk under it
    reach        the public address, and the machine's clock
    channels     each channel's provider: does it accept us?
    telegram     what Telegram knows of our webhook
    twilio       the account behind text messages and phone calls
    mailbox      the mailbox that replies come to
    domain       what the sender's domain says about its mails: SPF, DKIM, DMARC, MX

Nothing is sent to anybody and nothing is changed, but for what the service itself does at each
start: it tells Telegram its commands and where updates go, and Messenger its Get Started button.
"""

from bot.doctor.command import run_doctor

__all__ = ["run_doctor"]

"""The mailbox for replies: does its server let us in?"""

import asyncio
import imaplib
import ssl
from collections.abc import Sequence

from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, broken, good
from channels.email.settings import Postbox, Settings

ABOUT = "mailbox for replies"


async def check_mailbox(patient: Patient, settings: Settings) -> Sequence[Verdict]:
    """Log in and out again, where a mailbox is set up; its mails stay as they are."""
    if settings.postbox is None:
        return []
    return [await asyncio.to_thread(_log_in, settings.postbox, patient.seconds * 0.8)]


def _log_in(box: Postbox, seconds: float) -> Verdict:
    try:
        with _connect(box, seconds) as server:
            server.login(box.user, box.password)
            status, _ = server.select(_quoted(box.folder), readonly=True)
    except imaplib.IMAP4.error:
        return broken(ABOUT, f"{box.host} refuses the log-in", "Check user and password")
    except ssl.SSLError:
        todo = "Write the host's name as its certificate has it"
        return broken(ABOUT, f"the certificate of {box.host} is not accepted", todo)
    except OSError:
        where = f"{box.host}:{box.port}"
        return broken(ABOUT, f"{where} cannot be reached", "Check host and port, often 993")
    if status != "OK":
        return broken(ABOUT, f"{box.host} has no folder '{box.folder}' for this user")
    return good(ABOUT, f"{box.host} lets us in")


def _connect(box: Postbox, seconds: float) -> imaplib.IMAP4:
    if box.tls:
        trusted = ssl.create_default_context()
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=trusted, timeout=seconds)
    return imaplib.IMAP4(box.host, box.port, timeout=seconds)


def _quoted(folder: str) -> str:
    """Give a folder's name as a quoted string (RFC 9051, 4.3)."""
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

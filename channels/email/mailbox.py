"""Mailboxes: one folder of an IMAP account, open in one thread.

imap_tools and the imaplib below it speak the protocol; the bytes go over a `Connection`, whose
waits end. Two of their ways are not used: imap_tools expunges whenever it sets a flag, which would
delete what other mail programs only marked; and its IDLE takes neither a broken connection nor news
that came with the server's first answer for what they are.
"""

import imaplib
import re
import ssl
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar

from imap_tools import BaseMailBox, ImapToolsError
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from channels.email.connection import Broken, Connection
from channels.email.refusal import scrub
from channels.email.settings import Postbox
from channels.errors import Misconfigured

LARGEST_MAIL = 512 * 1024
"""Bytes read of a mail. Words come first; what is beyond are pictures and files."""

_DAMPENED = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA|ALERT)\]", re.IGNORECASE)
"""Response codes (RFC 5530) of a refusal that may be another one in a minute."""
_INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_NEWS = re.compile(rb"\* \d+ EXISTS\b", re.IGNORECASE)
_IDLE_TAG = b"AFTERWORD"
_HIGHEST_UID = 2**32 - 1

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server has it; ``at`` is when it came in, None where it does not say."""

    raw: bytes
    at: datetime | None


class _Client(imaplib.IMAP4):
    """imaplib over a `Connection`."""

    def __init__(self, connection: Connection, postbox: Postbox, tls: ssl.SSLContext) -> None:
        self._connection, self._postbox, self._tls = connection, postbox, tls
        super().__init__(postbox.host, postbox.port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002 - imaplib's form; the connection has a patience of its own
        self._connection.open(host, port, self._tls if self._postbox.tls else None)

    def read(self, size: int) -> bytes:
        return self._connection.read(size)

    def readline(self) -> bytes:
        return self._connection.read_line()

    def send(self, data: Any) -> None:
        sys.audit("imaplib.send", self, data)
        self._connection.write(bytes(data))

    def shutdown(self) -> None:
        self._connection.close()


class _Box(BaseMailBox):
    """imap_tools over our client."""

    def __init__(self, make: Callable[[], imaplib.IMAP4]) -> None:
        self._make = make
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._make()


class Mailbox:
    """An open folder. ``validity`` is its UIDVALIDITY: where that changed, all UIDs known are void
    (RFC 9051 section 2.3.1.1). ``last`` is the highest UID given out when it was opened; where the
    server does not say, the highest there is, so that no mail counts as newer. Every method blocks,
    is for one thread at a time, and raises

    :raises Broken: where the connection ended, fell silent or made no sense.
    :raises Rung: where the connection's bell was rung.
    """

    def __init__(self, box: _Box, connection: Connection) -> None:
        self._box, self._connection = box, connection
        capabilities = bytes(box.client.capability()[1][-1] or b"").upper().split()
        self.can_idle = b"IDLE" in capabilities
        self.validity = _number(box, "UIDVALIDITY")
        self.last = (_number(box, "UIDNEXT") or _HIGHEST_UID) - 1

    @classmethod
    def open(cls, connection: Connection, postbox: Postbox, tls: ssl.SSLContext) -> Self:
        """Connect, log in and open the folder.

        :raises Misconfigured: where the server is not who it should be, or will not have us.
        """
        try:
            box = _spoken(lambda: _Box(lambda: _Client(connection, postbox, tls)))
            _log_in(box, postbox)
            _choose(box, postbox.folder)
            return _spoken(lambda: cls(box, connection))
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured(
                f"the certificate of the mailbox's server is not trusted: {error.verify_message}"
            ) from None

    def find(self, after: int) -> list[int]:
        """Give the UIDs, in order, of mails not seen and of all with a UID above ``after``."""
        self._was_told()
        # Not "n:*", which gives the last mail also where its UID is below n.
        wanted = f"UNDELETED OR UNSEEN UID {after + 1}:{_HIGHEST_UID}"
        found = _spoken(lambda: self._box.uids(wanted, charset=None))
        return sorted(int(uid) for uid in found)

    def fetch(self, uid: int) -> Fetched | None:
        """Give a mail without marking it as seen, None where it is gone."""
        wanted = f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST_MAIL}>)"
        typ, data = _spoken(lambda: self._box.client.uid("FETCH", str(uid), wanted))
        parts = [part for part in data if isinstance(part, tuple)] if typ == "OK" else []
        if not parts:
            return None
        rest = b" ".join(part for part in data if isinstance(part, bytes))
        return Fetched(bytes(parts[0][1]), _internal_date(parts[0][0] + b" " + rest))

    def mark_seen(self, uids: Collection[int]) -> bool:
        """Mark mails as seen; False where the server will not."""
        if not uids:
            return True
        chosen = ",".join(map(str, sorted(uids)))
        typ, _ = _spoken(lambda: self._box.client.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Seen)"))
        return typ == "OK"

    def wait(self, seconds: float) -> None:
        """Return once there may be news since `find`, at the latest after ``seconds``."""
        if self._was_told():
            return
        if not self.can_idle:
            self._connection.wait(seconds)
            _spoken(self._box.client.noop)
            return
        self._connection.write(_IDLE_TAG + b" IDLE\r\n")
        told = False
        while not (line := self._line()).startswith(b"+"):
            told = told or _NEWS.match(line) is not None
        if not told:
            self._connection.wait(seconds)
        self._connection.write(b"DONE\r\n")
        while not self._line().startswith(_IDLE_TAG):
            pass

    def close(self) -> None:
        """Say good-bye if that can be done at once, and close. May be called twice."""
        self._connection.patience = min(self._connection.patience, 1.0)
        try:
            _spoken(self._box.client.logout)
        except Exception:  # noqa: BLE001 - it is being closed; whatever it says is of no use
            return
        finally:
            self._connection.close()

    def _was_told(self) -> bool:
        """Say whether the server told of mails beside its answers since this was last asked; it
        does not tell twice.
        """
        return self._box.client.response("EXISTS")[1] != [None]

    def _line(self) -> bytes:
        """Give the next line while idle; a server that says good-bye is as good as gone."""
        line = self._connection.read_line()
        if line.upper().startswith((b"* BYE", _IDLE_TAG + b" NO", _IDLE_TAG + b" BAD")):
            raise Broken("it said good-bye")
        return line


def _number(box: _Box, code: str) -> int:
    """Give the number the server said beside its answer to the choice of the folder."""
    given = box.client.response(code)[1]
    return int(given[-1]) if given and given[-1] else 0


def _spoken(command: Callable[[], _T]) -> _T:
    """Give what a command gives. The libraries' errors quote what was said, so only their kind is
    kept.
    """
    try:
        return command()
    except ssl.SSLCertVerificationError:
        raise
    except (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError, IndexError) as error:
        raise Broken(f"it made no sense ({type(error).__name__})") from None


def _log_in(box: _Box, postbox: Postbox) -> None:
    plain = postbox.user.isascii() and postbox.password.isascii()
    log_in = box.login if plain else box.login_utf8
    try:
        log_in(postbox.user, postbox.password, initial_folder=None)
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Broken(f"it ended the login ({type(error).__name__})") from None
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        raise _refused("the login", error, postbox) from None


def _choose(box: _Box, folder: str) -> None:
    try:
        box.folder.set(folder)
    except imaplib.IMAP4.readonly:
        raise Misconfigured(
            f"the mailbox's folder {folder!r} can only be read; mails in it must be marked as seen"
        ) from None
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Broken(f"it made no sense ({type(error).__name__})") from None
    except (MailboxFolderSelectError, imaplib.IMAP4.error) as error:
        raise _refused(f"the folder {folder!r}", error) from None


def _refused(what: str, error: Exception, postbox: Postbox | None = None) -> Exception:
    result = getattr(error, "command_result", None)
    words = result[1][0] if result and result[1] else str(error).encode()
    said = bytes(words) if isinstance(words, bytes) else b""
    if _DAMPENED.search(said):
        return Broken(f"it refused {what} for now")
    text = said.decode("utf-8", "replace")
    for secret in (postbox.password, postbox.user) if postbox else ():
        text = text.replace(secret, "[…]") if secret else text
    return Misconfigured(f"the mailbox's server refused {what}: {scrub(text)}")


def _internal_date(head: bytes) -> datetime | None:
    found = _INTERNAL_DATE.search(head)
    if found is None:
        return None
    try:
        # "17-Jul-1996 02:44:25 -0700" is a mail date but for its hyphens.
        at = parsedate_to_datetime(found[1].decode("ascii").strip().replace("-", " ", 2))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None

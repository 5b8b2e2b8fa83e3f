"""The account behind text messages and phone calls: does its provider accept us?

Reading an account costs nothing (https://www.twilio.com/docs/iam/api/account). A gateway that only
copies the sending part of the dialect may not have it; that is said, and not held against it.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good
from channels.errors import ChannelError, Misconfigured
from channels.http import Http
from channels.twilio import read_refusal

ABOUT = "phone account"


async def check_account(patient: Patient, settings: Any) -> Sequence[Verdict]:
    """Ask for the account by its own log-in. ``settings`` are those of SMS or voice, whose adapters
    ask their provider nothing at their start.
    """
    login = base64.b64encode(f"{settings.account_sid}:{settings.auth_token}".encode()).decode()
    http = Http(
        f"{settings.api_base.rstrip('/')}/2010-04-01/Accounts",
        headers={"authorization": f"Basic {login}"},
        total=8,
        clock=patient.clock,
    )
    try:
        reply = await http.get(f"{settings.account_sid}.json")
        refusal = read_refusal(reply, now=patient.clock())
        if reply.status == 404 and refusal is None:
            return [advise(ABOUT, "this gateway does not tell whether the log-in is right")]
        if refusal is not None:
            raise refusal
        http.checked(reply, wrote=False)
    except Misconfigured as error:
        return [broken(ABOUT, str(error), "Copy account_sid and auth_token again")]
    except ChannelError as error:
        return [broken(ABOUT, str(error), "Is this machine online, and the provider up?")]
    finally:
        await http.close()
    status = reply.body.get("status") if isinstance(reply.body, Mapping) else None
    if status not in (None, "active"):
        return [broken(ABOUT, f"the account is {status}", "Look at the provider's console")]
    return [good(ABOUT, "the provider accepts the log-in")]

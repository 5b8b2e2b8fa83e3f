"""What Slack's refusals mean: its error codes, as our kinds of error. Pure.

Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors and of the other methods we
call. A refusal is HTTP 200 with ``{"ok": false, "error": CODE}``; 429 has a Retry-After.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.http import WAIT_DEFAULT, Reply, outcome, retry_after

_GONE = (
    "user_not_found users_not_found user_disabled user_not_visible user_is_bot cannot_dm_bot "
    "channel_not_found is_archived not_in_channel messages_tab_disabled restricted_action "
    "posting_to_channel_denied posting_to_general_channel_denied external_channel_migrating "
    "invalid_user_combination"
)
_OURS_TO_MEND = (
    "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope "
    "not_allowed_token_type no_permission access_denied ekm_access_denied org_login_required "
    "team_access_not_granted two_factor_setup_required accesslimited forbidden_team "
    "unknown_method deprecated_endpoint method_deprecated"
)
_SLOW_DOWN = "ratelimited rate_limited message_limit_exceeded"
_BROKEN = "fatal_error internal_error service_unavailable team_added_to_org request_timeout"
_MEANING: Mapping[str, str] = {
    code: codes for codes in (_GONE, _OURS_TO_MEND, _SLOW_DOWN, _BROKEN) for code in codes.split()
}
_CODE = re.compile(r"[a-z0-9_]{2,60}", re.ASCII)


def read_refusal(reply: Reply, *, method: str, shows: bool, now: datetime) -> ChannelError:
    """Give the error that an answer other than ``ok`` stands for.

    ``shows`` is whether a repeat of the call would be seen by a person. ``now`` is aware UTC.
    """
    code = code_of(reply)
    meaning = _MEANING.get(code)
    if reply.status == 429 or meaning == _SLOW_DOWN:
        wait = retry_after(reply.headers, now)
        # It holds for this method in the whole workspace, not for one conversation.
        return Throttled(
            f"Slack asks us to slow down ({method})",
            retry_after=WAIT_DEFAULT if wait is None else wait,
            account=True,
        )
    if not code:
        return _read_status(reply, shows=shows, now=now)
    if meaning == _GONE or code.startswith("restricted_action"):
        return Unreachable(f"Slack cannot deliver there: {code}")
    if meaning == _OURS_TO_MEND:
        return Misconfigured(f"Slack refuses {method}: {code}; {_ADVICE.get(code, _CHECK)}")
    if meaning == _BROKEN or reply.status >= 500:
        return Unavailable(f"Slack is broken ({code})")
    return Rejected(f"Slack refuses {method}: {code}")


def code_of(reply: Reply) -> str:
    """Give Slack's error code, "" where there is none that could be one."""
    code = reply.body.get("error") if isinstance(reply.body, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


_CHECK = "check bot_token, app_token and that the app is installed in the workspace"
_ADVICE = {
    "missing_scope": "add the scope under 'OAuth & Permissions' and install the app again",
    "not_allowed_token_type": "bot_token must be the Bot User OAuth Token (xoxb-...)",
    "unknown_method": "check api_base",
}


def _read_status(reply: Reply, *, shows: bool, now: datetime) -> ChannelError:
    """Read an answer that is not Slack's: a proxy's page, or half of one."""
    if 200 <= reply.status < 300:
        said = f"Slack's answer cannot be read (HTTP {reply.status})"
        return Uncertain(said) if shows else BadResponse(said)
    error = outcome(reply, now=now, wrote=shows)
    if error is None or isinstance(error, Rejected | Unreachable):
        return BadResponse(f"Slack answered what its documents do not have (HTTP {reply.status})")
    return error

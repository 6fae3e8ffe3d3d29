"""What can be wrong with an account and its token, each with its mend: for doctor, and changing nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from partnersync.transport.clock import skew
from partnersync_amocrm.faults import NoRight, NotPaid, Refused
from partnersync_amocrm.transport import Client

_WITH = [("with", "is_api_filter_enabled")]


def problems(client: Client, now: datetime) -> Iterator[str]:
    """Everything that is found; an account that does not let us in at all raises as any call does."""
    answer = client.answer("account", _WITH)
    account = answer.problem
    found = (
        client.sign_in.warning(),
        clock_skew(answer.headers.get("date", ""), now),
        filter_option(account),
        rights(_user(client, account)),
        plan(client),
    )
    yield from filter(None, found)


def clock_skew(date: str, now: datetime) -> str:
    """A machine whose clock is wrong misses changes and takes tokens for ended. `date`: the answer's header."""
    try:
        return skew(parsedate_to_datetime(date), now)
    except ValueError:
        return ""


def filter_option(account: Mapping[str, Any]) -> str:
    """Without the option the account answers every filter with the whole list."""
    if account.get("is_api_filter_enabled", True):
        return ""
    return (
        "API filtration is off in this account, so changes are found by walking lists from the newest on, which takes "
        "more calls. Switch it on in the account's billing, among additional packages"
    )


def rights(user: Mapping[str, Any] | None) -> str:
    """Who granted the token; None: the integration may not ask."""
    if user is None:
        return (
            "this integration may not read the account's users, so nobody is told by name. "
            "Make a private integration in the account instead of an external one"
        )
    if user.get("rights", {}).get("is_admin", True):
        return ""
    return (
        "the token was granted by a user who is no administrator: fields cannot be made, and what this user may not "
        "see looks deleted. Let an administrator of the account grant it"
    )


def plan(client: Client) -> str:
    """Whether the account may be written: an unpaid one can be read for thirty days more. An empty change tells."""
    try:
        client.change("leads", [])
    except NotPaid as error:
        return str(error)
    except Refused:
        return ""  # of a paid account an empty change is refused for its content
    return ""


def _user(client: Client, account: Mapping[str, Any]) -> Mapping[str, Any] | None:
    try:
        return client.get(f"users/{account['current_user_id']}") or {}
    except NoRight:
        return None

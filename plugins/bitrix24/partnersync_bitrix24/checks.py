"""What can be wrong with a portal and its sign-in, each with its mend: for doctor, by one call, changing nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from partnersync.errors import PartnersyncError
from partnersync.transport.clock import skew
from partnersync_bitrix24.client import Client, Reply
from partnersync_bitrix24.commands import Command

# Any of the scopes will do; without all of them this is what does not work.
NEEDED = (
    (("crm",), "nothing can be read"),
    (("user", "user_basic", "user_brief"), "nobody is told by name"),
    (("userfieldconfig",), "fields of smart processes cannot be made"),
)
_ASKED = (Command("profile"), Command("scope"), Command("server.time"), Command("app.info"))
_RATE = 2.0  # of every plan but Enterprise
_SOON_DAYS = 14
_ENTERPRISE = re.compile(r"(?:\b|_)ent")


def problems(client: Client, now: datetime, rate: float) -> Iterator[str]:
    """Everything that is found; a portal that does not let us in at all raises as any call does."""
    profile, scope, time, application = client.batch(_ASKED)
    if not isinstance(profile, Reply):
        raise profile
    yield from filter(None, (client.sign_in.warning(), clock_skew(_result(time), now), rights(profile.result)))
    if isinstance(scope, Reply):
        yield from scopes(scope.result)
    if isinstance(application, Reply) and isinstance(application.result, Mapping):
        yield from installation(application.result)
        yield from filter(None, (plan(application.result, rate),))


def clock_skew(told: Any, now: datetime) -> str:
    """A machine whose clock is wrong misses changes and takes tokens for ended. `told`: the portal's time."""
    try:
        return skew(datetime.fromisoformat(str(told)), now)
    except (ValueError, TypeError):
        return ""


def rights(profile: Mapping[str, Any]) -> str:
    """Who made the webhook, or agreed."""
    if profile.get("ADMIN", True):
        return ""
    return (
        "the sign-in is of a user who is no administrator: fields cannot be made, and what this user may not see looks "
        "deleted. Let an administrator of the portal make the webhook, or agree for the application"
    )


def scopes(granted: Sequence[str]) -> Iterator[str]:
    """What the webhook or the application was not given."""
    for names, lost in NEEDED:
        if not set(names) & set(granted):
            yield f"the scope {names[0]} is missing, so {lost}. Add it to the webhook or the application"


def installation(application: Mapping[str, Any]) -> Iterator[str]:
    """What an application lacks; a webhook has none of it."""
    if application.get("INSTALLED") is False:
        yield "the installation of the application is not finished. Let an administrator open it once in the portal"
    if application.get("PAYMENT_EXPIRED") == "Y":
        yield "the application is not paid for. Pay for it in the portal"
    elif str(application.get("DAYS") or "").isdecimal() and int(application["DAYS"]) <= _SOON_DAYS:
        yield f"what the application is paid for ends in {application['DAYS']} days. Pay for it in the portal"


def plan(application: Mapping[str, Any], rate: float) -> str:
    """A rate that the portal's plan refuses."""
    told = " ".join(str(application.get(name, "")) for name in ("LICENSE", "LICENSE_TYPE", "LICENSE_FAMILY")).strip()
    if rate <= _RATE or not told or _ENTERPRISE.search(told.lower()):
        return ""
    return f"rate is {rate:g}, and only the Enterprise plan allows more than {_RATE:g}. Write rate = {_RATE:g}"


def _result(settled: Reply | PartnersyncError) -> Any:
    return settled.result if isinstance(settled, Reply) else None

"""What the browser comes back with after a person agreed to an application."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, SignInRequired

QUESTION = "The whole address of the page that the browser is at then"
_AGAIN = "Start again, and copy the whole address after agreeing"


def consent(address: str, state: str) -> tuple[Secret, Mapping[str, str]]:
    """The code in the address that the browser was sent to, and all that stands beside it.

    SignInRequired where the person did not agree; ConfigError where the address is not that of this sign-in.
    """
    told = dict(parse_qsl(urlsplit(address).query))
    if not hmac.compare_digest(told.get("state", "").encode(), state.encode()):
        what = "belongs to another sign-in" if "code" in told else "is not the one that the browser is sent to"
        raise ConfigError(f"this address {what}", hint=_AGAIN)
    if "error" in told:
        raise SignInRequired(f"the account did not agree ({told['error']})", hint="Start again, as an administrator")
    if not told.get("code"):
        raise ConfigError("this address holds no code", hint=_AGAIN)
    return Secret(told["code"]), told

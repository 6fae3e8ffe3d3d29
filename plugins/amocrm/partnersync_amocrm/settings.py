"""The keys of an amoCRM connection: where the account is, and how to sign in to it."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from partnersync.contract.secret import Secret
from partnersync.transport.address import origin_of
from partnersync_amocrm.mapping import Mapped

DOMAINS = ("amocrm.ru", "amocrm.com", "kommo.com")
EXAMPLE = "https://example.amocrm.ru"
_OAUTH = ("client_id", "client_secret", "redirect_uri")


def _refused(error: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("value_error", "{error}. {mend}", {"error": error, "mend": mend})


def is_account(origin: str) -> bool:
    """Whether an address is that of an account of the vendor, on a host that secrets may be sent to."""
    parts = urlsplit(origin)
    name, _, domain = (parts.hostname or "").partition(".")
    return parts.scheme == "https" and domain in DOMAINS and re.fullmatch(r"[a-z0-9-]+", name) is not None


def _origin(text: str) -> str:
    origin = origin_of(text, EXAMPLE)
    if (urlsplit(origin).hostname or "").startswith("www."):
        raise _refused("the address is that of the vendor's site", f"Write the account's, like {EXAMPLE}")
    return origin


class AmoSettings(Mapped):
    """One account. Either `token`, or all three of an integration: client_id, client_secret, redirect_uri.

    `rate` is in requests a second, for all processes on this machine together; the vendor allows 7 to an integration.
    `state` is the folder for what has to be kept between runs: the pair of tokens, and whose turn it is.
    """

    url: Annotated[str, AfterValidator(_origin)]
    token: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    redirect_uri: str | None = None
    rate: Annotated[float, Field(gt=0, le=7)] = 6.5
    state: Annotated[str, Field(min_length=1)] = "state"

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        given = [name for name in _OAUTH if getattr(self, name) is not None]
        if self.token is not None and given:
            raise _refused(f"token and {given[0]} are two ways to sign in", "Keep one of them")
        if self.token is None and len(given) < len(_OAUTH):
            missing = ", ".join(name for name in _OAUTH if name not in given)
            mend = 'Write token = { env = "NAME" }' if not given else f"Add {missing}"
            raise _refused("nothing tells how to sign in" if not given else f"{missing} is missing", mend)
        return self

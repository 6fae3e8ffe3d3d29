"""The keys of a Bitrix24 connection: where the portal is, and how to sign in to it."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from partnersync.contract.secret import Secret
from partnersync.problems import refusal
from partnersync.transport.address import is_secure, origin_of
from partnersync_bitrix24.mapping import Mapped

EXAMPLE = "https://example.bitrix24.ru"
_WEBHOOK = re.compile(r"(?P<origin>https?://[^/?#@]+)(?P<root>/rest/\d+/(?P<secret>[A-Za-z0-9]+)/?)")
_APPLICATION = ("url", "client_id", "client_secret")


def _webhook(given: Secret) -> Secret:
    """The whole address of an inbound webhook; what of it is secret is known as such from here on."""
    found = _WEBHOOK.fullmatch(given.reveal().strip())
    mend = f"Copy the webhook's whole address, like {EXAMPLE}/rest/1/…/"
    if found is None:
        raise refusal("is not the address of an inbound webhook", mend, show=False)
    if not is_secure(found["origin"]):
        raise refusal("is not an https address", mend, show=False)
    Secret(found["secret"])
    return Secret(found["origin"].lower() + found["root"].rstrip("/") + "/")


class BitrixSettings(Mapped):
    """One portal. Either `webhook`, the whole address of an inbound one, or all of a local application: url, client_id,
    client_secret.

    `rate` is in requests a second, for all processes on this machine together: the vendor allows 2, on the Enterprise
    plan 5, and 25 times as many at once. `state` is the folder for what has to be kept between runs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    webhook: Annotated[Secret, AfterValidator(_webhook)] | None = None
    url: Annotated[str, AfterValidator(lambda text: origin_of(text, EXAMPLE))] | None = None
    client_id: Annotated[str, Field(min_length=1)] | None = None
    client_secret: Secret | None = None
    rate: Annotated[float, Field(gt=0, le=5)] = 2.0
    state: Annotated[str, Field(min_length=1)] = "state"

    @property
    def origin(self) -> str:
        """The portal's address in the settings, without a slash at its end."""
        if self.webhook is None:
            return self.url or ""
        parts = urlsplit(self.webhook.reveal())
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def root(self) -> Secret:
        """The path that methods are called below; of a webhook it holds its secret."""
        return Secret(urlsplit(self.webhook.reveal()).path) if self.webhook else Secret("/rest/")

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        given = [name for name in _APPLICATION if getattr(self, name) is not None]
        if self.webhook is not None and given:
            raise refusal(f"webhook and {given[0]} are two ways to sign in", "Keep one of them", show=False)
        if self.webhook is None and len(given) < len(_APPLICATION):
            missing = ", ".join(name for name in _APPLICATION if name not in given)
            text = f"{missing} is missing" if given else "nothing tells how to sign in"
            mend = f"Add {missing}" if given else 'Write webhook = { env = "NAME" }'
            raise refusal(text, mend, show=False)
        return self

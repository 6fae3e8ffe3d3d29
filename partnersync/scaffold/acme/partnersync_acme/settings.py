"""The keys of an Acme connection."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from partnersync.contract.secret import Secret
from partnersync.transport.address import origin_of

EXAMPLE = "https://example.com"


class AcmeSettings(BaseModel):
    """Where the account is, and what lets us in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(lambda text: origin_of(text, EXAMPLE))]
    token: Secret

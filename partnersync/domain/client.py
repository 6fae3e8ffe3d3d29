"""The client: the buyer, as one record names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """What one record says about its client, already normalised; what is empty or bad is None.

    `client_id` is programme-wide ("connection/client_id"); `emails` and `phones` never leave the machine unmasked.
    """

    client_id: str | None = None
    name: str | None = None
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    domain: str | None = None  # registrable domain, lower case, IDN as punycode
    emails: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()  # registrable, as `domain`
    phones: tuple[str, ...] = ()  # E.164

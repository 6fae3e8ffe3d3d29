"""What a registration has to tell, by its kind, before it can be judged (R1)."""

from partnersync.domain.registration import Registration, RegistrationKind

# Columns that a checked number may be wrong in: such a fault is R2, any other unreadable cell R1.
CHECKED_NUMBERS = frozenset({"client_inn", "client_kpp"})
_IDENTITY = ("client_inn", "client_domain", "client_phone", "client_email")
ANY_IDENTITY = " or ".join(_IDENTITY)
"""What is missing where one of these columns would do, told as one."""
_SALE = ("client_inn", "products", "amount", "expected_close")
_MANDATORY: dict[RegistrationKind, tuple[str, ...]] = {
    RegistrationKind.SALE: _SALE,
    RegistrationKind.PROJECT: _SALE,
    RegistrationKind.RENEWAL: _SALE,
    RegistrationKind.EXPANSION: _SALE,
    RegistrationKind.TENDER: ("client_inn", "products", "amount", "tender_number"),
    RegistrationKind.MEETING: (),
    RegistrationKind.LEAD: (),
}


def is_complete(claim: Registration) -> bool:
    """Whether nothing mandatory is missing and every cell could be read."""
    return not claim.faults and not missing(claim)


def missing(claim: Registration) -> list[str]:
    """Mandatory columns that are empty, in the order of the file; of the identity columns one is enough.

    An amount that is not above zero tells none.
    """
    bad = {column for column, _ in claim.faults}
    client = claim.client
    held: dict[str, object] = {
        "client_name": client.name,
        "client_inn": client.inn,
        "client_domain": client.domain,
        "client_phone": client.phones,
        "client_email": client.emails,
        "products": claim.products,
        "amount": claim.amount is not None and claim.amount.minor > 0,
        "expected_close": claim.expected_close,
        "tender_number": claim.tender_number,
    }
    needed = ["client_name", *_MANDATORY[claim.kind]]
    empty = [column for column in needed if not held[column] and column not in bad]
    named = client.ogrn or any(held[column] or column in bad for column in _IDENTITY)
    if "client_inn" not in needed and not named:
        empty.append(ANY_IDENTITY)
    return empty

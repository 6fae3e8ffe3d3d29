"""The managed fields: what partnersync writes into a system and guards there (docs/files.md)."""

from partnersync.domain.value import RecordKind

DECISION = "ps_decision"
"""An input: an approver writes a partner_id or `accept` there to decide a contested change; cleared once it is read."""

OWNER = "owner"
"""The owner of a protected deal: watched everywhere, and put back only where an adapter declares it as managed."""

MANAGED: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.DEAL: (
        "ps_partner_id",
        "ps_source",
        "ps_registration_id",
        "ps_protection",
        "ps_protected_until",
        "ps_commission",
        "ps_commission_status",
        "ps_incident",
        DECISION,
    ),
    RecordKind.REGISTRATION: ("ps_status", "ps_reason", "ps_proposed", "ps_protected_until"),
    RecordKind.PARTNER: (
        "ps_segment",
        "ps_churn_stage",
        "ps_last_request_on",
        "ps_balance",
        "ps_payout_due_on",
        "ps_manager_free_on",
    ),
}

# All fields that are compared, in the order in which they are stored: new ones come at the end, for ever.
COMPARED: dict[RecordKind, tuple[str, ...]] = {**MANAGED, RecordKind.DEAL: (*MANAGED[RecordKind.DEAL], OWNER)}

# Fields that are read and changed where they are, but never given a place.
NEVER_MADE = frozenset({DECISION, OWNER})

# Replacing or clearing one of these counts against the safety limit (docs/settings.md, limits).
COUNTED_BY_LIMIT: dict[RecordKind, frozenset[str]] = {
    RecordKind.DEAL: frozenset(
        {"ps_partner_id", "ps_source", "ps_registration_id", "ps_protection", "ps_protected_until", OWNER}
    ),
}

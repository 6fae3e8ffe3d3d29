"""The managed fields: what partnersync writes into a system and guards there (docs/files.md)."""

from partnersync.domain.value import RecordKind

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

# Replacing or clearing one of these counts against the safety limit (docs/settings.md, limits).
COUNTED_BY_LIMIT: dict[RecordKind, frozenset[str]] = {
    RecordKind.DEAL: frozenset(
        {"ps_partner_id", "ps_source", "ps_registration_id", "ps_protection", "ps_protected_until"}
    ),
}

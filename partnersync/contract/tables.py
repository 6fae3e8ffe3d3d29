"""Columns of the tables that the core publishes for people (docs/files.md); the first is the id of a row."""

LEDGER_COLUMNS = tuple(
    "line_id partner_id payee_id deal_id client_id event_id event_time booked_at program_version rule base_items base "
    "rate amount currency fx_rate fx_source fx_date kind part reverses hold_until status reason statement_id payout_id "
    "period trace prev_hash hash".split()
)
INCIDENT_COLUMNS = tuple(
    "incident_id kind deal_id registration_id partner_id client_id expected seen since found_at status".split()
)
ISSUE_COLUMNS = ("issue_id", "connection", "record_id", "file", "line", "column", "value", "code", "reason")
STATEMENT_COLUMNS = tuple("statement_id partner_id period currency amount status closed_on accepted_on".split())
PAYOUT_COLUMNS = tuple("payout_id partner_id payee_id currency amount status missing pay_by".split())

PUBLISHED = {
    "ledger": LEDGER_COLUMNS,
    "statements": STATEMENT_COLUMNS,
    "payouts": PAYOUT_COLUMNS,
    "incidents": INCIDENT_COLUMNS,
    "issues": ISSUE_COLUMNS,
}
"""By the table's name."""

"""Records and values that the kit puts into a system: canonical cells, some of them awkward on purpose."""

from collections.abc import Mapping, Sequence

from partnersync.contract.adapter import Cells
from partnersync.domain.value import RecordKind
from partnersync.testing.harness import Harness

_CLIENT = {
    "client_name": 'ООО "Альфа, Бета"; филиал',
    "client_inn": "7707083893",
    "client_kpp": "770701001",
    "client_domain": "alpha.example",
    "client_email": "office@alpha.example",
    "client_phone": "+74950000000",
}
_SAMPLES: Mapping[RecordKind, Cells] = {
    RecordKind.PARTNER: {
        "name": "Партнёр & Ко",
        "inn": "7707083893",
        "kpp": "770701001",
        "website": "https://partner.example",
        "activity": "integration",
        "kind": "reseller",
        "tier": "gold",
        "status": "active",
        "promo_codes": "SPRING|AUTUMN",
        "email": "sales@partner.example",
        "phone": "+74950000001",
        "contract_number": "12/34",
        "contract_kind": "agency",
        "contract_from": "2026-01-01",
        "contract_until": "2027-01-01",
        "tax_status": "ip",
        "verified_on": "2026-02-03",
        "stop_listed": "no",
        "joined_on": "2026-01-02",
    },
    RecordKind.DEAL: _CLIENT
    | {
        "title": "Licences for two offices",
        "client_id": "C1",
        "partner_id": "P1",
        "promo_code": "SPRING",
        "utm_source": "partner",
        "roles": "P1=sourced|P2=implementation",
        "products": "licence|service",
        "kind": "renewal",
        "pipeline": "Main",
        "stage": "Talks",
        "state": "open",
        "amount": "1234.50",
        "currency": "RUB",
        "created_at": "2026-03-01T10:20:30+03:00",
    },
    RecordKind.PAYMENT: {
        "paid_at": "2026-03-02T23:59:59+03:00",
        "amount": "1000.00",
        "currency": "RUB",
        "vat_rate": "22%",
        "act_date": "2026-03-02",
        "product": "licence",
        "quantity": "2",
        "cost": "100.10",
    },
    RecordKind.REGISTRATION: _CLIENT
    | {
        "partner_id": "P1",
        "kind": "sale",
        "contact_name": "Purchasing",
        "products": "licence",
        "amount": "5000",
        "currency": "RUB",
        "expected_close": "2026-06-30",
        "tender_number": "T-1",
        "tender_won_on": "2026-02-28",
        "consent": "yes, by e-mail",
        "evidence": "note|link",
        "evidence_at": "2026-02-01T09:00:00+03:00",
        "submitted_at": "2026-03-01T00:00:00+03:00",
    },
    RecordKind.ACTIVITY: {
        "partner_id": "P1",
        "client_inn": "7707083893",
        "kind": "call",
        "two_way": "yes",
        "at": "2026-03-01T12:00:00+03:00",
    },
    RecordKind.USER: {"name": "Sales", "email": "sales@company.example", "group": "North", "active": "yes"},
    RecordKind.DOCUMENT: {"partner_id": "P1", "period": "2026-03", "kind": "act", "received_on": "2026-04-02"},
    RecordKind.RATE: {"date": "2026-03-02", "currency": "USD", "rate": "81.5", "source": "bank"},
}
_OF_A_DEAL = frozenset({RecordKind.PAYMENT, RecordKind.ACTIVITY})
_NAMED_BY_CONTENT = frozenset({RecordKind.DOCUMENT, RecordKind.RATE})  # two equal rows would be one record

# Two values of each managed field; every write of the second replaces the first.
VALUES: Mapping[str, tuple[str, str]] = {
    "ps_partner_id": ("P1", "P2"),
    "ps_source": ("registration", "typed"),
    "ps_registration_id": ("R-1", "R-2"),
    "ps_protection": ("approved", "won"),
    "ps_protected_until": ("2026-08-30", "2026-12-31"),
    "ps_commission": ("1234.50", "-0.05"),
    "ps_commission_status": ("pending", "payable"),
    "ps_decision": ("accept", "P2"),
    "ps_incident": ("foreign_partner", "foreign_partner|owner_changed"),
    "ps_status": ("approved", "returned"),
    "ps_reason": ('Granted to "Альфа, Бета"; until 30 August, see <terms> & annex', "=Returned: another's\tclaim"),
    "ps_proposed": ("approve", "research"),
    "ps_segment": ("key", "normal"),
    "ps_churn_stage": ("active", "sleeping"),
    "ps_last_request_on": ("2026-03-01", "2026-03-02"),
    "ps_balance": ("-10.00", "0.00"),
    "ps_payout_due_on": ("2026-04-14", "2026-07-14"),
    "ps_manager_free_on": ("2026-05-30", "2026-06-30"),
}


def values(fields: Sequence[str], which: int) -> dict[str, str]:
    """The first (0) or second (1) value of each field."""
    return {name: VALUES[name][which] for name in fields}


def rows(harness: Harness, kind: RecordKind, number: int, deal_id: str) -> list[dict[str, str]]:
    """Records of a kind with the columns that the system holds; those that belong to a deal name `deal_id`."""
    held = harness.columns[kind]
    sample = dict(_SAMPLES[kind])
    if kind in _OF_A_DEAL:
        sample["deal_id"] = deal_id
    if kind is RecordKind.DEAL:
        sample["owner"] = harness.people[0]
    if kind is RecordKind.ACTIVITY:
        sample["author"] = harness.people[0]
    row = {name: text for name, text in sample.items() if name in held}
    return [dict(row) for _ in range(1 if kind in _NAMED_BY_CONTENT else number)]

"""Payments and registrations that the terms cannot take: each waits with its reason, the rest goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from small_firm import Firm

Spoil = Callable[[Firm], Any]
TERMS = "config/program/2026-01-01.toml"
PAYMENTS = """\
payment_id,deal_id,paid_at,amount,currency,act_date,refund_of
M-1,D-1,2026-03-10,1000,,,
M-2,D-2,2026-03-11,1500,,,
"""


def payment(row: str, terms: tuple[str, str] = ("", "")) -> Spoil:
    """One more payment, under terms of which a piece may be another."""

    def spoil(firm: Firm) -> None:
        firm.put("data/payments.csv", f"{PAYMENTS}{row}\n")
        firm.edit(TERMS, *terms)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "issue", "reason"),
    [
        pytest.param(
            payment("M-9,D-3,2026-03-12,122,,2018-12-31,", ('base = "gross"', 'base = "net_of_vat"')),
            ("M-9", "act_date", "2018-12-31", "VAT_RATE_MISSING"),
            "VAT",
            id="a date without a VAT rate",
        ),
        pytest.param(
            payment("M-9,D-77,2026-03-12,5,,,"),
            ("M-9", "deal_id", "main/D-77", "DEAL_UNKNOWN"),
            "waits for it",
            id="a payment of an unknown deal",
        ),
        pytest.param(
            payment("X-9,D-3,2026-03-12,5,,,M-77"),
            ("X-9", "refund_of", "main/M-77", "OVER_REFUND"),
            "",
            id="a refund of an unknown payment",
        ),
        pytest.param(
            payment("M-9,D-3,2026-03-12,100,USD,,", ("[commission]", "[commission]\nconvert = true")),
            ("M-9", "currency", "USD", "RATE_MISSING"),
            "",
            id="a currency without a rate",
        ),
    ],
)
def test_what_cannot_be_priced_waits(firm: Firm, spoil: Spoil, issue: tuple[str, ...], reason: str) -> None:
    spoil(firm)
    ended = firm.sync()
    assert ended.code == 3, ended.told
    [found] = firm.rows("issues")
    assert tuple(found[column] for column in ("record_id", "column", "value", "code")) == issue, found
    assert (found["file"], found["line"]) == ("payments.csv", "4")
    assert reason in found["reason"]
    assert {row["deal_id"] for row in firm.rows("ledger")} == {"main/D-1", "main/D-2"}
    assert firm.sync().code == 0


def test_what_a_refund_exceeds_its_payment_by_takes_nothing_back(firm: Firm) -> None:
    firm.put("data/payments.csv", f"{PAYMENTS}X-9,D-1,2026-03-20,1000.01,,,M-1\n")
    ended = firm.sync()
    assert ended.code == 3, ended.told
    [found] = firm.rows("issues")
    assert (found["record_id"], found["column"], found["code"]) == ("X-9", "amount", "OVER_REFUND")
    assert [(row["event_id"], row["amount"]) for row in firm.rows("ledger")] == [
        ("main/M-1", "500.00"),
        ("main/M-2", "200.00"),
        ("main/X-9", "-500.00"),
    ]


def test_a_registration_with_several_faults_gets_one_verdict_that_names_all(firm: Firm) -> None:
    firm.put(
        "data/registrations.csv",
        "registration_id,partner_id,kind,client_name,client_inn,amount,expected_close,products,submitted_at\n"
        "R-9,P-1,sale,,7707083894,many,soon,,2026-03-06T10:00:00\n",
    )
    ended = firm.sync()
    claim = firm.row("registrations", "R-9")
    assert (ended.code, claim["ps_status"], claim["ps_reason"]) == (0, "invalid", "DATA_MISSING")
    told = firm.run("explain", "registration", "R-9").told
    faults = ("название клиента", "ИНН клиента", "продукты", "сумма", "ожидаемая дата сделки")
    assert [field for field in faults if field not in told] == []

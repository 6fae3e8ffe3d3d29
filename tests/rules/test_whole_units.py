"""A currency without a smaller unit is shared, cut and told in whole ones, in every step."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from commission_world import AS_OF, deal, look, paid, programme
from partnersync.domain.deal import Payment
from partnersync.domain.line import Line
from partnersync.domain.trace import decode
from partnersync.domain.value import Money
from partnersync.sync.lines import bucket_lines, families

TERMS = """
effective_from = 2020-01-01
currency = "JPY"
[commission]
[[commission.rules]]
name = "shared"
when = { products = ["licence"] }
rate = "60%"
split = { sourced = "50%", implementation = "50%" }
[[commission.rules]]
name = "fixed"
when = { products = ["install"] }
fixed = "900 JPY"
[[commission.rules]]
name = "bands"
when = { products = ["service"] }
tiers = { mode = "retroactive", measure = "base_in_month", bands = [
  { from = "0 JPY", rate = "10%" }, { from = "2000 JPY", rate = "20%" } ] }
[[commission.rules]]
name = "parts"
when = { products = ["course"] }
tiers = { mode = "marginal", measure = "base_in_month", bands = [
  { from = "0 JPY", rate = "10%" }, { from = "500 JPY", rate = "20%" } ] }
"""


def yen(ref: str, amount: int, at: str = "2026-05-01 10:00", refund_of: str | None = None) -> Payment:
    cost = Money(100, "JPY")
    return replace(paid(ref, "0", at), amount=Money(amount, "JPY"), cost=cost, refund_of=refund_of)


def lines(product: str, *payments: Payment, base: str = "net_of_vat", booked: Sequence[Line] = ()) -> list[Line]:
    """The lines of a deal of 3300 yen, implemented by B2."""
    terms = programme(TERMS.replace("[commission]", f'[commission]\nbase = "{base}"'))
    one = replace(deal(products=product), currency="JPY", roles=(("B2", "implementation"),))
    found, issues = look(replace(one, amount=Money(3300, "JPY")), payments, terms)
    assert issues == []
    return bucket_lines(found, families(booked), terms, AS_OF).lines


def told(found: Sequence[Line]) -> list[str]:
    """Payee, base, amount and the steps that tell sums; the traces of VAT and hold are the same everywhere."""
    same = {"sum", "vat", "base", "rule", "hold"}
    return [
        f"{line.payee_id} {line.base.text()} {line.amount.text()}: "
        + " ".join("/".join(step) for step in decode(line.trace) if step[0] not in same)
        for line in found
    ]


@pytest.mark.parametrize(
    ("product", "payments", "expected"),
    [
        pytest.param(
            "licence",
            [yen("P1", 1100)],
            [
                "A7 451 271: split/A7/50%/541",
                "A7 0 -45: cap/max_total/451/541/451 split/A7/50%/-90",
                "B2 451 270: split/B2/50%/541",
                "B2 0 -45: cap/max_total/451/541/451 split/B2/50%/-90",
            ],
            id="shares and cuts",
        ),
        pytest.param(
            "install",
            [yen("P1", 1100), yen("P2", 550, "2026-05-02")],
            ["A7 902 300: share/0/1100/3300", "A7 451 150: share/1100/1650/3300"],
            id="a fixed sum by what is paid",
        ),
        pytest.param(
            "service",
            [yen("P1", 1100), yen("P2", 2200, "2026-05-02"), yen("R1", 550, "2026-05-03", "main/P1")],
            [
                "A7 902 90: measure/0/2026-05 reached/902/10%",
                "A7 1803 361: measure/902/2026-05 reached/2705/20%",
                "A7 0 90: crossed/2705/2026-05/20% topped/L349d384996ec3c752919/main/P1/90",
                "A7 -451 -45: refund/main/P1/550/1100 accrued/90",
                "A7 0 -45: refund/main/P1/550/1100 topped_up/90",
            ],
            id="bands, a true-up and a refund",
        ),
        pytest.param(
            "course",
            [yen("P1", 1100)],
            ["A7 902 130: measure/0/2026-05 band/0/500/10%/500/50 band/500//20%/402/80"],
            id="parts in bands",
        ),
    ],
)
def test_every_step(product: str, payments: list[Payment], expected: list[str]) -> None:
    assert told(lines(product, *payments)) == expected


def test_vat_and_cost() -> None:
    (line,) = lines("course", yen("P1", 1100), base="margin")
    assert decode(line.trace)[:4] == (("sum", "1100"), ("vat", "22%", "198"), ("cost", "100"), ("base", "802"))
    (line,) = lines("course", yen("P1", 1100))
    assert decode(line.trace)[:3] == (("sum", "1100"), ("vat", "22%", "198"), ("base", "902"))


def test_what_is_taken_back() -> None:
    booked = lines("install", yen("P1", 1100))
    (more,) = lines("install", yen("P1", 2200), booked=booked)
    assert decode(more.trace)[-1] == ("booked", "300", "600")
    assert (more.amount, more.base) == (Money(300, "JPY"), Money(901, "JPY"))


def test_an_overpayment() -> None:
    (first,) = lines("course", yen("P1", 5500))
    assert decode(first.trace)[:2] == (("sum", "5500"), ("counted", "3300"))
    assert first.base_items == "course=2705|course=-:OVERPAID"

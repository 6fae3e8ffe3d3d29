"""Hypothesis strategies of what happens at a small company, as rows that people keep."""

from hypothesis import strategies as st

PARTNERS = [
    {"partner_id": "P1", "name": "First", "promo_codes": "ONE"},
    {"partner_id": "P2", "name": "Second"},
    {"partner_id": "P3", "name": "Third"},
]
DAYS = st.integers(1, 28)
MONTHS = st.integers(1, 9)


@st.composite
def deals(draw: st.DrawFn) -> list[tuple[str, dict[str, str]]]:
    """A few clients with deals, payments, refunds and registrations, as (kind, row)."""
    events: list[tuple[str, dict[str, str]]] = []
    for number in range(draw(st.integers(1, 4))):
        month, day = draw(MONTHS), draw(DAYS)
        client = draw(st.integers(1, 2))
        state = draw(st.sampled_from(["open", "won", "won", "lost"]))
        created = f"2026-{month:02d}-{day:02d}"
        deal = {
            "deal_id": f"D{number}",
            "client_id": f"c{client}",
            "client_domain": f"client{client}.com",
            "partner_id": draw(st.sampled_from(["", "P1", "P2", "P3"])),
            "promo_code": draw(st.sampled_from(["", "ONE"])),
            "products": draw(st.sampled_from(["licence", "service", "setup"])),
            "state": state,
            "created_at": created,
            "amount": draw(st.sampled_from(["", "1000", "1220.55"])),
        }
        if state != "open":
            deal["closed_at"] = f"2026-{month + 1:02d}-{day:02d}"
        events.append(("deal", deal))
        for part in range(draw(st.integers(0, 3))):
            paid = {
                "payment_id": f"M{number}{part}",
                "deal_id": f"D{number}",
                "paid_at": f"2026-{draw(st.integers(month, 10)):02d}-{draw(DAYS):02d}",
                "amount": draw(st.sampled_from(["100", "333.33", "700.01", "1500"])),
            }
            events.append(("payment", paid))
            if draw(st.booleans()):
                refund = {
                    "payment_id": f"X{number}{part}",
                    "refund_of": f"M{number}{part}",
                    "paid_at": f"2026-11-{draw(DAYS):02d}",
                    "amount": draw(st.sampled_from(["100", "33.33"])),
                }
                events.append(("payment", paid | refund))
    for number in range(draw(st.integers(0, 3))):
        claim = {
            "registration_id": f"R{number}",
            "partner_id": draw(st.sampled_from(["P1", "P2"])),
            "kind": "lead",
            "client_name": "Client",
            "client_domain": f"client{draw(st.integers(1, 2))}.com",
            "products": draw(st.sampled_from(["", "licence"])),
            "submitted_at": f"2026-{draw(MONTHS):02d}-{draw(DAYS):02d}T12:00",
        }
        events.append(("registration", claim))
    return events

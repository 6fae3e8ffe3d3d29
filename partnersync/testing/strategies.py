"""Hypothesis strategies of canonical cells: a small company whose records name each other.

Few values, so that equal ones meet often: clients share tax numbers and domains, partners share promo codes, payments
belong to deals and refunds to payments. Every record is well formed; `damaged` makes one that is not.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from partnersync.contract.columns import ID_COLUMN, REQUIRED
from partnersync.domain.activity import ActivityKind
from partnersync.domain.deal import DealKind, DealState
from partnersync.domain.partner import PartnerKind, PartnerStatus
from partnersync.domain.registration import RegistrationKind
from partnersync.domain.value import RecordKind

Row = dict[str, str]
Event = tuple[RecordKind, Row]

INNS = ("7707083893", "7728168971", "500100732259")  # two companies, one sole trader; their check digits hold
DOMAINS = ("alpha.example.com", "beta.example.org", "gamma-example.ru")
PRODUCTS = ("licence", "service", "setup")
PROMO_CODES = ("SPRING", "AUTUMN")
PARTNER_IDS = ("P1", "P2", "P3")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_ZONES = (UTC, timezone(timedelta(hours=3)))


def moments(first_day: int = 0, last_day: int = 300) -> st.SearchStrategy[str]:
    """Times with an offset, so many days after the start of 2026; whole hours, so that equal ones meet."""
    hours = st.integers(first_day * 24, last_day * 24 + 23)
    return st.builds(
        lambda hour, zone: (_START + timedelta(hours=hour)).astimezone(zone).isoformat(), hours, _one(_ZONES)
    )


def days() -> st.SearchStrategy[str]:
    """Days of 2026."""
    return st.integers(0, 364).map(lambda day: (_START + timedelta(days=day)).date().isoformat())


def sums(most_minor: int = 1_000_000_00) -> st.SearchStrategy[str]:
    """Positive sums with two decimal places, round ones among them."""
    minor = st.one_of(st.sampled_from([1, 99, 100_00, 333_33, 1220_55]), st.integers(1, most_minor))
    return minor.map(lambda each: f"{each // 100}.{each % 100:02d}")


def lists(items: Sequence[str], least: int = 0) -> st.SearchStrategy[str]:
    """Some of the items, joined by `|`."""
    return st.lists(_one(items), min_size=least, max_size=3, unique=True).map("|".join)


def partners(partner_id: str) -> st.SearchStrategy[Row]:
    """One partner."""
    return _rows(
        partner_id=st.just(partner_id),
        name=_one(("Первый партнёр", "Second & Co", "Third")),
        inn=_maybe(INNS),
        kind=_maybe(PartnerKind),
        status=st.sampled_from(["", "", PartnerStatus.ACTIVE, PartnerStatus.PAUSED]),
        promo_codes=lists(PROMO_CODES),
        contract_from=st.one_of(st.just(""), days()),
        joined_on=st.one_of(st.just(""), days()),
    )


@st.composite
def deals(draw: st.DrawFn, deal_id: str) -> Row:
    """One deal; a won or lost one ended after it was made."""
    created = draw(moments(0, 200))
    state = draw(st.sampled_from([DealState.OPEN, DealState.WON, DealState.WON, DealState.LOST]))
    ended = datetime.fromisoformat(created) + timedelta(days=draw(st.integers(0, 90)))
    row = draw(
        _rows(
            client_id=_maybe(("C1", "C2")),
            client_name=_maybe(("ООО Альфа", "Beta Ltd")),
            client_inn=_maybe(INNS),
            client_domain=_maybe(DOMAINS),
            partner_id=_maybe(PARTNER_IDS),
            promo_code=_maybe(PROMO_CODES),
            products=lists(PRODUCTS, least=1),
            kind=_maybe(DealKind),
            amount=st.one_of(st.just(""), sums()),
        )
    )
    closed = {} if state is DealState.OPEN else {"closed_at": ended.isoformat()}
    return {"deal_id": deal_id, "state": state.value, "created_at": created, **row, **closed}


def payments(payment_id: str, deal_id: str) -> st.SearchStrategy[Row]:
    """One payment of a deal."""
    return _rows(
        payment_id=st.just(payment_id),
        deal_id=st.just(deal_id),
        paid_at=moments(),
        amount=sums(),
        vat_rate=_maybe(("20%", "22%", "0%")),
        product=_maybe(PRODUCTS),
    )


def refunds(payment_id: str, payment: Row) -> st.SearchStrategy[Row]:
    """A refund of a part of a payment, or of more than it; on the same deal, at any later time."""
    paid = datetime.fromisoformat(payment["paid_at"])
    later = st.integers(0, 60).map(lambda day: (paid + timedelta(days=day)).isoformat())
    amount = st.one_of(st.just(payment["amount"]), sums())
    told = {name: st.just(payment[name]) for name in ("deal_id", "vat_rate", "product") if name in payment}
    return _rows(
        payment_id=st.just(payment_id),
        paid_at=later,
        amount=amount,
        refund_of=st.just(payment["payment_id"]),
        **told,
    )


def registrations(registration_id: str) -> st.SearchStrategy[Row]:
    """One registration, now and then without what its kind asks for."""
    return _rows(
        registration_id=st.just(registration_id),
        partner_id=_one(PARTNER_IDS),
        kind=st.sampled_from(RegistrationKind),
        client_name=_one(("ООО Альфа", "Beta Ltd")),
        client_inn=_maybe(INNS),
        client_domain=_maybe(DOMAINS),
        contact_name=_maybe(("Purchasing",)),
        products=lists(PRODUCTS),
        amount=st.one_of(st.just(""), sums()),
        evidence=lists(("note", "link", "contract")),
        submitted_at=moments(),
    )


def activities(activity_id: str, deal_id: str) -> st.SearchStrategy[Row]:
    """One piece of work on a deal, or a touch."""
    return _rows(
        activity_id=st.just(activity_id),
        deal_id=st.just(deal_id),
        partner_id=_maybe(PARTNER_IDS),
        kind=st.sampled_from(ActivityKind),
        two_way=_maybe(("yes", "no")),
        at=moments(),
    )


@st.composite
def companies(draw: st.DrawFn, most_deals: int = 4) -> list[Event]:
    """Records that name each other, as (kind, cells): partners first, then each deal before what belongs to it."""
    events: list[Event] = [(RecordKind.PARTNER, draw(partners(each))) for each in PARTNER_IDS]
    for number in range(draw(st.integers(1, most_deals))):
        events.append((RecordKind.DEAL, draw(deals(f"D{number}"))))
        for part in range(draw(st.integers(0, 3))):
            payment = draw(payments(f"M{number}-{part}", f"D{number}"))
            events.append((RecordKind.PAYMENT, payment))
            if draw(st.booleans()):
                events.append((RecordKind.PAYMENT, draw(refunds(f"X{number}-{part}", payment))))
        if draw(st.booleans()):
            events.append((RecordKind.ACTIVITY, draw(activities(f"A{number}", f"D{number}"))))
    count = draw(st.integers(0, 3))
    return events + [(RecordKind.REGISTRATION, draw(registrations(f"R{number}"))) for number in range(count)]


@st.composite
def damaged(draw: st.DrawFn, kind: RecordKind, row: Row) -> Row:
    """The record without one of its required cells, or with one that cannot be read; its id stays."""
    required = [name for name in REQUIRED[kind] if name != ID_COLUMN[kind]]
    readable = {"amount": "ten", "created_at": "yesterday", "paid_at": "31.31.2026", "submitted_at": "soon"}
    cells = [(name, "") for name in required] + [(name, bad) for name, bad in readable.items() if name in row]
    name, text = draw(st.sampled_from(cells))
    return row | {name: text}


def _rows(**cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Cells by column; an empty one is as well left out."""
    return st.fixed_dictionaries(cells).map(lambda row: {name: str(text) for name, text in row.items() if text != ""})


def _one(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _maybe(values: Any) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *map(str, values)])

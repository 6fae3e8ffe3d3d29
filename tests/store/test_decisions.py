"""What was decided comes back as it was, by case; deals are looked at until that is noted."""

from dataclasses import replace
from datetime import UTC, date, datetime

from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.registration import Protection, Registration, RegistrationState, Verdict, VerdictCode
from partnersync.domain.value import Money
from partnersync.store import decisions
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
CLAIM = Registration("R1", "P1", ClientKeys(name="ООО Ромашка", inn="7707083893"), AT, amount=Money(5, "RUB"))
GRANTED = Judged(
    CLAIM,
    "inn:7707083893",
    True,
    3,
    Verdict(RegistrationState.APPROVED, VerdictCode.OK, AT, "2026-01-01", trace="ok"),
    Protection(RegistrationState.ACTIVE, AT, AT, date(2026, 7, 30), deal_ref="main/1", next_look_at=AT),
)
REFUSED = Judged(
    replace(CLAIM, registration_id="R2"),
    "inn:7707083893",
    False,
    3,
    Verdict(RegistrationState.REJECTED, VerdictCode.PARTNER_NOT_ELIGIBLE, AT, "2026-01-01", fields=("a", "b")),
)
OWNED = DealStanding(
    "main/1",
    "c1",
    "inn:7707083893",
    Attribution(Evidence("P1", Source.REGISTRATION, AT, "R1"), (Evidence("P2", Source.TYPED, AT),), "t"),
    "R1",
    "active",
    "2026-07-30",
    "DEAL_LOST",
)
DIRECT = DealStanding("files/a/b", "c2", "deal:files/a/b", None)


def test_decisions_on_registrations_come_back_by_case(store: Store) -> None:
    with store.write() as tx:
        decisions.put_claims(tx, [("main", "c1", REFUSED), ("main", "c1", GRANTED)])
        decisions.put_claims(tx, [("files", "c2", replace(GRANTED, registration=replace(CLAIM, registration_id="R3")))])
        assert decisions.claims(tx, ["c1", "c9"]) == [("main", "c1", GRANTED), ("main", "c1", REFUSED)]
        assert [one.registration.registration_id for _, _, one in decisions.all_claims(tx)] == ["R1", "R2", "R3"]
        assert decisions.claim(tx, "R2") == ("main", "c1", REFUSED)
        assert decisions.claim(tx, "R9") is None


def test_a_decision_is_replaced_whole(store: Store) -> None:
    with store.write() as tx:
        decisions.put_claims(tx, [("main", "c1", GRANTED)])
        later = replace(GRANTED, protection=None, run=4)
        decisions.put_claims(tx, [("main", "c2", later)])
        assert decisions.claims(tx, ["c1", "c2"]) == [("main", "c2", later)]


def test_what_is_remembered_of_deals_comes_back_by_case_and_by_ref(store: Store) -> None:
    with store.write() as tx:
        decisions.put_deal_states(tx, [OWNED, DIRECT])
        assert decisions.deal_states(tx, ["c2", "c1", "c9"]) == [DIRECT, OWNED]
        assert decisions.by_ref(tx, ["main/1", "main/9"]) == {"main/1": OWNED}
        moved = replace(OWNED, attribution=None, registration_id="", protection="", protected_until="", hold_reason="")
        decisions.put_deal_states(tx, [moved])
        assert decisions.by_ref(tx, ["main/1"]) == {"main/1": moved}


def test_a_decided_deal_is_looked_at_until_that_is_noted(store: Store) -> None:
    with store.write() as tx:
        decisions.put_deal_states(tx, [OWNED, DIRECT])
        assert list(decisions.touched(tx)) == [[DIRECT, OWNED]]
        decisions.untouch(tx, ["main/1"])
        assert list(decisions.touched(tx)) == [[DIRECT]]
        decisions.touch_deals(tx, ["main/1", "main/9"])
        decisions.untouch(tx, ["files/a/b"])
        assert list(decisions.touched(tx)) == [[OWNED]]


def test_pages_stay_right_while_their_deals_are_untouched(store: Store) -> None:
    refs = [f"main/{number:04}" for number in range(1234)]
    with store.write() as tx:
        decisions.put_deal_states(tx, [replace(DIRECT, deal_ref=ref) for ref in refs])
        seen: list[str] = []
        for page in decisions.touched(tx):
            seen += [state.deal_ref for state in page]
            decisions.untouch(tx, [state.deal_ref for state in page])
        assert seen == refs
        assert list(decisions.touched(tx)) == []

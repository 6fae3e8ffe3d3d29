"""Cases are the connected components of records over keys, and those that changed or fell due are decided."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from partnersync.domain.earning import Earning
from partnersync.domain.value import Money
from partnersync.store import case_cut, casefile, codec, records
from partnersync.store.case_tables import case_keys, cases, deal_states, earnings, registrations
from partnersync.store.casefile import RecordKey
from partnersync.store.database import Store
from partnersync.store.record_tables import issues
from partnersync.store.record_tables import records as record_rows
from partnersync.store.records import Row

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)
ON_BOTH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=3, unique=True).map(tuple)


def _deal(number: int, case_id: str | None = None) -> Row:
    return Row("main", "deal", str(number), "present", "{}", None, "h", 1, 1, f"main/{number}", case_id=case_id)


def _key(number: int) -> RecordKey:
    return ("main", "deal", str(number))


def _take(tx: Connection, items: Sequence[tuple[int, tuple[str, ...]]]) -> dict[RecordKey, str]:
    """Join as the intake of a page does: join, keep the rows, touch."""
    joined = casefile.join(tx, [(_key(number), f"deal:main/{number}", keys) for number, keys in items])
    records.upsert(tx, [_deal(number, joined[_key(number)]) for number, _ in items])
    casefile.touch(tx, sorted(set(joined.values())))
    return joined


def _case(tx: Connection, number: int) -> str | None:
    return records.by_ids(tx, "main", "deal", [str(number)])[str(number)].case_id


def _due(tx: Connection, as_of: datetime = AT) -> list[str]:
    return [case_id for page in casefile.due(tx, as_of) for case_id in page]


@pytest.mark.parametrize(
    ("earlier", "keys", "expected"),
    [
        pytest.param([], ("b", "a"), "a", id="a new case is named after its smallest key"),
        pytest.param([], (), "deal:main/9", id="a record without keys is a case of its own"),
        pytest.param([("m",)], ("m", "a"), "m", id="a known key decides, new keys come along"),
        pytest.param([("x",), ("k",), ("z",)], ("x", "z", "a"), "x", id="of several cases the smallest id survives"),
    ],
)
def test_the_case_of_a_record(
    store: Store, earlier: list[tuple[str, ...]], keys: tuple[str, ...], expected: str
) -> None:
    with store.write() as tx:
        _take(tx, list(enumerate(earlier)))
        assert _take(tx, [(9, keys)]) == {_key(9): expected}


def test_everything_of_a_joined_case_goes_to_the_survivor(store: Store) -> None:
    with store.write() as tx:
        _take(tx, [(1, ("a",)), (2, ("b",))])
        _decisions(tx, case_id="b", deal=2)
        casefile.settle(tx, [("a", None), ("b", AT)])
        _take(tx, [(3, ("a", "b"))])
        for table in (case_keys, record_rows, registrations, deal_states, earnings, cases):
            assert set(tx.execute(select(table.c.case_id)).scalars()) == {"a"}, table.name
        assert tx.execute(select(issues.c.scope)).scalars().all() == ["case:a"]
        assert _due(tx) == ["a"]


def _decisions(tx: Connection, *, case_id: str, deal: int) -> None:
    """A registration, a deal state, an earning and an issue of a case."""
    common = {"connection": "main", "case_id": case_id, "client_id": "c"}
    judged = {"body": "{}", "eligible": True, "judged_run": 1, "verdict": "{}"}
    tx.execute(insert(registrations).values(registration_id=f"R{deal}", **common, **judged))
    tx.execute(insert(deal_states).values(deal_ref=f"main/{deal}", record_id=str(deal), touched=False, **common))
    earning = Earning(f"main/p{deal}", AT, f"main/{deal}", "c", "P1", "P1", "v", "r", Money(1, "RUB"), "", bucket="B")
    event = {"event_id": earning.event_id, "rule": "r", "payee_id": "P1", "event_time": AT.isoformat()}
    tx.execute(insert(earnings).values(bucket="B", case_id=case_id, body=codec.dump(earning), **event))
    row = {column.name: 0 if column.type.python_type is int else "" for column in issues.columns}
    tx.execute(insert(issues).values({**row, "issue_id": str(deal), "scope": f"case:{case_id}", "closed_run": None}))


def _components(links: Iterable[tuple[int, tuple[str, ...]]]) -> set[frozenset[int]]:
    """Records that hang together, found the slow way."""
    groups: list[tuple[set[int], set[str]]] = []
    for record, keys in links:
        near = [group for group in groups if group[1] & set(keys)]
        groups = [group for group in groups if group not in near]
        groups.append((
            {record}.union(*(group[0] for group in near)),
            set(keys).union(*(group[1] for group in near)),
        ))  # fmt: skip
    return {frozenset(group[0]) for group in groups}


@ON_BOTH
@given(batches=st.lists(st.lists(KEYS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_cases_are_the_components_whatever_comes_together(store: Store, batches: list[list[tuple[str, ...]]]) -> None:
    with store.rehearse() as tx:
        links: list[tuple[int, tuple[str, ...]]] = []
        for batch in batches:
            items = [(len(links) + index, keys) for index, keys in enumerate(batch)]
            links += items
            joined = _take(tx, items)
            assert joined == {_key(number): _case(tx, number) for number, _ in items}
        found: dict[str, set[int]] = {}
        for number, keys in links:
            case_id = _case(tx, number)
            assert case_id is not None
            found.setdefault(case_id, set()).add(number)
            owners = tx.execute(select(case_keys.c.case_id).where(case_keys.c.key.in_(keys))).scalars()
            assert set(owners) <= {case_id}
        assert {frozenset(group) for group in found.values()} == _components(links)
        assert set(_due(tx)) == set(found)


@ON_BOTH
@given(
    links=st.lists(KEYS.filter(bool), min_size=1, max_size=8), later=st.lists(KEYS.filter(bool), min_size=8, max_size=8)
)
def test_a_case_that_fell_apart_is_cut_into_its_components(
    store: Store, links: list[tuple[str, ...]], later: list[tuple[str, ...]]
) -> None:
    with store.rehearse() as tx:
        _take(tx, list(enumerate(links)))
        for number in range(len(links)):
            casefile.touch(tx, [_case(tx, number) or ""], recut=True)
            _take(tx, [(number, later[number])])
        current = dict(enumerate(later[: len(links)]))
        for case_id in casefile.needs_recut(tx, _due(tx)):
            members = {int(row.record_id): row for row in records.by_case(tx, [case_id])}
            parts = _components((number, current[number]) for number in members)
            case_cut.cut(
                tx,
                case_id,
                [([members[n] for n in part], sorted({k for n in part for k in current[n]})) for part in parts],
            )
        found: dict[str | None, set[int]] = {}
        for number in current:
            found.setdefault(_case(tx, number), set()).add(number)
        assert {frozenset(group) for group in found.values()} == _components(current.items())
        assert set(found) <= set(_due(tx))


def test_what_belongs_to_a_record_is_cut_with_it(store: Store) -> None:
    payment = Row("files", "payment", "p2", "present", "{}", None, "h", 1, 1, deal_ref="main/2", case_id="a")
    lost = replace(payment, record_id="p3", deal_ref="main/3")
    claim = Row("main", "registration", "R2", "present", "{}", None, "h", 1, 1, case_id="a")
    with store.write() as tx:
        _take(tx, [(1, ("a", "b")), (2, ("b", "c"))])
        records.upsert(tx, [payment, lost, claim])
        _decisions(tx, case_id="a", deal=1)
        _decisions(tx, case_id="a", deal=2)
        case_cut.cut(tx, "a", [([_deal(1)], ["b"]), ([_deal(2), claim], ["c"])])
        where = case_cut.cases_of(tx, [_deal(1), _deal(2), claim, payment, lost])
        assert where == {
            _key(1): "b",
            _key(2): "c",
            ("main", "registration", "R2"): "c",
            ("files", "payment", "p2"): "c",
        }
        assert dict(tx.execute(select(registrations.c.registration_id, registrations.c.case_id)).all()) == {
            "R1": "a",
            "R2": "c",
        }
        assert dict(tx.execute(select(deal_states.c.deal_ref, deal_states.c.case_id)).all()) == {
            "main/1": "b",
            "main/2": "c",
        }
        assert dict(tx.execute(select(earnings.c.event_id, earnings.c.case_id)).all()) == {
            "main/p1": "b",
            "main/p2": "c",
        }
        assert _due(tx) == ["b", "c"]
        assert records.waiting(tx) == [replace(lost, case_id=None)]


def test_a_part_without_keys_is_named_after_its_smallest_record(store: Store) -> None:
    with store.write() as tx:
        _take(tx, [(1, ("a",)), (2, ("a",))])
        case_cut.cut(tx, "a", [([_deal(2)], []), ([_deal(1)], ["a"])])
        assert (_case(tx, 1), _case(tx, 2)) == ("a", "deal:main/2")


def test_due_is_what_changed_and_what_time_changes(store: Store) -> None:
    with store.write() as tx:
        casefile.touch(tx, ["changed", "later", "now", "settled", "sooner"])
        casefile.settle(tx, [("later", AT + DAY), ("now", AT), ("settled", None), ("sooner", AT + 9 * DAY)])
        casefile.look_sooner(tx, [("sooner", AT - DAY), ("later", AT + 2 * DAY), ("settled", AT + 3 * DAY)])
        assert _due(tx) == ["changed", "now", "sooner"]
        casefile.settle(tx, [(case_id, None) for case_id in ("changed", "now", "sooner")])
        assert _due(tx) == []
        assert _due(tx, AT + DAY) == ["later"]
        assert _due(tx, AT + 3 * DAY) == ["later", "settled"]


def test_pages_stay_right_while_their_cases_are_settled(store: Store) -> None:
    names = [f"{number:04}" for number in range(1234)]
    with store.write() as tx:
        casefile.touch(tx, names)
        pages = []
        for page in casefile.due(tx, AT):
            pages.append(page)
            casefile.settle(tx, [(case_id, None) for case_id in page])
        assert [len(page) for page in pages] == [500, 500, 234]
        assert [case_id for page in pages for case_id in page] == names
        assert _due(tx) == []


def test_a_case_that_may_have_fallen_apart_stays_so_until_it_is_settled(store: Store) -> None:
    with store.write() as tx:
        casefile.touch(tx, ["a"], recut=True)
        casefile.touch(tx, ["a", "b"])
        assert casefile.needs_recut(tx, ["a", "b", "c"]) == {"a"}
        casefile.settle(tx, [("a", None)])
        assert casefile.needs_recut(tx, ["a", "b"]) == set()


def test_a_joined_case_may_still_have_fallen_apart(store: Store) -> None:
    with store.write() as tx:
        _take(tx, [(1, ("a",)), (2, ("b",))])
        casefile.touch(tx, ["b"], recut=True)
        _take(tx, [(3, ("a", "b"))])
        assert casefile.needs_recut(tx, ["a"]) == {"a"}


def test_a_program_that_changed_makes_every_case_due(store: Store) -> None:
    with store.write() as tx:
        casefile.touch(tx, ["a", "b"])
        casefile.settle(tx, [("a", None), ("b", None)])
        casefile.touch_all(tx)
        assert _due(tx) == ["a", "b"]


@pytest.mark.parametrize(
    ("partners", "codes", "expected"),
    [
        pytest.param(["P1"], [], ["names", "owned"], id="a deal names the partner, or belongs to it"),
        pytest.param([], ["spring"], ["code"], id="a deal carries the promo code"),
        pytest.param(["P9"], ["autumn"], [], id="nobody knows them"),
    ],
)
def test_what_a_changed_partner_touches(
    store: Store, partners: list[str], codes: list[str], expected: list[str]
) -> None:
    with store.write() as tx:
        records.upsert(
            tx, [replace(_deal(1, "names"), partner_id="P1"), replace(_deal(2, "code"), promo_code="Spring")]
        )
        owned = {"deal_ref": "main/3", "connection": "main", "record_id": "3", "client_id": "c"}
        tx.execute(insert(deal_states).values(**owned, case_id="owned", partner_id="P1", touched=False))
        casefile.touch(tx, ["names", "code", "owned", "other"])
        casefile.settle(tx, [(case_id, None) for case_id in ("names", "code", "owned", "other")])
        casefile.touch_partner(tx, partners, codes)
        assert _due(tx) == expected


def test_sqlite_finds_due_cases_by_an_index(store: Store) -> None:
    with store.write() as tx:
        if store.dialect != "sqlite":
            return
        plan = (
            "EXPLAIN QUERY PLAN SELECT case_id FROM cases WHERE cases.dirty = 1 AND cases.case_id > '' ORDER BY case_id"
        )
        [step] = tx.execute(text(plan)).all()
        assert "ix_cases_dirty" in step.detail

"""What deals add to the base of partners is replaced by deal, and whose base moved is told."""

from partnersync.store import tier_bases
from partnersync.store.database import Store

FIRST = {("main/1", "P1", "2026-01"): 100, ("main/1", "P1", "2026-02"): 20, ("main/2", "P1", "2026-01"): 3}


def test_a_deals_part_is_replaced_and_summed(store: Store) -> None:
    with store.write() as tx:
        assert tier_bases.replace(tx, ["main/1", "main/2"], FIRST) == {"P1"}
        assert tier_bases.sums(tx) == {"P1": {"2026-01": 103, "2026-02": 20}}
        assert tier_bases.replace(tx, ["main/1", "main/2"], FIRST) == set()
        assert tier_bases.replace(tx, ["main/1"], {("main/1", "P2", "2026-01"): 100}) == {"P1", "P2"}
        assert tier_bases.sums(tx) == {"P1": {"2026-01": 3}, "P2": {"2026-01": 100}}
        assert tier_bases.replace(tx, ["main/2"], {}) == {"P1"}
        assert tier_bases.sums(tx) == {"P2": {"2026-01": 100}}

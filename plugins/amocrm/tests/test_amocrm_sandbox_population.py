"""Cards that are generated when they are asked for stand in lists as if all were there."""

from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amocrm_caller import Amo
from partnersync.sandbox.population import Population
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.sample import ADMIN
from partnersync_amocrm_sandbox.seeds import Leads

SIZE = 12
MOMENTS = st.integers(0, 130)


class Twelve:
    """Twelve cards, ten seconds apart."""

    ids = range(100, 100 + SIZE)

    def card(self, card_id: int) -> Card:
        return Card(Kind.LEADS, card_id, "", 1, self.created_at(card_id), self.updated_at(card_id))

    def created_at(self, card_id: int) -> int:
        return (card_id - 100) * 10

    def updated_at(self, card_id: int) -> int:
        return (card_id - 100) * 10 + 3


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["move", "bin", "add"]), st.integers(100, 100 + SIZE + 3), MOMENTS), max_size=25
)


@given(
    actions=ACTIONS,
    tie=st.sampled_from([1, -1]),
    low=st.none() | MOMENTS,
    high=st.none() | MOMENTS,
    start=st.integers(0, SIZE + 5),
    descending=st.booleans(),
)
def test_lists_are_those_of_a_plain_dictionary(
    actions: list[tuple[str, int, int]], tie: int, low: int | None, high: int | None, start: int, descending: bool
) -> None:
    seed = Twelve()
    population = Population[Card](seed, tie)
    model = {card_id: seed.updated_at(card_id) for card_id in seed.ids}
    for what, card_id, moment in actions:
        if what == "add":
            card = Card(Kind.LEADS, population.new_id(), "", 1, moment, moment)
            population.add(card)
            model[card.id] = moment
        elif card_id in model and what == "move":
            touched = population.touch(card_id)
            assert touched is not None
            touched.updated_at = model[card_id] = moment
            population.moved(touched)
        elif what == "bin":
            assert (population.bin(card_id) is not None) == (model.pop(card_id, None) is not None)
    assert len(population) == len(model)
    pairs = sorted(((moment, tie * card_id) for card_id, moment in model.items()), reverse=descending)
    within = [
        (moment, key) for moment, key in pairs if (low is None or moment >= low) and (high is None or moment <= high)
    ]
    walked = population.orders["updated_at"].walk(low, high, start, descending=descending)
    assert list(walked) == [tie * key for _, key in within][start:]
    assert population.orders["updated_at"].count(low, high) == len(within)
    by_id = population.between("id", low, high).walk(None, None, start, descending=descending)
    assert list(by_id) == sorted((tie * key for _, key in within), reverse=descending)[start:]
    by_id = population.orders["id"].walk(None, None, start, descending=descending)
    assert list(by_id) == sorted(model, reverse=descending)[start:]


@pytest.mark.parametrize(
    "query",
    [
        "leads?limit=250",
        "leads?limit=250&page=3999",
        "leads?limit=250&order[id]=desc&page=2000",
        "leads?limit=250&order[updated_at]=desc",
        "leads?limit=250&order[id]=asc&filter[updated_at][from]=1&page=3000",
        "leads?limit=250&filter[updated_at][from]=1760000000",
        "leads?filter[id][]=10999999",
    ],
)
def test_of_a_million_only_the_page_is_built(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    amo = Amo(1_000_000)
    built: list[int] = []
    make = Leads.card

    def counted(self: Leads, card_id: int) -> Card:
        built.append(card_id)
        return make(self, card_id)

    monkeypatch.setattr(Leads, "card", counted)
    for card_id in range(10_000_001, 10_900_001, 10_007):
        amo.sandbox.ui.edit(ADMIN, card_id, "name", "тронута")
    built.clear()
    assert len(amo.rows(query)) <= 250
    assert len(built) <= 251  # one more tells whether a page follows


def test_generated_cards_agree_about_their_links() -> None:
    amo = Amo(50)
    leads = {row["id"]: row for row in amo.rows("leads?with=contacts&limit=250")}
    for kind, end in (("companies", "companies"), ("contacts", "contacts")):
        told = {
            (lead["id"], row["id"])
            for row in amo.rows(f"{kind}?with=leads&limit=250")
            for lead in row["_embedded"]["leads"]
        }
        assert told == {(lead, one["id"]) for lead, row in leads.items() for one in row["_embedded"][end]}


def test_generated_moments_rise_with_the_id() -> None:
    amo = Amo(300)
    rows = amo.rows("leads?limit=250")
    assert list(map(itemgetter("id"), rows)) == sorted(row["id"] for row in rows)
    assert len({row["updated_at"] for row in rows}) == 250
    assert rows[-1]["updated_at"] <= amo.account.now()


def test_the_same_company_each_time() -> None:
    assert Amo(20).rows("leads") == Amo(20).rows("leads")

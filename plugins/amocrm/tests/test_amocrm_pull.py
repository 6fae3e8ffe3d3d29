"""What an account gives to a run: all of it once, then what changed, whoever works meanwhile, filters or none."""

import json
from pathlib import Path
from typing import Any

import pytest

from amocrm_pull import KEYS, OURS, Desk, desk
from partnersync.contract.adapter import Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync_amocrm.pull import streams_of
from partnersync_amocrm_sandbox.behaviour import Ends, Noop, Order, Sent
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.definitions import Status
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, MAIN, REGISTRATIONS

FIRST_LEAD, FIRST_COMPANY, FIRST_CLIENT, FIRST_CONTACT = 10_000_001, 30_000_001, 30_000_013, 20_000_001
BOTH = pytest.mark.parametrize("api_filter", [True, False], ids=["with filters", "without filters"])


def ids(raws: list[Raw]) -> list[str]:
    return [raw.record_id for raw in raws if not raw.deleted]


def settled(folder: Path, deals: int = 0, **more: Any) -> Desk:
    """After the first run, and after its overlap."""
    made = desk(folder, deals, **more)
    made.run()
    made.office.clock.advance(600)
    return made


@BOTH
def test_a_first_run_gives_all_there_is(tmp_path: Path, api_filter: bool) -> None:
    told = desk(tmp_path, 600, api_filter=api_filter).run()
    assert {name: len(set(ids(raws))) for name, raws in told.items()} == {"users": 3, "partners": 12, "deals": 600}
    assert all(raw.cells and raw.cells["client_inn"] for raw in told["deals"])


@BOTH
def test_an_unchanged_account_costs_four_calls(tmp_path: Path, api_filter: bool) -> None:
    made = settled(tmp_path, 600, api_filter=api_filter)
    before = made.office.calls()
    assert made.run() == {}
    assert made.office.calls() - before == 4


def test_a_first_run_reads_each_card_once(tmp_path: Path) -> None:
    """1,000 leads, 262 companies, 250 contacts, by 250: a list takes a page more, in which its end is seen."""
    made = desk(tmp_path, 1_000, keys={**KEYS, "registrations": None})
    made.run()
    read = {path: made.office.calls("GET", rf"v4/{path}\?") for path in ("leads", "companies", "contacts")}
    assert read == {"leads": 6, "companies": 3, "contacts": 1}


def test_a_million_deals_that_did_not_change_cost_no_more(tmp_path: Path) -> None:
    made = desk(tmp_path, 1_000_000)
    now = int(made.office.clock.now())
    streams = streams_of(made.mapped, OURS)
    made.cursors = {stream.name: json.dumps({"at": now}) for stream in streams if stream.name != "users"}
    made.office.clock.advance(600)
    made.run()
    before = made.office.calls()
    made.office.clock.advance(600)
    assert made.run() == {}
    assert made.office.calls() - before == 4


@BOTH
@pytest.mark.parametrize("ends", Ends)
def test_what_changed_is_given_once_the_overlap_has_passed(tmp_path: Path, api_filter: bool, ends: Ends) -> None:
    made = settled(tmp_path, 600, api_filter=api_filter, range_ends=ends)
    made.office.sandbox.ui.edit(FIRST_SELLER, FIRST_LEAD, "PARTNER", "P03")
    (deal,) = made.run()["deals"]
    assert (deal.record_id, (deal.cells or {})["partner_id"]) == (str(FIRST_LEAD), "P03")
    made.office.clock.advance(60)
    assert ids(made.run()["deals"]) == [str(FIRST_LEAD)]
    made.office.clock.advance(600)
    made.run()
    assert made.run() == {}


@BOTH
@pytest.mark.parametrize("ties", Order)
def test_people_who_work_during_a_walk_hide_nothing(tmp_path: Path, api_filter: bool, ties: Order) -> None:
    """Edits and deletions after every page push other cards over the borders of pages."""
    made = desk(tmp_path, 1_000, api_filter=api_filter, ties=ties)
    gone: set[int] = set()

    def work(stream: Stream) -> None:
        if stream.name == "deals" and len(gone) < 3:
            made.office.clock.advance(1)
            lead = FIRST_LEAD + 10 * len(gone)
            made.office.sandbox.ui.edit(FIRST_SELLER, lead + 1, "price", 5)
            made.office.sandbox.ui.delete(FIRST_SELLER, lead)
            gone.add(lead)

    found = set(ids(made.run(between=work)["deals"]))
    assert len(gone) == 3
    assert found >= {str(FIRST_LEAD + place) for place in range(1_000)} - {str(lead) for lead in gone}


def test_more_cards_in_one_second_than_a_page_holds(tmp_path: Path) -> None:
    made = settled(tmp_path, 700)
    for place in range(600):
        made.office.sandbox.ui.edit(FIRST_SELLER, FIRST_LEAD + place, "price", 5)
    made.office.clock.advance(1)
    made.office.sandbox.ui.edit(FIRST_SELLER, FIRST_LEAD + 650, "price", 5)
    assert len(set(ids(made.run()["deals"]))) == 601


@BOTH
@pytest.mark.parametrize(
    ("kind", "card", "field", "cell"),
    [
        pytest.param(Kind.COMPANIES, FIRST_CLIENT, "INN", "client_inn", id="a company"),
        pytest.param(Kind.CONTACTS, FIRST_CONTACT, "PHONE", "client_phone", id="a contact"),
    ],
)
def test_a_client_who_changed_brings_his_deals(
    tmp_path: Path, api_filter: bool, kind: Kind, card: int, field: str, cell: str
) -> None:
    made = settled(tmp_path, 8, api_filter=api_filter)
    value = "7707083893" if field == "INN" else None
    made.office.sandbox.ui.edit(FIRST_SELLER, card, field, value, kind=kind)
    told = made.run()["deals-clients"]
    assert {raw.record_id for raw in told} == {
        str(FIRST_LEAD),
        str(FIRST_LEAD + 2),
        str(FIRST_LEAD + 4),
        str(FIRST_LEAD + 6),
    }
    assert {(raw.cells or {})[cell] for raw in told} == {value or ""}


@BOTH
def test_a_deal_that_is_linked_with_another_client_is_read_anew(tmp_path: Path, api_filter: bool) -> None:
    """Whether a link moves `updated_at` is not known; here it does not."""
    made = settled(tmp_path, 8, api_filter=api_filter)
    link = {"to_entity_id": FIRST_CLIENT + 1, "to_entity_type": "companies"}
    made.office.client.create(f"leads/{FIRST_LEAD}/link", [link])
    (deal,) = made.run()["deals-clients"]
    assert (deal.record_id, (deal.cells or {})["client_id"]) == (str(FIRST_LEAD), str(FIRST_CLIENT + 1))


@BOTH
def test_what_is_deleted_is_told_as_gone(tmp_path: Path, api_filter: bool) -> None:
    made = settled(tmp_path, 8, api_filter=api_filter)
    ui = made.office.sandbox.ui
    ui.delete(FIRST_SELLER, FIRST_LEAD)
    ui.delete(FIRST_SELLER, FIRST_COMPANY, Kind.COMPANIES)
    told = made.run()
    assert [(raw.record_id, raw.deleted) for raw in told["deals-gone"]] == [(str(FIRST_LEAD), True)]
    assert [(raw.record_id, raw.deleted) for raw in told["partners-gone"]] == [(str(FIRST_COMPANY), True)]


@BOTH
@pytest.mark.parametrize("keeps", Order)
def test_a_merged_lead_names_the_one_that_it_lives_on_in(tmp_path: Path, api_filter: bool, keeps: Order) -> None:
    made = settled(tmp_path, 8, api_filter=api_filter, merge_keeps=keeps)
    pairs = [(FIRST_LEAD + 1, FIRST_LEAD + 2), (FIRST_LEAD + 4, FIRST_LEAD + 5, FIRST_LEAD + 6)]
    expected: dict[str, str] = {}
    for ids_ in pairs:
        survivor = made.office.sandbox.ui.merge(FIRST_SELLER, ids_).id
        expected |= {str(one): str(survivor) for one in ids_ if one != survivor}
        made.office.clock.advance(10)
    told = list(made.run().items())
    assert told[0][0] == "deals-gone"  # before the cards that live on
    assert {raw.record_id: raw.merged_into for raw in told[0][1]} == expected
    assert not any(raw.deleted for raw in told[0][1])


@pytest.mark.parametrize(
    "blur",
    [
        pytest.param("two merges at once", id="two cards took others in at that moment"),
        pytest.param("a deletion", id="one of them was deleted by itself"),
        pytest.param("the survivor", id="the survivor was deleted, too"),
    ],
)
def test_where_it_cannot_be_told_which_lives_on_it_is_gone(tmp_path: Path, blur: str) -> None:
    made = settled(tmp_path, 8, merge_fires_delete=blur == "a deletion")
    ui = made.office.sandbox.ui
    survivor = ui.merge(FIRST_SELLER, [FIRST_LEAD, FIRST_LEAD + 1]).id
    if blur == "two merges at once":
        ui.merge(FIRST_SELLER, [FIRST_LEAD + 2, FIRST_LEAD + 3])
    if blur == "the survivor":
        made.office.clock.advance(60)
        ui.delete(FIRST_SELLER, survivor)
    gone = made.run()["deals-gone"]
    assert all(raw.deleted and raw.merged_into is None for raw in gone)
    assert str(FIRST_LEAD + 1) in {raw.record_id for raw in gone}


@BOTH
def test_clients_that_became_one_bring_the_deals_of_both(tmp_path: Path, api_filter: bool) -> None:
    """A merge need not change the card that lives on; links that move with it leave no event."""
    made = settled(tmp_path, 8, api_filter=api_filter, noop=Noop.SILENT)
    made.office.sandbox.ui.merge(FIRST_SELLER, [FIRST_CLIENT, FIRST_CLIENT + 1], Kind.COMPANIES)
    told = {raw.record_id: (raw.cells or {})["client_id"] for raw in made.run()["deals-clients"]}
    assert told == {str(FIRST_LEAD + place): str(FIRST_CLIENT) for place in range(8)}


def test_a_lead_that_is_restored_comes_back(tmp_path: Path) -> None:
    made = settled(tmp_path, 8)
    made.office.sandbox.ui.delete(FIRST_SELLER, FIRST_LEAD)
    made.run()
    made.office.clock.advance(600)
    made.office.sandbox.ui.restore(FIRST_SELLER, FIRST_LEAD)
    told = made.run()
    assert ids(told["deals"]) == [str(FIRST_LEAD)]
    assert "deals-gone" not in told


def test_a_lead_that_left_its_pipeline_is_of_the_other(tmp_path: Path) -> None:
    made = settled(tmp_path, 8)
    made.office.sandbox.ui.move(FIRST_SELLER, FIRST_LEAD, REGISTRATIONS, 4_201)
    told = made.run()
    assert [(raw.record_id, raw.deleted) for raw in told["deals"]] == [(str(FIRST_LEAD), True)]
    assert [(raw.record_id, raw.deleted) for raw in told["registrations"]] == [(str(FIRST_LEAD), False)]


def test_a_stage_that_is_newer_than_the_definitions_is_asked_for(tmp_path: Path) -> None:
    made = settled(tmp_path, 8)
    pipeline = made.office.sandbox.account.pipelines[MAIN]
    pipeline.statuses.append(Status(4_777, MAIN, "Договор", 50))
    made.office.sandbox.ui.move(FIRST_SELLER, FIRST_LEAD, MAIN, 4_777)
    assert (made.run()["deals"][0].cells or {})["stage"] == "Договор"


def test_work_on_deals_but_our_own(tmp_path: Path) -> None:
    made = settled(tmp_path, 8)
    ui = made.office.sandbox.ui
    ui.note(FIRST_SELLER, FIRST_LEAD, "Говорили")
    ui.note(FIRST_SELLER, FIRST_CONTACT, "Писали", Kind.CONTACTS)
    ui.task(FIRST_SELLER, FIRST_LEAD, "Позвонить", 1_770_000_000)
    ui.move(FIRST_SELLER, FIRST_LEAD + 1, MAIN, 4_103)
    note = {"note_type": "common", "params": {"text": "ours"}, "entity_id": FIRST_LEAD}
    made.office.client.create("leads/notes", [note])
    told = [raw.cells or {} for raw in made.run()["activities"]]
    assert sorted((cells["kind"], cells["deal_id"]) for cells in told) == [
        ("note", str(FIRST_LEAD)),
        ("note", str(FIRST_LEAD)),
        ("note", str(FIRST_LEAD + 2)),
        ("note", str(FIRST_LEAD + 4)),
        ("note", str(FIRST_LEAD + 6)),
        ("stage", str(FIRST_LEAD + 1)),
    ]
    assert {cells["author"] for cells in told} == {str(FIRST_SELLER)}


def test_a_task_that_was_done_is_work_on_its_deal(tmp_path: Path) -> None:
    made = settled(tmp_path, 8)
    task = made.office.sandbox.ui.task(FIRST_SELLER, FIRST_LEAD, "Встреча", 1_770_000_000)
    made.office.sandbox.account.tasks[task].task_type_id = 2
    made.office.client.change("tasks", [{"id": task, "is_completed": True, "updated_by": FIRST_SELLER}])
    (work,) = made.run()["activities"]
    assert ((work.cells or {})["kind"], (work.cells or {})["deal_id"]) == ("meeting", str(FIRST_LEAD))


def test_work_of_before_the_first_pull_comes_on_request_in_pages(tmp_path: Path) -> None:
    made = desk(tmp_path, 8)
    began = int(made.office.clock.now())
    for _ in range(4):
        made.office.sandbox.ui.note(FIRST_SELLER, FIRST_LEAD, "Говорили")
        made.office.clock.advance(40 * 86_400)
    until = int(made.office.clock.now())
    assert len(made.run()["activities"]) == 2
    first, *others = made.streams().history(began, until, None)
    assert [len(page.raws) for page in (first, *others) if page.raws] == [1, 1, 1, 1]
    rest = made.streams().history(began, until, first.cursor)  # in other steps, which begin small again
    assert [raw for page in rest for raw in page.raws] == [raw for page in others for raw in page.raws]


@pytest.mark.parametrize("first", Order)
def test_who_put_a_value_into_our_field(tmp_path: Path, first: Order) -> None:
    keys = {**KEYS, "deals": {**KEYS["deals"], "ours": {"ps_partner_id": "PARTNER"}}}
    made = settled(tmp_path, 8, keys=keys, events_first=first)
    ui = made.office.sandbox.ui
    ui.edit(FIRST_SELLER + 1, FIRST_LEAD, "PARTNER", "P01")
    made.office.clock.advance(1)
    ui.edit(FIRST_SELLER, FIRST_LEAD, "PARTNER", "P03")
    ui.edit(FIRST_SELLER, FIRST_LEAD + 1, "price", 7)
    deals = {raw.record_id: raw for raw in made.run()["deals"]}
    assert deals[str(FIRST_LEAD)].authors == {"ps_partner_id": str(FIRST_SELLER)}
    assert deals[str(FIRST_LEAD + 1)].authors == {}


def test_what_we_wrote_ourselves_has_no_author(tmp_path: Path) -> None:
    keys = {**KEYS, "deals": {**KEYS["deals"], "ours": {"ps_partner_id": "PARTNER"}}}
    made = settled(tmp_path, 8, keys=keys)
    value = {"field_code": "PARTNER", "values": [{"enum_code": "P03"}]}
    made.office.client.change("leads", [{"id": FIRST_LEAD, "custom_fields_values": [value]}])
    (deal,) = made.run()["deals"]
    assert (deal.seen, deal.authors) == ({"ps_partner_id": "P03"}, {})


def test_an_account_that_passes_over_its_filters_though_it_says_it_has_them(tmp_path: Path) -> None:
    made = settled(tmp_path, 600)
    made.office.sandbox.account.options = type(made.office.sandbox.account.options)(api_filter=False)
    made.office.sandbox.ui.edit(FIRST_SELLER, FIRST_LEAD, "price", 5)
    assert ids(made.run()["deals"]) == [str(FIRST_LEAD)]


@BOTH
@pytest.mark.parametrize(
    "reading",
    [
        {"range_ends": Ends.INCLUSIVE},
        {"phantom_next": False},
        {"clamps_limit": False},
        {"ties": Order.NEWEST},
        {"minor_units": True},
        {"noop": Noop.SILENT},
        {"merge_keeps": Order.NEWEST},
        {"merge_fires_delete": True},
        {"events_first": Order.OLDEST},
        {"price_events_with_value": True},
        {"honours_if_modified_since": True},
    ],
    ids=lambda reading: " ".join(reading),
)
def test_whatever_nobody_has_confirmed(tmp_path: Path, api_filter: bool, reading: dict[str, Any]) -> None:
    """The other reading of each switch gives the same: what was edited, deleted, merged, and who did it."""
    keys = {**KEYS, "deals": {**KEYS["deals"], "ours": {"ps_partner_id": "PARTNER"}}}
    made = settled(tmp_path, 300, keys=keys, api_filter=api_filter, **reading)
    ui = made.office.sandbox.ui
    ui.edit(FIRST_SELLER, FIRST_LEAD, "PARTNER", "P03")
    ui.delete(FIRST_SELLER, FIRST_LEAD + 1)
    survivor = ui.merge(FIRST_SELLER, [FIRST_LEAD + 2, FIRST_LEAD + 3]).id
    other = {FIRST_LEAD + 2, FIRST_LEAD + 3} - {survivor}
    told = made.run()
    deals = {raw.record_id: raw for raw in told["deals"]}
    assert deals.keys() - {str(survivor)} == {str(FIRST_LEAD)}  # a merge need not change the one that lives on
    assert deals[str(FIRST_LEAD)].authors == {"ps_partner_id": str(FIRST_SELLER)}
    assert {raw.record_id for raw in told["deals-gone"]} == {str(FIRST_LEAD + 1), *map(str, other)}
    made.office.clock.advance(600)
    made.run()
    assert made.run() == {}


@BOTH
def test_single_cards_as_they_are_now(tmp_path: Path, api_filter: bool) -> None:
    made = settled(tmp_path, 8, api_filter=api_filter)
    made.office.sandbox.ui.delete(FIRST_SELLER, FIRST_LEAD + 1)
    streams = made.streams()
    told = streams.read(RecordKind.DEAL, [str(FIRST_LEAD + 2), str(FIRST_LEAD + 1), "5"])
    assert [(raw.record_id, raw.deleted) for raw in told] == [
        (str(FIRST_LEAD + 2), False),
        (str(FIRST_LEAD + 1), True),
        ("5", True),
    ]
    with pytest.raises(Unsupported):
        list(streams.read(RecordKind.USER, ["7"]))


def test_a_first_run_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    made = desk(tmp_path, 1_000)
    seen = 0

    def stop(stream: Stream) -> None:
        nonlocal seen
        seen += stream.name == "deals"
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.run(between=stop)
    assert 400 < len(made.run()["deals"]) < 1_000 - 400


def test_changes_that_lists_show_late_are_found(tmp_path: Path) -> None:
    made = settled(tmp_path, 8, list_delay_s=30)
    made.office.sandbox.ui.edit(FIRST_SELLER, FIRST_LEAD, "price", 5)
    made.office.clock.advance(20)
    assert "deals" not in made.run()
    made.office.clock.advance(60)
    assert ids(made.run()["deals"]) == [str(FIRST_LEAD)]


def test_filters_that_are_refused_instead_of_passed_over(tmp_path: Path) -> None:
    told = desk(tmp_path, 8, api_filter=False, filter_without_option=Sent.REFUSED).run()
    assert len(ids(told["deals"])) == 8

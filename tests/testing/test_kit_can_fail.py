"""Adapters that are broken on purpose: each fails at the named check, and every check has one that it catches."""

from collections.abc import Callable
from functools import partial

import pytest

import broken_readers as readers
import broken_writers as writers
from partnersync.contract.adapter import Adapter
from partnersync.testing.conformance import checks
from partnersync.testing.memory_harness import MemoryHarness
from partnersync.testing.memory_system import MemorySystem

Make = Callable[[MemorySystem], Adapter]

BROKEN: list[tuple[Make, str]] = [
    (readers.LosesTheLastPage, "test_every_record_is_read"),
    (readers.RoundsSums, "test_cells_say_what_people_entered"),
    (readers.LeavesOutTheOffset, "test_cells_are_canonical"),
    (readers.NamesStreamsAnew, "test_streams_are_stable"),
    (partial(readers.NeverCompletes, tombstones=False), "test_streams_keep_their_promise"),
    (readers.MovesTheCursorFirst, "test_a_broken_off_pull_is_resumed"),
    (readers.ReadsAllAgain, "test_unchanged_gives_no_records"),
    (readers.GivesEachChangeOnce, "test_an_old_cursor_stays_good"),
    (readers.ReadsOnlyOnce, "test_a_later_change_is_read"),
    (readers.ReadsBehindTheSecond, "test_a_change_in_the_same_second_is_read"),
    (readers.CountsUntilTheEnd, "test_a_change_while_reading_is_read"),
    (readers.PagesByOffset, "test_a_record_that_leaves_its_page_hides_no_other"),
    (writers.LosesAField, "test_people_see_what_was_written"),
    (readers.ReadsDaysItsOwnWay, "test_an_echo_is_recognised"),
    (writers.WritesTheTitle, "test_unmanaged_values_stay"),
    (writers.ReplacesAllFields, "test_only_named_fields_change"),
    (writers.NeverClears, "test_fields_are_cleared"),
    (readers.TakesEmptyForMissing, "test_a_missing_place_is_not_an_empty_one"),
    (writers.KeepsEveryPlace, "test_places_can_be_taken_away"),
    (readers.SkipsForeignEdits, "test_an_edit_of_ours_is_seen"),
    (writers.SkipsMoreThanItsEcho, "test_a_receipts_cursor_hides_no_edit"),
    (writers.CallsForNothing, "test_nothing_to_write_is_no_call"),
    (writers.ForgetsFailures, "test_each_write_has_one_receipt"),
    (writers.SendsOneByOne, "test_batches_are_as_large_as_declared"),
    (writers.TakesAllAtOnce, "test_writes_are_taken_as_needed"),
    (writers.StopsAtARefusal, "test_a_refused_write_loses_no_other"),
    (writers.TakesGoneForDone, "test_a_vanished_record_loses_no_other"),
    (writers.WritesAnyKind, "test_a_kind_without_our_fields_is_refused"),
    (writers.SendsAgain, "test_an_unanswered_write_is_unknown"),
    (writers.RemembersWhatItTook, "test_a_push_that_breaks_off_can_be_repeated"),
    (writers.NeverLooksForEntries, "test_a_note_is_made_once"),
    (writers.NeverLooksForEntries, "test_a_task_is_made_once"),
    (writers.SendsAgain, "test_an_unanswered_note_is_found_again"),
    (readers.HidesTheDeleted, "test_deletions_are_told"),
    (readers.CallsEveryPullComplete, "test_a_partial_listing_is_never_complete"),
    (readers.TakesMergedForDeleted, "test_merges_are_told"),
    (readers.NamesTheLastEditor, "test_authors_are_named_or_left_out"),
    (readers.NamesItself, "test_our_own_write_has_no_author"),
    (writers.DeclaresWhatIsNotOurs, "test_capabilities_are_plausible"),
    (partial(readers.SuppliesInSecret, supplies_activities=False), "test_activities_are_supplied_as_declared"),
    (readers.LeavesOutTheGone, "test_one_record_is_read_afresh"),
    (writers.Complains, "test_a_healthy_connection_has_no_problems"),
    (readers.HoldsOn, "test_closing_ends_a_run"),
    (writers.KeepsOldRows, "test_a_table_is_published_whole"),
    (writers.PublishesAlways, "test_an_equal_table_is_not_written_again"),
    (writers.DoesWhatItDenies, "test_a_note_is_made_once"),
    (writers.DoesWhatItDenies, "test_a_task_is_made_once"),
    (writers.DoesWhatItDenies, "test_a_table_is_published_whole"),
    (writers.DoesWhatItDenies, "test_one_record_is_read_afresh"),
]
CHECKS = checks()


@pytest.mark.parametrize(
    ("broken", "check"),
    [pytest.param(make, check, id=f"{getattr(make, '__name__', check)}-{check}") for make, check in BROKEN],
)
def test_a_broken_adapter_fails_at_the_named_check(broken: Make, check: str) -> None:
    CHECKS[check](MemoryHarness())
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        CHECKS[check](MemoryHarness(broken))


def test_every_check_catches_a_broken_adapter() -> None:
    assert {check for _, check in BROKEN} == set(CHECKS)

"""Adapters that are broken on purpose: each fails at the named check, and every check has one that it catches."""

from collections.abc import Callable
from functools import partial

import pytest

import broken_in_trouble as in_trouble
import broken_readers as readers
import broken_writers as writers
from partnersync.contract.adapter import Adapter
from partnersync.contract.schema import Schema
from partnersync.testing.conformance import checks
from partnersync.testing.memory_harness import MemoryHarness
from partnersync.testing.memory_schema import MemorySchema
from partnersync.testing.memory_system import MemorySystem

Make = Callable[[MemorySystem], Adapter | Schema]

BROKEN: list[tuple[Make, str]] = [
    (readers.LosesTheLastPage, "test_every_record_is_read"),
    (readers.RoundsSums, "test_cells_say_what_people_entered"),
    (readers.LeavesOutTheOffset, "test_cells_are_canonical"),
    (readers.NamesStreamsAnew, "test_streams_are_stable"),
    (partial(readers.NeverCompletes, tombstones=False), "test_streams_keep_their_promise"),
    (in_trouble.KeepsDaysAsMidnights, "test_a_day_stays_that_day"),
    (in_trouble.TakesOffsetsForItsOwn, "test_a_moment_stays_that_moment"),
    (readers.MovesTheCursorFirst, "test_a_broken_off_pull_is_resumed"),
    (readers.ReadsAllAgain, "test_unchanged_gives_no_records"),
    (readers.GivesEachChangeOnce, "test_an_old_cursor_stays_good"),
    (readers.ReadsOnlyOnce, "test_a_later_change_is_read"),
    (readers.ReadsBehindTheSecond, "test_a_change_in_the_same_second_is_read"),
    (readers.CountsUntilTheEnd, "test_a_change_while_reading_is_read"),
    (readers.PagesByOffset, "test_a_record_that_leaves_its_page_hides_no_other"),
    (readers.PagesByOffset, "test_people_at_work_hide_nothing"),
    (writers.LosesAField, "test_people_see_what_was_written"),
    (readers.ReadsDaysItsOwnWay, "test_an_echo_is_recognised"),
    (readers.NamesItself, "test_an_echo_is_silent"),
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
    (writers.StopsAtARefusal, "test_several_bad_writes_lose_no_other"),
    (writers.TakesGoneForDone, "test_a_vanished_record_loses_no_other"),
    (writers.WritesAnyKind, "test_a_kind_without_our_fields_is_refused"),
    (writers.SendsAgain, "test_an_unanswered_write_is_unknown"),
    (writers.RemembersWhatItTook, "test_a_push_that_breaks_off_can_be_repeated"),
    (writers.NeverLooksForEntries, "test_a_note_is_made_once"),
    (writers.NeverLooksForEntries, "test_a_task_is_made_once"),
    (writers.SendsAgain, "test_an_unanswered_note_is_found_again"),
    (writers.StopsAtARefusal, "test_a_bad_note_loses_no_other"),
    (in_trouble.LetsErrorsThrough, "test_a_timeout_at_any_call"),
    (in_trouble.LetsErrorsThrough, "test_a_broken_connection_at_any_call"),
    (in_trouble.TakesAPageThatFailedForTheLast, "test_a_failure_at_any_call"),
    (in_trouble.TakesARefusalForSpeedForDone, "test_a_refusal_for_speed_at_any_call"),
    (writers.SendsAgain, "test_half_an_answer_at_any_call"),
    (writers.SendsAgain, "test_a_lost_answer_at_any_call"),
    (in_trouble.StopsWhereRecordsMove, "test_somebody_else_saves_at_any_call"),
    (in_trouble.NotesThatItWroteBeforeItWrites, "test_a_run_killed_before_any_call"),
    (in_trouble.GivesNotesNewNames, "test_a_run_killed_after_any_call"),
    (in_trouble.TakesNoAnswerForDone, "test_an_outage_from_any_call_on"),
    (in_trouble.AsksForTooMuch, "test_limits_are_kept"),
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
    (in_trouble.PlansWhatIsThere, "test_a_schema_is_made_once"),
    (in_trouble.MakesAllFieldsAnew, "test_a_schema_keeps_what_was_written"),
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
    with pytest.raises((AssertionError, RuntimeError, pytest.fail.Exception)):
        CHECKS[check](_harness(broken))


def _harness(broken: Make) -> MemoryHarness:
    is_schema = isinstance(broken, type) and issubclass(broken, MemorySchema)
    return MemoryHarness(define=broken) if is_schema else MemoryHarness(broken)  # type: ignore[arg-type]


def test_every_check_catches_a_broken_adapter() -> None:
    assert {check for _, check in BROKEN} == set(CHECKS)

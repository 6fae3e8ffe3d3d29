"""What a printed table says is told in words, once."""

from partnersync.cli import demo_year
from partnersync.cli.legend import COLUMNS, legend
from partnersync.contract.tables import PAYOUT_COLUMNS, STATEMENT_COLUMNS
from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.statement import StatementState
from partnersync.translate import translator

TABLE = ["statement_id  status  missing", "S-1           sent    STATEMENT_NOT_ACCEPTED"]


def test_columns_codes_and_stored_words_are_told_once() -> None:
    told: set[str] = set()
    assert list(legend(TABLE, (StatementState,), translator("ru"), told)) == [
        "  statement_id — отчёт",
        "  status — состояние",
        "  missing — чего не хватает",
        "  sent — отправлен",
        "  STATEMENT_NOT_ACCEPTED — не хватает: принятый отчёт",
    ]
    assert list(legend([*TABLE, "accrual"], (LineKind, LineStatus), translator("ru"), told)) == [
        "  accrual — начисление"
    ]


def test_in_english_only_codes_need_words() -> None:
    assert list(legend(TABLE, (StatementState,), translator("en"), set())) == [
        "  STATEMENT_NOT_ACCEPTED — still missing: a statement that was accepted"
    ]


def test_every_column_of_the_tables_of_the_demo_has_its_word() -> None:
    assert {*STATEMENT_COLUMNS, *PAYOUT_COLUMNS} <= {*COLUMNS}
    assert all(translator("ru").pgettext("table column", name) != name for name in COLUMNS)
    shown = [
        step.words.split()[0]
        for act in demo_year.ACTS
        for step in act.steps
        if isinstance(step, demo_year.Run) and step.legend
    ]
    assert {*shown} == {"ledger", "statements", "payouts"}

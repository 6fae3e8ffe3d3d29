"""Draws the pages about states from the tables of moves: python docs/draw_states.py"""

from collections.abc import Collection, Mapping
from pathlib import Path

from partnersync.domain.registration import LIVE, REGISTRATION_MOVES
from partnersync.domain.statement import STATEMENT_MOVES

REGISTRATIONS = """# The states of a registration

Drawn from `REGISTRATION_MOVES` in `partnersync/domain/registration.py` by `docs/draw_states.py`; any state may
also become disputed. Live states, which protect, are marked.
"""
STATEMENTS = """# The states of a statement

Drawn from `STATEMENT_MOVES` in `partnersync/domain/statement.py` by `docs/draw_states.py`. What each command does:
[commands.md](commands.md#statements).
"""


def page(head: str, table: Mapping[str, Collection[str]], marked: Collection[str] = ()) -> str:
    """A page with its diagram."""
    moves = [f"    {start} --> {end}" for start, ends in table.items() for end in sorted(ends)]
    classes = ["    classDef live font-weight:bold"] if marked else []
    live = [f"    class {state} live" for state in sorted(marked)]
    return "\n".join([head, "```mermaid", "stateDiagram-v2", *classes, *moves, *live, "```", ""])


PAGES = {
    "registration-states.md": page(REGISTRATIONS, REGISTRATION_MOVES, LIVE),
    "statement-states.md": page(STATEMENTS, STATEMENT_MOVES),
}

if __name__ == "__main__":
    for name, text in PAGES.items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8")

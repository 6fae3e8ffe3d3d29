"""docs/registration-states.md is what docs/draw_states.py draws from the table of moves."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_diagram_is_fresh() -> None:
    drawn = runpy.run_path(str(DOCS / "draw_states.py"))["page"]()
    assert (DOCS / "registration-states.md").read_text(encoding="utf-8") == drawn

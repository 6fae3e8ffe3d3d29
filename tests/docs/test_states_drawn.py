"""The pages about states are what docs/draw_states.py draws from the tables of moves."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[str, str] = runpy.run_path(str(DOCS / "draw_states.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_the_diagram_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]

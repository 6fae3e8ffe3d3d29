"""A company's settings file in the current folder."""

from pathlib import Path

SMALL = '[connections.a]\nkind = "csv"\n'


def put(text: str) -> Path:
    """Write config/partnersync.toml."""
    path = Path("config/partnersync.toml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

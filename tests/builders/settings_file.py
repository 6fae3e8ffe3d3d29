"""A company's settings file in the current folder."""

from pathlib import Path

SMALL = '[connections.a]\nkind = "csv"\n'


def put(text: str) -> Path:
    """Write config/partnersync.toml and make config/program."""
    Path("config/program").mkdir(parents=True, exist_ok=True)
    path = Path("config/partnersync.toml")
    path.write_text(text, encoding="utf-8")
    return path

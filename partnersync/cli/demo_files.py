"""The folder of a demo: the samples that are copied into it, and whether a run changed what is written there."""

import shutil
from collections.abc import Callable
from hashlib import file_digest
from importlib.resources import as_file, files
from pathlib import Path

import click

from partnersync.domain.say import Say
from partnersync.errors import ConfigError

YEAR = "year"  # the folder of the sample year, in the package and in the demo's folder
_MARKER = ".partnersync-demo"


def copy_samples(into: Path, language: str | None) -> None:
    """Into an empty folder, or in place of an earlier demo; the folder itself stays, it may be the current one."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()) and not (into / _MARKER).exists():
            raise ConfigError(f"{into} is not empty and not of an earlier demo", hint="Name another folder with --into")
        (into / _MARKER).touch()  # first, so that a demo that is stopped at once can be replaced as well
        for left in into.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            elif left.name != _MARKER:
                left.unlink()
        with as_file(files("partnersync.demo")) as sample:
            for part in ("config", "data", f"{YEAR}/config"):
                shutil.copytree(sample / part, into / part)
        if language:  # at the top, where it stands before every table
            for settings in into.glob("**/config/partnersync.toml"):
                settings.write_text(f'language = "{language}"\n\n{settings.read_text("utf-8")}', "utf-8")
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        raise ConfigError(f"{into} cannot be written: {reason}", hint="Name another folder with --into") from None


def arrive(day: str, folder: Path) -> None:
    """Put the files of a day of the sample year into its folder, in place of earlier ones."""
    with as_file(files("partnersync.demo")) as sample:
        shutil.copytree(sample / YEAR / day, folder, dirs_exist_ok=True)


def same_again(out: Path, again: Callable[[], object], say: Say) -> bool:
    """Run `again`, and tell whether each file in `out` has the bytes that it had."""
    before = _digests(out)
    click.echo("\n" + say("The same again:"))
    again()
    same = _digests(out) == before
    click.echo(f"{_compared(len(before), say, changed=not same)}\n")
    return same


def _compared(number: int, say: Say, *, changed: bool) -> str:
    if changed:
        text = say.ngettext(
            "Something changed! {files} written file compared",
            "Something changed! {files} written files compared",
            number,
        )
    else:
        text = say.ngettext(
            "Nothing changed: {files} written file compared", "Nothing changed: {files} written files compared", number
        )
    return text.format(files=number)


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as file:
            found[path.name] = file_digest(file, "sha256").hexdigest()
    return found

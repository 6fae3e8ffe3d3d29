"""Whether a file is open in another program, as far as that program tells."""

from pathlib import Path

_LOCKS = ((".~lock.{}#", "LibreOffice"), ("~${}", "Excel"))  # the file that a program puts beside an open one


def opened_in(path: Path) -> str:
    """The program that has the file open; empty where none says so."""
    return next((program for name, program in _LOCKS if path.with_name(name.format(path.name)).exists()), "")


def warning(path: Path, file: str) -> str:
    """What to do about a written file that is open elsewhere; empty if it is not. `file` is its name for people."""
    if program := opened_in(path):
        return f"{file} is open in {program}. Load it anew there before saving, or older values come back"
    return ""

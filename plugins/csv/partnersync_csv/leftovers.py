"""What a killed run left beside the files that it was writing."""

import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.tmp")  # as `write.replace_whole` names them


def remove_leftovers(targets: Iterable[Path]) -> None:
    """Remove temporary files of these targets; only for who holds the connection, so that nobody is writing them."""
    names: dict[Path, set[str]] = defaultdict(set)
    for target in targets:
        real = target.resolve()
        names[real.parent].add(real.name)
    for folder, ours in names.items():
        with suppress(OSError):  # a folder that cannot be read or written is told by those who need it
            for path in [*folder.iterdir()]:
                found = _TEMPORARY.fullmatch(path.name)
                if found and found["name"] in ours and path.is_file() and not path.is_symlink():
                    path.unlink(missing_ok=True)

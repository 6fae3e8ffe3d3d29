"""Where the cells of a column stand in a file: as the settings say, else as the preset knows, else by its own name."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from partnersync_csv.headers import Header, pick
from partnersync_csv.kinds import FileKind
from partnersync_csv.presets import JOINED
from partnersync_csv.settings import FileSettings


class Columns:
    """Takes named cells out of rows that are as wide as the header.

    `places`: where the columns of a name stand, counted from 0; the last that is not empty in a row counts, of the
    names in `joined` all of them, as a list.
    """

    def __init__(self, places: Mapping[str, tuple[int, ...]], joined: frozenset[str] = frozenset()) -> None:
        self._names = tuple(places)
        self._several = [(name, held) for name, held in places.items() if len(held) > 1]
        self._joined = joined
        self._take = _taking([held[-1] for held in places.values()])

    def of(self, values: Sequence[str]) -> dict[str, str]:
        """The text of each name."""
        cells = dict(zip(self._names, self._take(values), strict=True))
        for name, held in self._several:
            cells[name] = "|".join(_told(values, held)) if name in self._joined else pick(values, held)
        return cells


class Sources:
    """Finds the canonical columns of a file, and those that its preset needs beside them."""

    def __init__(self, kind: FileKind, settings: FileSettings[str], header: Header) -> None:
        preset = settings.used_preset()
        known = preset.columns if preset else {}
        self._names = header.names
        self._joined = JOINED if preset else frozenset[str]()
        self.wanted = {name: settings.columns.get(name, known.get(name, (name,))[0]) for name in kind.columns}
        self.places: dict[str, tuple[int, ...]] = {}
        for name in dict.fromkeys((*kind.columns, *known)):
            held = header.positions(settings.columns.get(name, name))
            if preset and name not in settings.columns:
                held = tuple(dict.fromkeys((*held, *preset.places(name, header.names))))
            if held:
                self.places[name] = held
        id_column = kind.id_columns[0]
        if preset and id_column in self.places:  # by one header alone, as the file is written by it as well
            self.places[id_column] = header.positions(self.own(id_column))
        self._columns = Columns(self.places, self._joined)
        canonical = {name: held for name, held in self.places.items() if name in kind.columns}
        self._renamed = {name: own for name in canonical if (own := self.own(name)) != name}
        self._by_row = {
            name: held for name, held in canonical.items() if len({header.names[place] for place in held}) > 1
        }

    def own(self, column: str) -> str:
        """The header of a column that the file has; of several the one that counts first."""
        return self._names[self.places[column][-1]]

    def cells(self, values: Sequence[str]) -> dict[str, str]:
        """The text of each column that the file has."""
        return self._columns.of(values)

    def renamed(self, values: Sequence[str]) -> Mapping[str, str]:
        """Column → header, where they differ; of several headers that which told the row's value."""
        if not self._by_row:
            return self._renamed
        telling: dict[str, str] = {}
        for name, held in self._by_row.items():
            told = [self._names[place] for place in held if values[place].strip()]
            if told:
                telling[name] = (
                    ", ".join(sorted(set(told), key=self._names.index)) if name in self._joined else told[-1]
                )
        return {**self._renamed, **telling}


def _told(values: Sequence[str], positions: Sequence[int]) -> list[str]:
    return [values[place] for place in sorted(positions) if values[place].strip()]


def _taking(positions: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda values: [values[position] for position in positions]

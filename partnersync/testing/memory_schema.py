"""The schema of the system in memory: our fields, made where they are missing."""

from partnersync.contract.managed import MANAGED
from partnersync.contract.schema import SchemaPlan
from partnersync.domain.value import RecordKind
from partnersync.testing.memory_system import MemorySystem


class MemorySchema:
    """The managed fields of one system. It knows no drift: fields there have nothing but a name."""

    def __init__(self, system: MemorySystem) -> None:
        self._system = system

    def plan(self) -> SchemaPlan:
        """What is missing."""
        return SchemaPlan(tuple(f"make {name} of {kind}" for kind, name in self._missing()))

    def apply(self) -> SchemaPlan:
        """Make it."""
        plan = self.plan()
        for kind, name in self._missing():
            self._system.make_field(kind, name)
        return plan

    def close(self) -> None:
        """Nothing is held."""

    def _missing(self) -> list[tuple[RecordKind, str]]:
        return [
            (kind, name) for kind, names in MANAGED.items() for name in names if name not in self._system.fields[kind]
        ]

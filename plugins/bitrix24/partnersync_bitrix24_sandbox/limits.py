"""The limits of speed: the leaky bucket of a caller's address, and the operating time of each method."""

from dataclasses import dataclass, field

SHORT_CALL_S = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """`burst` requests may stand in the bucket, `per_s` leak out each second; `operating_s` within ten minutes.

    A command takes `command_ms` of operating time unless `method_ms` names its method.
    """

    burst: int = 50
    per_s: float = 2.0
    operating_s: float = 420.0
    command_ms: float = 20.0
    method_ms: dict[str, float] = field(default_factory=dict)
    on: bool = True

    def cost_s(self, method: str) -> float:
        """The operating time of one command."""
        return self.method_ms.get(method, self.command_ms) / 1000


ENTERPRISE = Limits(burst=250, per_s=5.0)
SELF_HOSTED = Limits(on=False)


@dataclass(slots=True)
class Bucket:
    """Counts requests by address. One that is refused does not stand in the bucket."""

    limits: Limits
    refused: int = 0
    _held: dict[str, tuple[float, float]] = field(default_factory=dict)  # level, when

    def admits(self, address: str, now: float) -> bool:
        """Whether this request is in time; it is counted."""
        if not self.limits.on:
            return True
        level, then = self._held.get(address, (0.0, now))
        level = max(0.0, level - (now - then) * self.limits.per_s)
        admitted = level + 1 <= self.limits.burst
        self._held[address] = (level + admitted, now)
        self.refused += not admitted
        return admitted


WINDOW_MIN = 10


@dataclass(slots=True)
class Operating:
    """Seconds of work by caller and method, in ten buckets of a minute: each holds its first call's time."""

    limits: Limits
    refused: int = 0
    _minutes: dict[tuple[str, str], dict[int, tuple[float, float]]] = field(default_factory=dict)

    def admits(self, caller: str, method: str, now: float) -> bool:
        """Whether the method still has time; the call that crosses the limit is the last one."""
        if not self.limits.on or self.used(caller, method, now) <= self.limits.operating_s:
            return True
        self.refused += 1
        return False

    def bill(self, caller: str, method: str, seconds: float, now: float) -> None:
        """Add a call's time."""
        if self.limits.on:
            minutes = self._living(caller, method, now)
            first, total = minutes.get(int(now // 60), (now, 0.0))
            minutes[int(now // 60)] = (first, total + seconds)

    def used(self, caller: str, method: str, now: float) -> float:
        """Seconds of the last ten minutes."""
        return sum(total for _, total in self._living(caller, method, now).values())

    def resets_at(self, caller: str, method: str, now: float) -> int:
        """When the oldest minute leaves the sum, unix seconds."""
        first = min((first for first, _ in self._living(caller, method, now).values()), default=now)
        return int(first) + WINDOW_MIN * 60

    def _living(self, caller: str, method: str, now: float) -> dict[int, tuple[float, float]]:
        minutes = self._minutes.setdefault((caller, method), {})
        for minute in [minute for minute, (first, _) in minutes.items() if first + WINDOW_MIN * 60 <= now]:
            del minutes[minute]
        return minutes

"""What was decided about a registration and about a deal, as it is remembered between runs."""

from dataclasses import dataclass
from datetime import datetime

from partnersync.domain.attribution import Attribution, Considered
from partnersync.domain.registration import Claim, Protection, Registration, RegistrationState, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A registration as it was decided: the content that was judged, whether R3 let it pass, and in which run.

    `first` is the verdict at its submission, where R24 or a person decided after it.
    """

    registration: Registration
    client_id: str
    eligible: bool
    run: int
    verdict: Verdict
    protection: Protection | None = None
    first: Verdict | None = None

    @property
    def at_submission(self) -> Verdict:
        """The verdict that was made at its submission."""
        return self.first or self.verdict

    @property
    def state(self) -> RegistrationState:
        """Where the registration stands now."""
        return self.protection.state if self.protection else self.verdict.state

    def claim(self) -> Claim:
        """As the rules see it."""
        return Claim(self.registration, self.verdict, self.protection)


@dataclass(frozen=True, slots=True)
class DealStanding:
    """Whom a deal belongs to, the registration behind it, and why its lines are on hold, if they are."""

    deal_ref: str
    case_id: str
    client_id: str
    attribution: Attribution | None
    registration_id: str = ""
    protection: str = ""  # the registration's state
    protected_until: str = ""  # YYYY-MM-DD
    hold_reason: str = ""
    owner: str = ""  # as the deal's record tells
    due_owner: str = ""  # the one when the deal became the registration's; empty where it is not protected
    stage: str = ""
    stage_moved_at: datetime | None = None  # when its stage moved last, as far as two runs saw it
    aside: tuple[Considered, ...] = ()  # evidence that does not count, where none does

    @property
    def partner_id(self) -> str:
        """Empty without an attribution."""
        return self.attribution.evidence.partner_id if self.attribution else ""

    @property
    def source(self) -> str:
        """The value of ps_source; empty without an attribution."""
        return self.attribution.evidence.source.value if self.attribution else ""

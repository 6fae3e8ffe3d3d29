"""Partners checked against each other (policy.md 1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from partnersync.domain.client import ClientKeys
from partnersync.domain.issue import Issue
from partnersync.domain.partner import Partner, PartnerStatus
from partnersync.domain.value import RecordKind
from partnersync.rules import likeness

_UNIQUE = {"inn": "INN", "bank_account": "bank account"}


@dataclass(frozen=True, slots=True)
class Partners:
    """The partners that count; promo codes and names are casefolded.

    `group_keys`: identity keys of a partner and his group. `by_name`: names that one partner alone has.
    """

    by_id: Mapping[str, Partner]
    by_promo: Mapping[str, str]
    group_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_name: Mapping[str, str] = field(default_factory=dict)

    @property
    def parents(self) -> Mapping[str, str | None]:
        """The parent of each."""
        return {partner_id: partner.parent_id for partner_id, partner in self.by_id.items()}

    def named(self, name: str) -> str | None:
        """The one partner of this name, if there is one."""
        return self.by_name.get(name.strip().casefold())

    def of_link(self, utm_source: str) -> str | None:
        """The partner whose id, or promo code in any case, a link carries."""
        return utm_source if utm_source in self.by_id else self.by_promo.get(utm_source.casefold())

    def is_active(self, partner_id: str) -> bool:
        """Whether he is known and active."""
        known = self.by_id.get(partner_id)
        return known is not None and known.status is PartnerStatus.ACTIVE


def accept(known: Iterable[tuple[Partner, bool]]) -> tuple[Partners, tuple[Issue, ...]]:
    """Those that pass, and what is wrong with the others. The flag tells who was accepted by an earlier run.

    Of two with one INN or bank account the accepted one stays, else the earlier `joined_on`, then the smaller id; the
    other is set aside (DUPLICATE_PARTNER). A promo code belongs to the first of its holders in the same order. A parent
    that is unknown or leads in a circle is left out.
    """
    issues: list[Issue] = []
    by_id: dict[str, Partner] = {}
    holders: dict[tuple[str, str], str] = {}
    by_promo: dict[str, str] = {}
    for partner, _ in sorted(known, key=_seniority):
        claims = [("inn", partner.inn), ("bank_account", partner.bank_account)]
        owned = [(column, value) for column, value in claims if value]
        taken = next((claim for claim in owned if claim in holders), None)
        if taken:
            reason = f"has the {_UNIQUE[taken[0]]} of partner {holders[taken]}: keep one of them"
            issues.append(Issue(RecordKind.PARTNER, partner.partner_id, "DUPLICATE_PARTNER", reason, *taken))
            continue
        by_id[partner.partner_id] = partner
        holders.update(dict.fromkeys(owned, partner.partner_id))
        for code in partner.promo_codes:
            owner = by_promo.setdefault(code.casefold(), partner.partner_id)
            if owner != partner.partner_id:
                reason = f"is the promo code of partner {owner} already: give each partner a code of its own"
                issues.append(
                    Issue(RecordKind.PARTNER, partner.partner_id, "PROMO_CODE_TAKEN", reason, "promo_codes", code)
                )
    for partner_id in sorted(by_id):
        issues += _checked_parent(partner_id, by_id)
    return Partners(by_id, by_promo, _group_keys(by_id), _names(by_id.values())), tuple(issues)


def _names(partners: Iterable[Partner]) -> dict[str, str]:
    holders: dict[str, list[str]] = {}
    for partner in partners:
        holders.setdefault(partner.name.strip().casefold(), []).append(partner.partner_id)
    return {name: ids[0] for name, ids in holders.items() if name and len(ids) == 1}


def _seniority(known: tuple[Partner, bool]) -> tuple[bool, date, str]:
    partner, accepted = known
    return not accepted, partner.joined_on or date.max, partner.partner_id


def _checked_parent(partner_id: str, by_id: dict[str, Partner]) -> list[Issue]:
    """Takes away a parent that is unknown or leads back, and says so."""
    parent_id = by_id[partner_id].parent_id
    if parent_id is None:
        return []
    code, reason = "", ""
    if parent_id not in by_id:
        code, reason = "PARENT_UNKNOWN", "is no known partner: correct it or add the partner"
    elif _leads_back(partner_id, by_id):
        code, reason = "PARENT_CYCLE", "leads back to the partner itself: correct one of them"
    if not code:
        return []
    by_id[partner_id] = replace(by_id[partner_id], parent_id=None)
    return [Issue(RecordKind.PARTNER, partner_id, code, reason, "parent_id", parent_id)]


def _group_keys(by_id: Mapping[str, Partner]) -> dict[str, frozenset[str]]:
    """The keys of everyone under the same topmost parent, by partner; parents lead in no circle any more."""
    tops = {partner_id: _top(partner_id, by_id) for partner_id in by_id}
    of_group: dict[str, set[str]] = {top: set() for top in tops.values()}
    for partner_id, top in tops.items():
        partner = by_id[partner_id]
        of_group[top].update(likeness.every_key(_as_client(partner)))
    frozen = {top: frozenset(found) for top, found in of_group.items()}
    return {partner_id: frozen[top] for partner_id, top in tops.items()}


def _as_client(partner: Partner) -> ClientKeys:
    """What a partner would be known by if he were a client."""
    mails, hosts, phones = ((one,) if one else () for one in (partner.email, partner.mail_domain, partner.phone))
    return ClientKeys(inn=partner.inn, domain=partner.domain, email_domains=hosts, emails=mails, phones=phones)


def _top(partner_id: str, by_id: Mapping[str, Partner]) -> str:
    while (above := by_id[partner_id].parent_id) is not None:
        partner_id = above
    return partner_id


def _leads_back(partner_id: str, by_id: Mapping[str, Partner]) -> bool:
    """Whether the partner stands above itself; a circle further up is not its own."""
    passed: set[str] = set()
    above = by_id[partner_id].parent_id
    while above is not None and above in by_id and above not in passed:
        if above == partner_id:
            return True
        passed.add(above)
        above = by_id[above].parent_id
    return False

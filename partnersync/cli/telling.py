"""What is known about a deal, registration, line or partner, as facts and sentences for people and scripts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection as Tx

from partnersync.cli.in_words import ALL, Items, Phrase, Reason, Term
from partnersync.domain import trace
from partnersync.domain.attribution import Evidence
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.incident import Incident
from partnersync.domain.line import Line, LineFacts, LineKind, line_status
from partnersync.domain.partner import Partner
from partnersync.domain.payout import Debt
from partnersync.domain.registration import Protection, RegistrationState, Verdict
from partnersync.domain.ruling import Ruling
from partnersync.domain.say import Say, msgid
from partnersync.domain.value import Money
from partnersync.rules import attribution_words, guard_words, notices, payout_words
from partnersync.rules import explain as words
from partnersync.rules.influence import influence
from partnersync.rules.program import Programme
from partnersync.rules.tiers import NO_TIERS, Tiers
from partnersync.sync import missing, story
from partnersync.sync.considered import Considered, Untaken
from partnersync.sync.publish import moment_text

NO_DEAL = Term(msgid("no deal"))
NOTHING: Mapping[str, Sequence[Ruling]] = {}


class Telling:
    """Explanations as facts, in the program's time zone; their sentences are in the language of `say`."""

    def __init__(
        self,
        programme: Programme,
        as_of: datetime,
        say: Say,
        partners: Mapping[str, Partner],
        tiers: Tiers = NO_TIERS,
        by_people: Mapping[str, Sequence[Ruling]] = NOTHING,
    ) -> None:
        self._programme = programme
        self._zone = programme.zone
        self._as_of = as_of
        self._say = say
        self._partners = partners
        self._tiers = tiers
        self._by_people = by_people
        self._considered = Considered(programme, partners, tiers)
        self._missing: dict[str, tuple[str, ...]] = {}

    def misses(self, tx: Tx, lines: Sequence[story.StatedLine], master: str | None) -> None:
        """Have it told what these lines still miss."""
        self._missing = missing.of_lines(tx, lines, self._programme, self._as_of, master)

    def deal(self, told: story.DealStory) -> dict[str, Any]:
        """A deal: what its CRM says, whom it belongs to and why, its registrations and lines."""
        deal, standing = told.deal, told.standing
        attribution, say = standing.attribution, self._say
        return {
            "deal": deal.ref,
            "client": deal.client.name or "",
            "client_id": standing.client_id,
            "products": ", ".join(deal.products),
            "amount": deal.amount or "",
            "state": deal.state_at(self._as_of),
            "created": deal.created_at.astimezone(self._zone),
            "named_in_the_deal": deal.partner_id or deal.promo_code or deal.utm_source or "",
            "why": [
                *attribution_words.attribution_sentences(attribution, self._zone, say, standing.aside, self._called),
                *words.rule_sentences(told.rule, self._zone, self._say),
            ],
            "evidence": list(self._evidences(standing)),
            "influence": attribution_words.influence_sentences(
                influence(attribution, standing.aside), say, self._called
            ),
            "protection": RegistrationState(standing.protection) if standing.protection else "",
            "protected_until": date.fromisoformat(standing.protected_until) if standing.protected_until else "",
            "registrations_of_the_client": [self.registration(one) for one in told.claims],
            "incidents": [self._incident(one) for one in told.incidents],
            "lines": [self.line(line, facts) for line, facts in told.lines],
            "earned_nothing": [self._untaken(one) for one in self._considered.untaken(told, self._as_of)],
            "deal_to_mend": [f"{code}: {reason}" for ref, code, reason in told.to_mend if ref == deal.ref],
            "payments_to_mend": [": ".join(one) for one in told.to_mend if one[0] != deal.ref],
            "refunds_after_a_payout": list(chain.from_iterable(map(self._debt, told.debts))),
        }

    def registration(self, one: Judged) -> dict[str, Any]:
        """A registration: its verdict in words, where it stands, and by which row."""
        claim = one.registration
        return {
            "registration": claim.registration_id,
            "partner": claim.partner_id,
            "partner_name": self._name(claim.partner_id),
            "client": claim.client.name or "",
            "client_id": one.client_id,
            "submitted": claim.submitted_at.astimezone(self._zone),
            "products": ", ".join(claim.products) or ALL,
            "status": one.state,
            "code": one.verdict.code.value,
            "program_version": one.verdict.program_version,
            "why": [*words.verdict_sentences(one, self._say), *self._later(one)],
            **self._protection(one.protection),
            "related_registration": one.verdict.related_id or "",
            "considered": words.considered_sentences(one.verdict, self._say),
            "at_submission": self._first(one.first) if one.first else {},
            "trace": trace.decode(one.verdict.trace),
        }

    def _later(self, one: Judged) -> list[str]:
        given = self._by_people.get(one.registration.registration_id, ())
        return notices.later_sentences(one, given, self._zone, self._say)

    def _first(self, one: Verdict) -> dict[str, Any]:
        """The verdict at the submission, where R24 or a person decided later."""
        return {
            "code": one.code.value,
            "considered": words.considered_sentences(one, self._say),
            "trace": trace.decode(one.trace),
        }

    def line_of(
        self, stated: tuple[Line, LineFacts], of_deal: story.DealStory | None, sources: Sequence[story.Source]
    ) -> dict[str, Any]:
        """A line with the records behind it, the rules that did not take it, and its deal, if it has one."""
        passed = self._considered.of_line(stated[0], of_deal) if of_deal else []
        return {
            **self.line(*stated),
            "considered": words.sentences(trace.encode(passed), self._say),
            "passed_over": passed,
            "records": [
                Phrase("{} {}" + (" ({}:{})" if one.file else ""), (one.kind, one.ref, one.file, str(one.line)))
                for one in sources
            ],
            "of_the_deal": self.deal(of_deal) if of_deal else {},
        }

    def _untaken(self, one: Untaken) -> dict[str, Any]:
        return {
            "event": Phrase("{}, {}", (one.event_id, one.at.astimezone(self._zone))),
            "amount": one.amount,
            "why": words.sentences(trace.encode(one.steps), self._say),
            "passed_over": one.steps,
        }

    def _name(self, partner_id: str) -> str:
        partner = self._partners.get(partner_id)
        return partner.name if partner else ""

    def _called(self, partner_id: str) -> str:
        """A partner's name with his id, as sentences call him: "First (P-1)"; the id alone where it says the same."""
        name = self._name(partner_id)
        return f"{name} ({partner_id})" if name not in ("", partner_id) else partner_id

    def line(self, line: Line, facts: LineFacts) -> dict[str, Any]:
        """A line: event, rule, version and the arithmetic step by step."""
        return {
            "line": line.line_id,
            "partner": line.partner_id,
            "partner_name": self._name(line.partner_id),
            "event": Phrase("{}, {}", (line.event_id, line.event_time.astimezone(self._zone))),
            "kind": line.kind,
            "program_version": line.program_version,
            "rule": line.rule,
            "base": Phrase("{} ({})", (line.base, Items(line.base_items))) if line.base_items else line.base,
            "amount": line.amount,
            "status": line_status(line.hold_until, facts, self._as_of),
            "reason": Reason(facts.hold_reason or line.reason),
            "missing": "|".join(self._missing.get(line.line_id, ())),
            "still_missing": [
                payout_words.missing_sentence(code, self._say) for code in self._missing.get(line.line_id, ())
            ],
            "reverses": line.reverses,
            "statement": facts.statement_id,
            "arithmetic": words.numbered(words.sentences(line.trace, self._say)),
            "trace": trace.decode(line.trace),
        }

    def partner(self, told: story.PartnerStory) -> dict[str, Any]:
        """A partner: standing, balance, registrations, and what each deal brought."""
        by_deal: dict[str, list[tuple[LineKind, Money, str]]] = {}
        for line, _ in told.lines:
            by_deal.setdefault(line.deal_ref, []).append((line.kind, line.amount, line.line_id))
        one_line = "{} {} ({})"
        return {
            "partner": told.partner.partner_id,
            "name": told.partner.name,
            "kind": told.partner.kind,
            "status": told.partner.status,
            **self._tier(told.partner),
            "balance": list(told.balance),
            "lines": len(told.lines),
            "refunds_after_a_payout": list(chain.from_iterable(map(self._debt, told.debts))),
            "registrations": [self.registration(one) for one in told.claims],
            "deals": [
                Phrase("{}: " + ", ".join([one_line] * len(lines)), (ref or NO_DEAL, *chain.from_iterable(lines)))
                for ref, lines in by_deal.items()
            ],
        }

    def _tier(self, partner: Partner) -> dict[str, Any]:
        """How far he has come by now, and by what, where the program names tiers; else as his record tells."""
        program = self._programme.at(self._as_of)
        if program is None or not program.tiers:
            return {"tier": partner.tier or ""}
        reached = self._tiers.reached(partner.partner_id, program, self._as_of)
        by_what = trace.encode([("tier", reached.name, reached.quarter, reached.base.text())])
        return {"tier": reached.name, "tier_reached": words.sentences(by_what, self._say)}

    def _debt(self, one: Debt) -> list[str]:
        """What a refund after a payout takes back, how far that is, and its arithmetic."""
        program = self._programme.named(one.program_version) or self._programme.versions[0]
        said = payout_words.debt_sentence(one, program.commission.clawback, self._say)
        return [said, *words.numbered(words.sentences(one.trace, self._say))]

    def _protection(self, one: Protection | None) -> dict[str, object]:
        if one is None:
            return {}
        return {
            "protected_from": one.starts_at.astimezone(self._zone),
            "protected_until": one.last_day(self._zone),
            "protection_ended": "" if one.next_look_at else one.ends_at.astimezone(self._zone),
            "protection_ended_by": Reason(one.code),
            "deal_of_the_registration": one.deal_ref or "",
        }

    def _evidences(self, standing: DealStanding) -> Iterator[dict[str, str]]:
        found, aside = standing.attribution, standing.aside
        if found:
            yield self._evidence(found.evidence, "won")
            for lost in found.contradictions:
                yield self._evidence(lost, "flagged" if lost in found.flagged else "contradiction")
            aside = found.considered
        for one in aside:
            yield self._evidence(one.evidence, one.why.value)

    def _evidence(self, one: Evidence, counted: str) -> dict[str, str]:
        return {
            "source": one.source.value,
            "grade": attribution_words.grade(one),
            "partner": one.partner_id,
            "at": moment_text(one.at, self._zone),
            "registration": one.registration_id or "",
            "from": one.origin,
            "counted": counted,
            "actor": one.actor,
            "reason": one.reason,
        }

    def _incident(self, one: Incident) -> dict[str, object]:
        return {
            "incident": one.incident_id,
            "kind": one.kind,
            "found": one.found_at.astimezone(self._zone),
            "status": one.status,
            "what": guard_words.incident_sentence(one, self._say),
            "closed_by": one.closed_by,
            "closed_reason": one.closed_reason,
        }

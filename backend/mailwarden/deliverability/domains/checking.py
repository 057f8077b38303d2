"""One check of a stored domain: what to ask for, the asking itself outside any transaction, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dns.answers import Resolvers
from mailwarden.deliverability.domains.bounded import bounded
from mailwarden.deliverability.domains.hints import includes_of, likely_selectors
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.report import DomainReport, Known, check_domain
from mailwarden.deliverability.domains.rules import Change, is_in_trouble, next_check, settle
from mailwarden.deliverability.domains.selectors import FOUND, added
from mailwarden.deliverability.domains.store import accounts, entered, met
from mailwarden.deliverability.domains.written import (
    of_answer,
    of_result,
    of_standing,
    standing_of,
    storable,
    worth_keeping,
)
from mailwarden.deliverability.news import facts_changed
from mailwarden.deliverability.records.fetching import policy_fetch
from mailwarden.deliverability.records.mta_sts import Fetch
from mailwarden.deliverability.records.verdict import Check, Verdict
from mailwarden.events.record import record
from mailwarden.events.types import EventType

Trigger = Literal["added", "schedule", "verify", "settings"]
LONGEST_S = 25.0
FRESH = "fresh"  # a resolver that remembered nothing of earlier questions


@dataclass(frozen=True, slots=True)
class Plan:
    """``discover``: look for keys at the usual selectors, too."""

    name: str
    selectors: Sequence[str]
    ips: Sequence[str]
    known: Known
    discover: bool = True


async def plan_of(tx: UnitOfWork, row: Domain) -> Plan:
    found = [(provider, number) for provider, number, _ in await accounts(tx, row.org_id)]
    known = Known(met(row), likely_selectors(found), includes_of(provider for provider, _ in found))
    return Plan(row.name, entered(row), [one["address"] for one in row.sending_ips], known)


async def look(rt: Runtime, plan: Plan) -> DomainReport:
    """Up to ``LONGEST_S`` and the time of one page."""
    async with policy_fetch(rt.config.egress_allow) as fetch:
        return await look_through(rt.resolver, plan, fetch)


async def look_through(resolvers: Resolvers, plan: Plan, fetch: Fetch | None) -> DomainReport:
    """``fetch`` None: no page is asked for."""
    async with resolvers.fresh() as dns, bounded(dns, LONGEST_S) as asked:
        return await check_domain(
            asked, plan.name, plan.selectors, plan.ips, discover=plan.discover, known=plan.known, fetch=fetch
        )


async def keep(rt: Runtime, tx: UnitOfWork, row: Domain, report: DomainReport, trigger: Trigger) -> DomainCheck:
    """``row`` is locked. Sets when it is looked at again, and tells what changed."""
    now = rt.clock.now()
    old = {key: standing_of(one) for key, one in row.standing.items()}
    settled, changes = settle(old, report.results, now)
    row.standing = {key: of_standing(one) for key, one in settled.items()}
    row.selectors = _with_met(row, report)
    row.checked_at = now
    if changes or (trigger != "schedule" and is_in_trouble(report.results)):
        row.restless_since = now
    unheard = any(one.verdict is Verdict.UNKNOWN and _was_asked(one.facts) for one in report.results)
    row.next_check_at = next_check(now, row.restless_since, unheard=unheard, spread=rt.rng.random())
    check = _check(row, report, trigger, now)
    tx.session.add(check)
    if changes:
        await record(tx, EventType.DOMAIN_CHANGED, subject_id=row.id, data=_told(row, changes))
    await facts_changed(rt, tx)
    return check


def _was_asked(facts: Any) -> bool:
    """Not knowing any selector is no trouble of the DNS, and asking again soon would not help."""
    return "looked_at" not in facts


def _check(row: Domain, report: DomainReport, trigger: Trigger, now: datetime) -> DomainCheck:
    return DomainCheck(
        org_id=row.org_id,
        domain_id=row.id,
        at=now,
        trigger=trigger,
        resolver=FRESH,
        took_ms=report.took_ms,
        results=[of_result(one) for one in report.results],
        answers=[of_answer(one) for one in worth_keeping(report.answers, [*entered(row), *met(row)])],
        levels=report.levels | {"own_ip": _own_ip(row, report)},
    )


def _own_ip(row: Domain, report: DomainReport) -> bool:
    """Whether reverse DNS is theirs to set; where some of it is missing, whether it is for an address of their own."""
    own = {one["address"] for one in row.sending_ips if not one["shared"]}
    found = {one.part: one.verdict for one in report.results if one.check is Check.FCRDNS and one.part}
    nameless = {part for part, verdict in found.items() if verdict in (Verdict.ABSENT, Verdict.FAULT)}
    return bool(own & (nameless or own))


def _with_met(row: Domain, report: DomainReport) -> list[dict[str, Any]]:
    """A key that was found once is asked for by name from now on, or its end would go unnoticed."""
    return added(row.selectors, (one.part for one in report.results if "found_by" in one.facts), FOUND)


def _told(row: Domain, changes: Sequence[Change]) -> dict[str, Any]:
    said = [
        {"check": one.check, "part": one.part, "name": one.name, "from": one.before, "to": one.after} for one in changes
    ]
    return {"domain_id": format_id("dom", row.id), "domain": row.name, "changes": storable(said)}

"""Looks at what rules watch: after every event that may matter, and every hour. Calls nobody outside."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.accounts.models import Organization
from mailwarden.alerts.distribution import zone_of
from mailwarden.alerts.rule_models import AlertWatch
from mailwarden.alerts.rule_store import rules_of, settings_of
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import Notice, raise_notice
from mailwarden.alerts.sources import SOURCES, Scope
from mailwarden.alerts.watching import words
from mailwarden.alerts.watching.catalogue import SPECS, Rule, RuleKind
from mailwarden.alerts.watching.rules import Outcome, evaluate
from mailwarden.alerts.watching.state import CALM, Change, Phase, State
from mailwarden.billing.gate import access_of
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

EVALUATE = "alert_evaluation"
EVERY = timedelta(hours=1)
COALESCED = timedelta(seconds=15)  # of many events in a row one evaluation follows
TOLD_BY = (
    EventType.CONNECTION_CONNECTED,
    EventType.CONNECTION_RECONNECTED,
    EventType.CONNECTION_RECOVERED,
    EventType.CONNECTION_INACTIVE,
    EventType.CONNECTION_DISCONNECTED,
    EventType.SYNC_FAILED,
    EventType.SYNC_SUCCEEDED,
    EventType.SCORE_CHANGED,
    EventType.BLOCKLIST_LISTED,
    EventType.BLOCKLIST_RELISTED,
    EventType.BLOCKLIST_DELISTED,
    EventType.FIGURES_DEVIATING,
)
RUNS = frozenset({RuleKind.SYNC_FAILURE, RuleKind.DATA_STALE})


async def wake_rules(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """A listener. The first one of an organization begins its schedule."""
    await plan_evaluation(rt, tx, event.org_id)


async def plan_evaluation(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> None:
    await enqueue(tx, EVALUATE, org_id, due_at=rt.clock.now() + COALESCED)


async def evaluate_rules(rt: Runtime, lease: Lease) -> Again | None:
    """In one transaction with the alerts that come of it: a crash leaves either all or nothing."""
    org_id = UUID(lease.key)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        if await tx.session.get(Organization, org_id) is None:
            return None
        if (await access_of(rt, tx, org_id)).may_work:  # else nothing is read, and everything would look stale
            await evaluate_all(rt, tx, org_id)
    return Again(rt.clock.now() + EVERY)


async def evaluate_all(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> None:
    wants, now, zone = await settings_of(tx, org_id), rt.clock.now(), await zone_of(tx, org_id)
    for kind, rule in (await rules_of(tx, org_id)).items():
        if not (wants.enabled and rule.enabled):
            await _rest(tx, org_id, kind)
        elif kind in SOURCES:
            await _evaluate(rt, tx, rule, Scope(org_id, now, now, zone))


async def _rest(tx: UnitOfWork, org_id: UUID, kind: RuleKind) -> None:
    """A rule that is off forgets: switched on again, it looks as if for the first time."""
    await tx.session.execute(delete(AlertWatch).where(AlertWatch.org_id == org_id, AlertWatch.kind == kind))


async def _evaluate(rt: Runtime, tx: UnitOfWork, rule: Rule, scope: Scope) -> None:
    history = await SOURCES[rule.kind](tx, scope)
    asked = select(AlertWatch).where(AlertWatch.org_id == scope.org_id, AlertWatch.kind == rule.kind)
    watches = {row.subject: row for row in await tx.session.scalars(asked)}
    states = {subject: _state(row) for subject, row in watches.items()}
    seen = set()
    for outcome in evaluate(rule, history, scope.until, states):
        seen.add(outcome.subject.key)
        before = states.get(outcome.subject.key, CALM)
        if outcome.state != before:
            watch = watches.get(outcome.subject.key) or _watch(tx, rule, scope.org_id, outcome)
            await _keep(rt, tx, rule, watch, outcome)
    for subject, watch in watches.items():
        if subject not in seen and watch.phase != Phase.CALM and rule.kind not in RUNS:
            await tx.session.delete(watch)  # nobody watches it any more: no news
    await tx.session.flush()


def _state(row: AlertWatch) -> State:
    baseline = Fraction(row.baseline) if row.baseline is not None else None
    return State(Phase(row.phase), baseline, row.mark, row.count, row.opened_on)


def _watch(tx: UnitOfWork, rule: Rule, org_id: UUID, outcome: Outcome) -> AlertWatch:
    row = AlertWatch(
        id=new_id(),
        org_id=org_id,
        kind=rule.kind,
        subject=outcome.subject.key,
        connection_id=outcome.subject.connection_id,
        told={},
    )
    tx.session.add(row)
    return row


async def _keep(rt: Runtime, tx: UnitOfWork, rule: Rule, watch: AlertWatch, outcome: Outcome) -> None:
    state, episode_id = outcome.state, watch.episode_id
    watch.phase, watch.mark, watch.count, watch.opened_on = state.phase, state.mark, state.count, state.opened_on
    watch.baseline = str(state.baseline) if state.baseline is not None else None
    watch.calm_since = outcome.at if state.phase is Phase.CALM else None
    if outcome.change is Change.OPENED:
        watch.episode_id, watch.told = new_id(), card_of(rule, outcome)
        await raise_notice(rt, tx, _opened(rule, watch, outcome))
    elif outcome.change in (Change.RECOVERED, Change.SETTLED) and episode_id is not None:
        await raise_notice(rt, tx, _over(rule, watch, outcome, episode_id))
    if state.phase is Phase.CALM:
        watch.episode_id = None


def _opened(rule: Rule, watch: AlertWatch, outcome: Outcome) -> Notice:
    return Notice(
        org_id=watch.org_id,
        kind=Kind(rule.kind),
        title=words.title(rule.kind, outcome.subject),
        body=words.body(rule, outcome.reading),
        card=watch.told,
        once_by={"episode_id": watch.episode_id or watch.id},
        connection_id=watch.connection_id,
        frequency=rule.frequency,
    )


def _over(rule: Rule, watch: AlertWatch, outcome: Outcome, episode_id: UUID) -> Notice:
    change = outcome.change or Change.RECOVERED
    ended = {"ended_at": outcome.at.isoformat(), "ended_by": change.value}
    return Notice(
        org_id=watch.org_id,
        kind=Kind.RULE_RECOVERED,
        title=words.over_title(rule.kind, change, outcome.subject.label),
        body=words.over_body(rule.kind, change),
        card=watch.told | ended,
        once_by={"episode_id": episode_id},
        connection_id=watch.connection_id,
        frequency=rule.frequency,
    )


def card_of(rule: Rule, outcome: Outcome) -> dict[str, Any]:
    """Everything the alert is made of, as it stood then."""
    reading, spec = outcome.reading, SPECS[rule.kind]
    return {
        "rule": rule.kind.value,
        "rule_label": spec.label,
        "subject": outcome.subject.label,
        "value": _number(reading.value),
        "baseline": _number(reading.baseline),
        "baseline_is": spec.baseline,
        "volume": reading.volume,
        "threshold": float(rule.threshold),
        "unit": spec.unit,
        "minimum_volume": rule.minimum_volume,
        "opened_at": _iso(outcome.at),
        "page": words.PAGES[rule.kind],
    }


def _number(value: Fraction | None) -> float | None:
    return round(float(value), 6) if value is not None else None


def _iso(at: datetime) -> str:
    return at.isoformat()

"""The rules, and what they would have told."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import func, select

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.alerts.distribution import zone_of
from mailwarden.alerts.evaluating import plan_evaluation
from mailwarden.alerts.rule_models import AlertWatch
from mailwarden.alerts.rule_schemas import PreviewOut, RuleIn, RuleOut, RulePreview, RulesIn, RulesOut, WouldHaveFired
from mailwarden.alerts.rule_store import rules_of, save_rules, settings_of
from mailwarden.alerts.sources import SOURCES, Scope
from mailwarden.alerts.watching import words
from mailwarden.alerts.watching.catalogue import SPECS, Rule, describe, number
from mailwarden.alerts.watching.rules import Episode, replay
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Invalid
from mailwarden.core.etag import IfMatch, etag

router = APIRouter(prefix="/v1/alert-rules", tags=["alerts"])
Watcher = Annotated[Caller, Depends(require_read("alerts:read"))]
Previewer = Annotated[Caller, Depends(require_read("alerts:write"))]
Manager = Annotated[Caller, Depends(require("alerts:write"))]
SPAN = timedelta(days=90)
MOST_SHOWN = 100
FINEST = Decimal("0.001")


@router.get("", responses=errors())
async def list_alert_rules(tx: Reader, caller: Watcher, response: Response) -> RulesOut:
    """Every rule there is, as the organization set it."""
    found = await _rules(tx, caller.org_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.put("", responses=errors(412, 428))
async def update_alert_rules(
    caller: Manager, body: RulesIn, version: IfMatch, rt: Rt, tx: Tx, response: Response
) -> RulesOut:
    """What is saved counts from the next evaluation on. A rule that is switched off forgets what it saw."""
    before = await rules_of(tx, caller.org_id)
    rules = [_checked(index, rule) for index, rule in enumerate(body.rules)]
    await save_rules(tx, caller.org_id, version, rules)
    was, now = audit.difference({one.kind: _told(before[one.kind]) for one in rules}, {r.kind: _told(r) for r in rules})
    await audit.record(tx, "alert_rules.changed", audit.Target("alert_rules"), before=was, after=now)
    await plan_evaluation(rt, tx, caller.org_id)
    found = await _rules(tx, caller.org_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.post("/preview", responses=errors())
async def preview_alert_rules(body: RulesIn, rt: Rt, tx: Reader, caller: Previewer) -> PreviewOut:
    """What these rules would have told in the last 90 days, by the same evaluation. Nothing is saved or sent."""
    now = rt.clock.now()
    scope = Scope(caller.org_id, now - SPAN, now, await zone_of(tx, caller.org_id))
    rules = [_checked(index, rule) for index, rule in enumerate(body.rules)]
    return PreviewOut(since=scope.since, until=now, rules=[await _preview(tx, rule, scope) for rule in rules])


async def _preview(tx: UnitOfWork, rule: Rule, scope: Scope) -> RulePreview:
    source = SOURCES.get(rule.kind)
    found: list[Episode] = []
    if source and rule.enabled:  # in a thread: of many accounts it takes a while
        found = await asyncio.to_thread(replay, rule, await source(tx, scope), scope.since, scope.until)
    return RulePreview(
        kind=rule.kind,
        words=describe(rule),
        available=source is not None,
        fired=len(found),
        episodes=[_fired(rule, one) for one in reversed(found[-MOST_SHOWN:])],
    )


def _fired(rule: Rule, one: Episode) -> WouldHaveFired:
    return WouldHaveFired.model_validate(
        {
            "subject": one.subject.label,
            "connection_id": one.subject.connection_id,
            "opened_at": one.opened_at,
            "ended_at": one.ended_at,
            "ended_by": one.ended_by.value if one.ended_by else None,
            "title": words.title(rule.kind, one.subject),
            "body": words.body(rule, one.reading),
        }
    )


async def _rules(tx: UnitOfWork, org_id: UUID) -> RulesOut:
    settings, rules = await settings_of(tx, org_id), await rules_of(tx, org_id)
    asked = select(AlertWatch.kind, func.count()).where(AlertWatch.org_id == org_id, AlertWatch.phase == "open")
    rows = (await tx.session.execute(asked.group_by(AlertWatch.kind))).all()
    counted = {row.kind: int(row[1]) for row in rows}
    return RulesOut.model_validate(
        {
            "enabled": settings.enabled,
            "frequency": settings.frequency,
            "rules": [_out(rule, counted.get(kind, 0)) for kind, rule in rules.items()],
            "version": settings.rules_version,
        }
    )


def _out(rule: Rule, open: int) -> RuleOut:
    spec = SPECS[rule.kind]
    return RuleOut(
        kind=rule.kind,
        label=spec.label,
        enabled=rule.enabled,
        threshold=float(rule.threshold),
        unit=spec.unit,
        unit_words=words.unit_words(rule.kind),
        minimum_volume=rule.minimum_volume,
        frequency=rule.frequency,
        baseline=spec.baseline,
        words=describe(rule),
        default=float(spec.default),
        least=float(spec.least),
        most=float(spec.most),
        step=float(spec.step),
        available=rule.kind in SOURCES,
        open=open,
    )


def _checked(index: int, rule: RuleIn) -> Rule:
    """Raises Invalid for what is outside the rule's bounds."""
    spec, threshold = SPECS[rule.kind], Decimal(str(rule.threshold)).quantize(FINEST)
    whole = spec.step == 1 and threshold != threshold.to_integral_value()
    if not spec.least <= threshold <= spec.most or whole:
        sort = "a whole number" if spec.step == 1 else "a number"
        told = f"Use {sort} from {number(spec.least)} to {number(spec.most)}."
        raise _refusal(f"#/rules/{index}/threshold", told)
    if rule.minimum_volume is not None and spec.volume is None:
        raise _refusal(f"#/rules/{index}/minimum_volume", "This rule counts no messages.")
    volume = rule.minimum_volume or spec.volume
    return Rule(rule.kind, rule.enabled, threshold, volume, rule.frequency)


def _refusal(pointer: str, told: str) -> Invalid:
    return Invalid(
        told, code="rule_out_of_bounds", errors=[{"pointer": pointer, "code": "out_of_bounds", "detail": told}]
    )


def _told(rule: Rule) -> dict[str, object]:
    """For the audit log."""
    return {
        "enabled": rule.enabled,
        "threshold": number(rule.threshold),
        "minimum_volume": rule.minimum_volume,
        "frequency": rule.frequency,
    }

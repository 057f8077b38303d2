"""Settings and rules as stored. An organization that never set anything has the defaults, and no rows."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.alerts.rule_models import AlertRule, AlertSettings
from mailwarden.alerts.watching.catalogue import Rule, RuleKind, default_rule
from mailwarden.core.db import UnitOfWork
from mailwarden.core.etag import stale
from mailwarden.core.ids import new_id


def _defaults(org_id: UUID) -> AlertSettings:
    """As the schema's own; never added to a session."""
    return AlertSettings(
        org_id=org_id,
        enabled=True,
        frequency="instant",
        digest_hour=9,
        email_enabled=True,
        email_on_disconnect=True,
        slack_enabled=False,
        webhook_enabled=False,
        version=1,
        rules_version=1,
    )


async def settings_of(tx: UnitOfWork, org_id: UUID) -> AlertSettings:
    """To read only."""
    row: AlertSettings | None = await tx.session.scalar(select(AlertSettings).where(AlertSettings.org_id == org_id))
    return row or _defaults(org_id)


async def locked_settings(tx: UnitOfWork, org_id: UUID) -> AlertSettings:
    """To change: the row is there, and is this transaction's until its end."""
    row = insert(AlertSettings).values(id=new_id(), org_id=org_id)
    await tx.session.execute(row.on_conflict_do_nothing(index_elements=["org_id"]))
    mine = select(AlertSettings).where(AlertSettings.org_id == org_id).with_for_update()
    return (await tx.session.scalars(mine.execution_options(populate_existing=True))).one()


async def rules_of(tx: UnitOfWork, org_id: UUID) -> dict[RuleKind, Rule]:
    """One of every kind."""
    rows = await tx.session.scalars(select(AlertRule).where(AlertRule.org_id == org_id))
    stored = {row.kind: _rule(row) for row in rows}
    return {kind: stored.get(kind) or default_rule(kind) for kind in RuleKind}


def _rule(row: AlertRule) -> Rule:
    frequency = "daily" if row.frequency == "daily" else "instant" if row.frequency == "instant" else None
    return Rule(RuleKind(row.kind), row.enabled, row.threshold, row.minimum_volume, frequency)  # type: ignore[arg-type]


async def save_rules(tx: UnitOfWork, org_id: UUID, version: int, rules: list[Rule]) -> int:
    """The new version. Raises PreconditionFailed."""
    settings = await locked_settings(tx, org_id)
    if settings.rules_version != version:
        raise stale(settings.rules_version)
    for rule in rules:
        values = {
            "enabled": rule.enabled,
            "threshold": rule.threshold,
            "minimum_volume": rule.minimum_volume,
            "frequency": rule.frequency,
        }
        row = insert(AlertRule).values(id=new_id(), org_id=org_id, kind=rule.kind, **values)
        await tx.session.execute(row.on_conflict_do_update(index_elements=["org_id", "kind"], set_=values))
    settings.rules_version += 1
    await tx.session.flush()
    return settings.rules_version

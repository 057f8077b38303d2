"""The digest: all alerts that wait, in one message a day, and none if none wait."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.alerts.digest_times import last_slot, next_slot
from mailwarden.alerts.distribution import mail, post, recipients, zone_of
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rule_models import AlertDigest, AlertSettings
from mailwarden.alerts.rule_store import settings_of
from mailwarden.alerts.service import ROLES
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime


async def send_digest(rt: Runtime, lease: Lease) -> None:
    """All of it in one transaction with the end of the job: exactly once a day, whatever restarts."""
    org_id = UUID(lease.key)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        await lease.finish(tx, await _digest(rt, tx, org_id))


async def _digest(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> Again | None:
    wants, zone, now = await settings_of(tx, org_id), await zone_of(tx, org_id), rt.clock.now()
    day, at = last_slot(now, zone, wants.digest_hour)
    asked = select(Alert).where(Alert.org_id == org_id, Alert.waits)
    waiting = (await tx.session.scalars(asked.order_by(Alert.created_at).with_for_update())).all()
    if not waiting:
        return None
    later = Again(next_slot(now, zone, wants.digest_hour))
    if waiting[0].created_at > at:  # the hour or the time zone was changed meanwhile: theirs has not come yet
        return later
    row = insert(AlertDigest).values(id=new_id(), org_id=org_id, day=day)
    once = row.on_conflict_do_nothing(index_elements=["org_id", "day"])
    digest_id: UUID | None = await tx.session.scalar(once.returning(AlertDigest.id))
    if digest_id is None:  # that day has had its message
        return later
    await _tell(rt, tx, wants, digest_id, waiting)
    return None


async def _tell(rt: Runtime, tx: UnitOfWork, wants: AlertSettings, digest_id: UUID, waiting: Sequence[Alert]) -> None:
    mine = update(Alert).where(Alert.org_id == wants.org_id, Alert.id.in_([alert.id for alert in waiting]))
    await tx.session.execute(mine.values(waits=False, digest_id=digest_id))
    people = await recipients(tx, wants, ROLES) if wants.email_enabled else []
    await mail(rt, tx, wants.org_id, people, digest_id=digest_id)
    await post(tx, wants, digest_id=digest_id)

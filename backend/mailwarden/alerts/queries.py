from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_, update

from mailwarden.accounts.models import Membership, User
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.schemas import AlertQuery
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import NotFound
from mailwarden.events.models import Event
from mailwarden.events.types import EventType


def alerts_asked(org_id: UUID, page: AlertQuery) -> Select[Alert]:
    """All that ``page`` filters, in no order."""
    asked = select(Alert).where(Alert.org_id == org_id)
    if page.kind is not None:
        asked = asked.where(Alert.kind == page.kind)
    if page.unread is not None:
        asked = asked.where(Alert.read_at.is_(None) if page.unread else Alert.read_at.is_not(None))
    return asked


async def list_alerts(
    tx: UnitOfWork, org_id: UUID, page: AlertQuery, after: tuple[datetime, UUID] | None
) -> Sequence[Alert]:
    """Newest first, one more than the page holds."""
    asked = alerts_asked(org_id, page)
    if after is not None:
        asked = asked.where(tuple_(Alert.created_at, Alert.id) < after)
    return (
        await tx.session.scalars(asked.order_by(Alert.created_at.desc(), Alert.id.desc()).limit(page.limit + 1))
    ).all()


async def mailed_to(tx: UnitOfWork, org_id: UUID, alert_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """By alert: the addresses whose copy was surely handed over."""
    asked = select(AlertMail.alert_id, AlertMail.recipient).where(
        AlertMail.org_id == org_id, AlertMail.alert_id.in_(alert_ids), AlertMail.state == "sent"
    )
    found: dict[UUID, list[str]] = {}
    for alert_id, recipient in await tx.session.execute(asked.order_by(AlertMail.recipient)):
        if alert_id is not None:
            found.setdefault(alert_id, []).append(recipient)
    return found


async def count_unread(tx: UnitOfWork, org_id: UUID) -> int:
    asked = select(func.count()).select_from(Alert).where(Alert.org_id == org_id, Alert.read_at.is_(None))
    return (await tx.session.scalars(asked)).one()


async def mark_read(tx: UnitOfWork, org_id: UUID, alert_id: UUID) -> Alert:
    """The first reading counts. Raises NotFound."""
    change = update(Alert).where(Alert.org_id == org_id, Alert.id == alert_id)
    change = change.values(read_at=func.coalesce(Alert.read_at, app_now()))
    found: Alert | None = await tx.session.scalar(change.returning(Alert))
    if found is None:
        raise NotFound("There is no such alert.")
    return found


async def mark_all_read(tx: UnitOfWork, org_id: UUID) -> None:
    change = update(Alert).where(Alert.org_id == org_id, Alert.read_at.is_(None))
    await tx.session.execute(change.values(read_at=app_now()))


async def find_alert(tx: UnitOfWork, org_id: UUID, kind: str, episode_id: UUID) -> Alert | None:
    asked = select(Alert).where(Alert.org_id == org_id, Alert.kind == kind, Alert.episode_id == episode_id)
    return await tx.session.scalar(asked)


async def verdict_of(tx: UnitOfWork, org_id: UUID, episode_id: UUID) -> Event | None:
    """The fact that declared the episode's connection dead, whether or not it was told yet."""
    asked = select(Event).where(
        Event.org_id == org_id, Event.subject_id == episode_id, Event.type == EventType.CONNECTION_INACTIVE
    )
    return await tx.session.scalar(asked.order_by(Event.sequence).limit(1))


async def people_to_tell(tx: UnitOfWork, org_id: UUID, roles: Sequence[str]) -> list[str]:
    """Addresses of those who can act. One that was never proved may be a stranger's."""
    asked = select(User.email).join(Membership, Membership.user_id == User.id)
    able = (Membership.role.in_(roles), User.email_verified_at.is_not(None))
    return list(await tx.session.scalars(asked.where(Membership.org_id == org_id, *able).order_by(User.email)))


async def alerts_of(tx: UnitOfWork, org_id: UUID, digest_id: UUID) -> Sequence[Alert]:
    """What a digest tells, oldest first."""
    mine = select(Alert).where(Alert.org_id == org_id, Alert.digest_id == digest_id)
    return (await tx.session.scalars(mine.order_by(Alert.created_at, Alert.id))).all()

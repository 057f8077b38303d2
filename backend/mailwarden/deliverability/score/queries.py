from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailwarden.deliverability.score.models import ACCOUNT, ScoreSnapshot


async def latest_snapshot(
    session: AsyncSession, org_id: UUID, domain: str = ACCOUNT, *, upto: date | None = None
) -> ScoreSnapshot | None:
    """Of ``upto`` or before."""
    asked = select(ScoreSnapshot).where(ScoreSnapshot.org_id == org_id, ScoreSnapshot.domain == domain)
    if upto is not None:
        asked = asked.where(ScoreSnapshot.day <= upto)
    return await session.scalar(asked.order_by(ScoreSnapshot.day.desc()).limit(1))


async def snapshots(
    session: AsyncSession,
    org_id: UUID,
    domain: str = ACCOUNT,
    *,
    first: date | None = None,
    last: date | None = None,
    limit: int | None = None,
) -> Sequence[ScoreSnapshot]:
    """Newest first, both days included: what alert rules compare, and what the history shows."""
    asked = select(ScoreSnapshot).where(ScoreSnapshot.org_id == org_id, ScoreSnapshot.domain == domain)
    if first is not None:
        asked = asked.where(ScoreSnapshot.day >= first)
    if last is not None:
        asked = asked.where(ScoreSnapshot.day <= last)
    return (await session.scalars(asked.order_by(ScoreSnapshot.day.desc()).limit(limit))).all()

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from mailwarden.accounts.caller import StatusReader
from mailwarden.connections.incident_texts import incident_out
from mailwarden.connections.models import Incident
from mailwarden.connections.present import cause_title, provider_label
from mailwarden.connections.queries import seen_by
from mailwarden.connections.schemas import IncidentOut
from mailwarden.connections.views import MISCONFIGURED, service_status
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.status.measure import LATEST
from mailwarden.status.models import ServiceFigures
from mailwarden.status.rules import DAYS
from mailwarden.status.schemas import Measured, ServiceStatus

router = APIRouter(prefix="/v1/status", tags=["status"])
MOST_INCIDENTS = 50


@router.get("", responses=errors())
async def get_service_status(rt: Rt, tx: Reader, _: StatusReader) -> ServiceStatus:
    """Incidents at providers, our own misconfiguration, the refresh scheduler, and the figures of the last 30 days."""
    now = await service_status(rt, tx)
    return ServiceStatus(**dict(now), measured=await _measured(tx), recent_incidents=await _recent(rt, tx))


async def _measured(tx: UnitOfWork) -> Measured | None:
    row = await tx.session.get(ServiceFigures, LATEST)
    if row is None:
        return None
    found: dict[str, Any] = row.figures
    providers = [{**one, "label": provider_label(one["provider"])} for one in found["providers"]]
    causes = [{**one, "title": cause_title(one["provider"], one["cause"])} for one in found["causes"]]
    return Measured(**{**found, "measured_at": row.measured_at, "providers": providers, "causes": causes})


async def _recent(rt: Runtime, tx: UnitOfWork) -> list[IncidentOut]:
    since = rt.clock.now() - timedelta(days=DAYS)
    told = seen_by(tx.org_id)
    asked = select(Incident).where(Incident.started_at > since, Incident.kind != MISCONFIGURED, told)
    rows = await tx.session.scalars(asked.order_by(Incident.started_at.desc()).limit(MOST_INCIDENTS))
    return [incident_out(row) for row in rows]

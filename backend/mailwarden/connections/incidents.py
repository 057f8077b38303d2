"""Many connections of one provider failing alike: the provider or our app, not the customers."""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.connections.models import CallOutcome, Connection, Incident
from mailwarden.connections.queries import open_incident, open_incidents
from mailwarden.connections.rules import is_alike
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Misconfigured

log = logging.getLogger(__name__)

REFUSED, UNAVAILABLE, RATE_LIMITED = "refused", "unavailable", "rate_limited"
MISCONFIGURED = "misconfigured"
TRIAL_EVERY_S = 60
CONSENT_ONLY = "consent_only"  # in the detail of a misconfiguration that hinders new consents, but no refresh
CONSENT_SILENT = timedelta(days=1)  # after so long without another refusal it is no longer claimed


async def note_outcome(tx: UnitOfWork, row: Connection, failure: str | None) -> None:
    """The connection's latest word, which the guard counts."""
    failed_at = app_now() if failure else None
    values = {"at": app_now(), "failed_at": failed_at, "failure": failure}
    first = insert(CallOutcome).values(
        id=new_id(), org_id=row.org_id, connection_id=row.id, provider=row.provider, **values
    )
    await tx.session.execute(first.on_conflict_do_update(index_elements=["connection_id"], set_=values))


async def watch(rt: Runtime, tx: UnitOfWork, provider: str, failure: str) -> None:
    """After a failure: is it one of many alike?"""
    seen = await _window(rt, tx, provider)
    if is_alike(seen[failure], seen["tried"]):
        await _open(tx, provider, failure, failing=seen[failure], tried=seen["tried"])


async def settle(rt: Runtime, tx: UnitOfWork, provider: str) -> None:
    """Ends the provider's incident once they no longer fail alike. One of our own ends with a good answer."""
    incident = await open_incident(tx, provider, ours=False)
    if incident is None:
        return
    seen = await _window(rt, tx, provider)
    if not is_alike(seen[incident.kind], seen["tried"]):
        await _end(tx, incident)


async def is_withheld(tx: UnitOfWork, provider: str) -> bool:
    """No verdict is given while the provider or our app is in trouble."""
    return any(one.provider == provider and not one.detail.get(CONSENT_ONLY) for one in await open_incidents(tx))


async def last_end(tx: UnitOfWork, provider: str) -> datetime | None:
    """What was refused before it proves nothing of a single connection."""
    ended = select(func.max(Incident.ended_at)).where(Incident.provider == provider, Incident.kind != MISCONFIGURED)
    return await tx.session.scalar(ended)


async def _window(rt: Runtime, tx: UnitOfWork, provider: str) -> dict[str, int]:
    since = rt.clock.now() - timedelta(seconds=rt.config.timing.incident_window_s)
    asked = text("SELECT * FROM provider_window(:provider, :since)")
    row = (await tx.session.execute(asked, {"provider": provider, "since": since})).mappings().one()
    return {name: int(count) for name, count in row.items()}


async def _open(tx: UnitOfWork, provider: str, kind: str, *, failing: int, tried: int, **detail: Any) -> bool:
    """False: one is open already."""
    row = insert(Incident).values(
        id=new_id(), provider=provider, kind=kind, failing=failing, tried=tried, detail=detail
    )
    opened = (await tx.session.execute(row.on_conflict_do_nothing().returning(Incident.id))).first() is not None
    if opened:
        log.error("incident opened", extra={"provider": provider, "kind": kind, "failing": failing, "tried": tried})
    return opened


async def _end(tx: UnitOfWork, incident: Incident) -> None:
    ended = update(Incident).where(Incident.id == incident.id, Incident.ended_at.is_(None))
    await tx.session.execute(ended.values(ended_at=app_now()))
    log.warning("incident ended", extra={"provider": incident.provider, "kind": incident.kind})


async def open_breaker(rt: Runtime, provider: str, error: Misconfigured) -> None:
    """Our client id or secret is refused: tell the operator, touch no connection, ask only now and then."""
    async with unit_of_work(rt.sessions) as tx:
        told = _told(rt, error)
        if not await _open(tx, provider, MISCONFIGURED, failing=0, tried=0, **told):
            incident = await open_incident(tx, provider, ours=True)
            if incident is not None and incident.detail.get(CONSENT_ONLY):
                await _describe(tx, incident, told)


async def report_redirect_fault(rt: Runtime, provider: str, error: Misconfigured) -> None:
    """Our redirect URI is not registered: nobody can connect, but what is connected goes on being refreshed."""
    async with unit_of_work(rt.sessions) as tx:
        told = _told(rt, error) | {CONSENT_ONLY: True}
        if not await _open(tx, provider, MISCONFIGURED, failing=0, tried=0, **told):
            incident = await open_incident(tx, provider, ours=True)
            if incident is not None and incident.detail.get(CONSENT_ONLY):
                await _describe(tx, incident, told)


async def _describe(tx: UnitOfWork, incident: Incident, detail: dict[str, Any]) -> None:
    same = update(Incident).where(Incident.id == incident.id, Incident.ended_at.is_(None))
    await tx.session.execute(same.values(detail=detail))


def _told(rt: Runtime, error: Misconfigured) -> dict[str, Any]:
    said = error.evidence
    return {
        "expected": error.expected,
        "actual": error.actual,
        "provider_code": said.provider_code,
        "message": said.message,
        "operation": said.operation,
        "seen_at": rt.clock.now().isoformat(),
        "next_trial_at": _trial_at(rt),
    }


def _trial_at(rt: Runtime) -> str:
    return (rt.clock.now() + timedelta(seconds=TRIAL_EVERY_S)).isoformat()


async def close_breaker(rt: Runtime, provider: str, *, consent: bool = False) -> None:
    """A token endpoint took our client's credentials. ``consent``: and the redirect URI of an exchange."""
    async with unit_of_work(rt.sessions) as tx:
        incident = await open_incident(tx, provider, ours=True)
        if incident is not None and (consent or not incident.detail.get(CONSENT_ONLY)):
            await _end(tx, incident)


async def may_try(rt: Runtime, provider: str) -> bool:
    """False while the breaker is open, save for one trial a minute, whoever comes first."""
    async with unit_of_work(rt.sessions) as tx:
        incident = await open_incident(tx, provider, ours=True)
        if incident is None or incident.detail.get(CONSENT_ONLY):
            return True
        due = datetime.fromisoformat(incident.detail["next_trial_at"])
        if rt.clock.now() < due:
            return False
        following = incident.detail | {"next_trial_at": _trial_at(rt)}
        mine = update(Incident).where(Incident.id == incident.id, Incident.detail == incident.detail)
        won = await tx.session.execute(mine.values(detail=following).returning(Incident.id))
        return won.first() is not None


async def watch_incidents(rt: Runtime, providers: list[str]) -> None:
    """Also when nobody succeeds: a window in which nothing failed ends an incident."""
    async with unit_of_work(rt.sessions) as tx:
        for provider in providers:
            await settle(rt, tx, provider)
            await _forget_old_redirect_fault(rt, tx, provider)


async def _forget_old_redirect_fault(rt: Runtime, tx: UnitOfWork, provider: str) -> None:
    """Only a new consent can prove it mended, and nobody may want one for months."""
    incident = await open_incident(tx, provider, ours=True)
    if incident is None or not incident.detail.get(CONSENT_ONLY):
        return
    if rt.clock.now() - datetime.fromisoformat(incident.detail["seen_at"]) > CONSENT_SILENT:
        await _end(tx, incident)

"""Many connections of one provider failing alike: the provider or our app, not the customers."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.connections.mail_servers import server_of
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
LOGIN_ROUND = timedelta(minutes=6)  # a refused mailbox is asked again every five, so its last word is so old
LONGEST_AT_A_SERVER = timedelta(days=1)
CONSENT_ONLY = "consent_only"  # in the detail of a misconfiguration that hinders new consents, but no refresh
CONSENT_SILENT = timedelta(days=1)  # after so long without another refusal it is no longer claimed


@dataclass(frozen=True, slots=True)
class Place:
    """What fails as one: a provider, or one of the many mail servers that people sign in to by password."""

    provider: str
    host: str = ""


def place_of(row: Connection) -> Place:
    return Place(row.provider, server_of(row))


async def note_outcome(tx: UnitOfWork, row: Connection, failure: str | None) -> None:
    """The connection's latest word, which the guard counts."""
    failed_at = app_now() if failure else None
    values = {"at": app_now(), "failed_at": failed_at, "failure": failure}
    first = insert(CallOutcome).values(
        id=new_id(), org_id=row.org_id, connection_id=row.id, provider=row.provider, host=server_of(row), **values
    )
    await tx.session.execute(first.on_conflict_do_update(index_elements=["connection_id"], set_=values))


async def watch(rt: Runtime, tx: UnitOfWork, place: Place, failure: str) -> None:
    """After a failure: is it one of many alike?"""
    seen = await _window(rt, tx, place)
    if is_alike(seen[failure], seen["tried"]):
        await _open(tx, place, failure, failing=seen[failure], tried=seen["tried"])


async def settle(rt: Runtime, tx: UnitOfWork, place: Place) -> None:
    """Ends the provider's incident once they no longer fail alike. One of our own ends with a good answer."""
    incident = await open_incident(tx, place.provider, ours=False, host=place.host)
    if incident is None:
        return
    seen = await _window(rt, tx, place, longer=LOGIN_ROUND if place.host else timedelta())
    if not is_alike(seen[incident.kind], seen["tried"]):
        await _end(tx, incident)


async def is_withheld(rt: Runtime, tx: UnitOfWork, place: Place) -> bool:
    """No verdict is given while the provider or our app is in trouble."""
    now = rt.clock.now()
    return any(_of(one) == place and _withholds(one, now) for one in await open_incidents(tx))


def _withholds(incident: Incident, now: datetime) -> bool:
    """One customer may own a mail server, and every password of it be truly dead: a day later that is no trouble."""
    if incident.host:
        return now - incident.started_at < LONGEST_AT_A_SERVER
    return not incident.detail.get(CONSENT_ONLY)


def _of(incident: Incident) -> Place:
    return Place(incident.provider, incident.host)


async def last_end(tx: UnitOfWork, place: Place) -> datetime | None:
    """What was refused before it proves nothing of a single connection."""
    there = (Incident.provider == place.provider) & (Incident.host == place.host)
    return await tx.session.scalar(select(func.max(Incident.ended_at)).where(there, Incident.kind != MISCONFIGURED))


async def _window(rt: Runtime, tx: UnitOfWork, place: Place, longer: timedelta = timedelta()) -> dict[str, int]:
    since = rt.clock.now() - timedelta(seconds=rt.config.timing.incident_window_s) - longer
    asked = text("SELECT * FROM provider_window(:provider, :host, :since)")
    where = {"provider": place.provider, "host": place.host, "since": since}
    row = (await tx.session.execute(asked, where)).mappings().one()
    return {name: int(count) for name, count in row.items()}


async def _open(tx: UnitOfWork, place: Place, kind: str, *, failing: int, tried: int, **detail: Any) -> bool:
    """False: one is open already."""
    found = {"provider": place.provider, "host": place.host, "kind": kind, "failing": failing, "tried": tried}
    row = insert(Incident).values(id=new_id(), **found, detail=detail)
    opened = (await tx.session.execute(row.on_conflict_do_nothing().returning(Incident.id))).first() is not None
    if opened:
        log.error("incident opened", extra=found)
    return opened


async def _end(tx: UnitOfWork, incident: Incident) -> None:
    ended = update(Incident).where(Incident.id == incident.id, Incident.ended_at.is_(None))
    await tx.session.execute(ended.values(ended_at=app_now()))
    log.warning("incident ended", extra={"provider": incident.provider, "host": incident.host, "kind": incident.kind})


async def open_breaker(rt: Runtime, provider: str, error: Misconfigured) -> None:
    """Our client id or secret is refused: tell the operator, touch no connection, ask only now and then."""
    async with unit_of_work(rt.sessions) as tx:
        told = _told(rt, error)
        if not await _open(tx, Place(provider), MISCONFIGURED, failing=0, tried=0, **told):
            incident = await open_incident(tx, provider, ours=True)
            if incident is not None and incident.detail.get(CONSENT_ONLY):
                await _describe(tx, incident, told)


async def report_redirect_fault(rt: Runtime, provider: str, error: Misconfigured) -> None:
    """Our redirect URI is not registered: nobody can connect, but what is connected goes on being refreshed."""
    async with unit_of_work(rt.sessions) as tx:
        told = _told(rt, error) | {CONSENT_ONLY: True}
        if not await _open(tx, Place(provider), MISCONFIGURED, failing=0, tried=0, **told):
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


async def watch_incidents(rt: Runtime) -> None:
    """Also when nobody succeeds: a window in which nothing failed ends an incident."""
    async with unit_of_work(rt.sessions) as tx:
        for incident in await open_incidents(tx):
            if incident.kind == MISCONFIGURED:
                await _forget_old_redirect_fault(rt, tx, incident)
            else:
                await settle(rt, tx, _of(incident))


async def _forget_old_redirect_fault(rt: Runtime, tx: UnitOfWork, incident: Incident) -> None:
    """Only a new consent can prove it mended, and nobody may want one for months."""
    if not incident.detail.get(CONSENT_ONLY):
        return
    if rt.clock.now() - datetime.fromisoformat(incident.detail["seen_at"]) > CONSENT_SILENT:
        await _end(tx, incident)

"""What a provider's own journal says of uninstalls: a signal, which the check then confirms."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import null, select, text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.connections.health import suspect
from mailwarden.connections.models import JournalPosition
from mailwarden.connections.our_app import our_app
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.transitions import VERIFY
from mailwarden.core.db import UnitOfWork, app_now, reader, unit_of_work
from mailwarden.core.egress import EgressGuard
from mailwarden.core.http import build_http
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Cause, Evidence, ProviderError, RateLimited, Signal, Unavailable
from mailwarden.providers.catalog import load
from mailwarden.providers.journal import Uninstall, UninstallJournal

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=5)
MOST_PAGES = 200
SKEW = timedelta(seconds=5)


async def read_uninstalls(rt: Runtime, provider: str, *, since: datetime | None = None) -> None:
    """Everything new since the last reading. Trouble with the journal is never a connection's trouble.

    A reading of a moment ago will do, unless it came before ``since``.
    """
    position = await _position(rt, provider)
    if position is not None and _is_fresh(rt, position, since):
        return
    try:
        async with build_http(guard=EgressGuard(allow=rt.config.egress_allow)) as downloads:
            await _read(rt, provider, position, downloads)
    except ProviderError as exc:
        await _cannot_read(rt, provider, position, exc)


def _is_fresh(rt: Runtime, position: JournalPosition, since: datetime | None) -> bool:
    if position.read_at is None or rt.clock.now() - position.read_at >= FRESH:
        return False
    return since is None or position.read_at >= since


async def _cannot_read(rt: Runtime, provider: str, position: JournalPosition | None, exc: ProviderError) -> None:
    """What waiting cannot mend is the operator's: said once in the log, and on the status page until it is read again.

    It opens no incident: connections, their refreshes and verdicts go on without the journal.
    """
    said = exc.evidence.as_json()
    log.warning("the uninstall journal cannot be read", extra={"provider": provider, "evidence": said})
    if isinstance(exc, Unavailable | RateLimited):
        return
    if position is None or position.trouble is None:
        log.error("our app may not read the uninstall journal; check its scopes", extra={"provider": provider})
    row = insert(JournalPosition).values(provider=provider, trouble=said)
    async with unit_of_work(rt.sessions) as tx:
        await tx.session.execute(row.on_conflict_do_update(index_elements=["provider"], set_={"trouble": said}))


async def was_read_since(tx: UnitOfWork, provider: str, since: datetime | None) -> bool:
    """Only then does its silence say anything."""
    read_at = await tx.session.scalar(select(JournalPosition.read_at).where(JournalPosition.provider == provider))
    return read_at is not None and since is not None and read_at >= since


async def _read(rt: Runtime, provider: str, position: JournalPosition | None, downloads: httpx.AsyncClient) -> None:
    journal = UninstallJournal(our_app(rt, provider), downloads)
    if _subscription_is_doubtful(rt, position):
        await journal.subscribe()
    offset = position.position if position else None
    for _ in range(MOST_PAGES):
        page = await journal.read(offset)
        if page is None:
            break
        for uninstall in page.uninstalls:
            await _tell(rt, provider, uninstall)
        offset = page.offset
        await _remember(rt, provider, offset)
    await _remember(rt, provider, offset)


def _subscription_is_doubtful(rt: Runtime, position: JournalPosition | None) -> bool:
    """Asked for again every hour: whoever changes our app at the provider begins without one."""
    now = rt.clock.now()
    if position is None or position.read_at is None:
        return True
    return (position.read_at.date(), position.read_at.hour) != (now.date(), now.hour)


async def _position(rt: Runtime, provider: str) -> JournalPosition | None:
    async with reader(rt.sessions) as tx:
        return await tx.session.scalar(select(JournalPosition).where(JournalPosition.provider == provider))


async def _remember(rt: Runtime, provider: str, offset: str | None) -> None:
    values = {"position": offset, "read_at": app_now(), "trouble": null()}  # not the null of JSON
    row = insert(JournalPosition).values(provider=provider, **values)
    async with unit_of_work(rt.sessions) as tx:
        await tx.session.execute(row.on_conflict_do_update(index_elements=["provider"], set_=values))


async def _tell(rt: Runtime, provider: str, uninstall: Uninstall) -> None:
    asked = text("SELECT connection_id, org_id FROM find_connections_of_account(:provider, :account)")
    async with reader(rt.sessions) as tx:
        found = (await tx.session.execute(asked, {"provider": provider, "account": uninstall.account})).all()
    for connection_id, org_id in found:
        await _suspect(rt, org_id, connection_id, uninstall)


async def _suspect(rt: Runtime, org_id: UUID, connection_id: UUID, uninstall: Uninstall) -> None:
    """A grant that was used after the uninstall was given after it, so the news is old."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        row = await find_connection(tx, org_id, connection_id, lock=True)
        if row is None or row.status in (Status.DISCONNECTED, Status.CONNECTING):
            return
        credential = await get_credential(tx, org_id, connection_id)
        if uninstall.occurred_at is not None and credential.issued_at > uninstall.occurred_at + SKEW:
            return
        said = _evidence(rt, row.provider, uninstall.occurred_at)
        await suspect(rt, tx, row, said, Cause.APP_UNINSTALLED, Actor.PROVIDER_SIGNAL)
        if row.status == Status.VERIFYING:
            await enqueue(tx, VERIFY, row.id)


def _evidence(rt: Runtime, provider: str, at: datetime | None) -> Evidence:
    spec = load()[provider]
    path = spec.uninstall_journal.journal_path if spec.uninstall_journal else ""
    host = httpx.URL(rt.config.providers[provider].api_base or spec.api.base).host
    when = f" at {at.isoformat(timespec='seconds')}" if at else ""
    message = f"the provider's journal: app uninstalled{when}"
    return Evidence(Signal.PROVIDER_SIGNAL, "journal", "GET", path, host, 200, "APP_UNINSTALL", message)

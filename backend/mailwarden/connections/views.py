"""What the reading routes answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from mailwarden.connections import queries
from mailwarden.connections.attempts import attempt_out
from mailwarden.connections.incident_texts import incident_out, misconfiguration, unreadable_journal
from mailwarden.connections.models import Connection, Incident
from mailwarden.connections.our_app import is_offered
from mailwarden.connections.present import connection_out, receipt_out, transition_out
from mailwarden.connections.retest_models import Retest
from mailwarden.connections.schemas import (
    AttemptOut,
    ConnectionOut,
    IntegrationList,
    IntegrationOut,
    ReceiptOut,
    RetestList,
    RetestOut,
    ScopeOut,
    ServiceStatus,
    TransitionOut,
)
from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import ProviderSpec, load

MOST_SHOWN = 1000  # /v1/connections pages through all of them
PASSWORD_NOTE = "The password is kept encrypted, and is sent to your mail servers only."  # noqa: S105
SCHEDULER_SILENT = timedelta(seconds=60)
MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """The query of the callback, as the browser brought it."""

    state: str | None
    code: str | None
    error: str | None
    error_description: str | None
    iss: str | None


async def list_integrations(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> IntegrationList:
    episodes = await queries.open_episodes(tx, org_id)
    shown = await queries.list_shown(tx, org_id, MOST_SHOWN)
    rows = sorted(shown, key=lambda row: (row.created_at, row.id))
    totals = await queries.count_by_provider(tx, org_id)
    wrong = {i.provider: i for i in await queries.open_incidents(tx) if i.kind == MISCONFIGURED}
    cards = []
    for name, spec in load().items():
        mine = [connection_out(row, episodes.get(row.id)) for row in rows if row.provider == name]
        cards.append(_integration(rt, spec, mine, totals.get(name, 0), wrong.get(name)))
    return IntegrationList(data=cards)


def _integration(
    rt: Runtime, spec: ProviderSpec, connections: list[ConnectionOut], total: int, wrong: Incident | None
) -> IntegrationOut:
    return IntegrationOut(
        provider=spec.name,
        label=spec.label,
        description=_description(spec),
        capabilities=sorted(spec.capabilities),
        configured=is_offered(rt, spec.name),
        misconfigured=misconfiguration(wrong).detail if wrong else None,
        scopes=_scopes(spec),
        consent_note=spec.oauth.consent_note if spec.oauth else PASSWORD_NOTE,
        connections=connections,
        connections_total=total,
    )


def _scopes(spec: ProviderSpec) -> list[ScopeOut]:
    asked = spec.oauth.scopes if spec.oauth else ()
    return [ScopeOut(name=one.name, required=one.required, why=one.why) for one in asked]


def _description(spec: ProviderSpec) -> str:
    if "campaigns" in spec.capabilities:
        return f"Syncs your e-mail campaigns and their figures from {spec.label}."
    return f"Sends from a mailbox at {spec.label}." if spec.oauth else "Sends from any mailbox, by its password."


async def describe(tx: UnitOfWork, row: Connection) -> ConnectionOut:
    return connection_out(row, await queries.open_episode(tx, row.org_id, row.id))


async def list_connections(rt: Runtime, tx: UnitOfWork, org_id: UUID, page: PageQuery) -> Page[ConnectionOut]:
    after = _position(rt, org_id, "connections", page)
    rows = list(await queries.list_connections(tx, org_id, page.limit + 1, after))
    episodes = await queries.open_episodes(tx, org_id)
    shown = rows[: page.limit]
    following = _cursor(rt, org_id, "connections", rows, page.limit)
    out = [connection_out(row, episodes.get(row.id)) for row in shown]
    return Page(data=out, has_more=following is not None, next_cursor=following)


async def list_history(rt: Runtime, tx: UnitOfWork, row: Connection, page: PageQuery) -> Page[TransitionOut]:
    scope = f"history:{row.id}"
    after = _position(rt, row.org_id, scope, page)
    found = list(await queries.list_transitions(tx, row.org_id, row.id, page, after))
    following = None
    if len(found) > page.limit:
        last = found[page.limit - 1][0]
        following = rt.cursors.encode(row.org_id, scope, [last.at.isoformat(), str(last.id)])
    out = [transition_out(one, row.provider, name) for one, name in found[: page.limit]]
    return Page(data=out, has_more=following is not None, next_cursor=following)


async def list_receipts(rt: Runtime, tx: UnitOfWork, row: Connection, page: PageQuery) -> Page[ReceiptOut]:
    scope = f"receipts:{row.id}"
    after = _position(rt, row.org_id, scope, page)
    rows = list(await queries.list_receipts(tx, row.org_id, row.id, page, after))
    following = _cursor(rt, row.org_id, scope, rows, page.limit)
    out = [receipt_out(one) for one in rows[: page.limit]]
    return Page(data=out, has_more=following is not None, next_cursor=following)


async def get_attempt(rt: Runtime, tx: UnitOfWork, org_id: UUID, attempt_id: UUID) -> AttemptOut:
    return attempt_out(rt, await queries.get_attempt(tx, org_id, attempt_id))


async def service_status(rt: Runtime, tx: UnitOfWork) -> ServiceStatus:
    incidents = await queries.incidents_for(tx)
    journals = [unreadable_journal(one) for one in await queries.unreadable_journals(tx)]
    seen: datetime | None = await tx.session.scalar(text("SELECT max(last_claim_at) FROM worker_heartbeats"))
    return ServiceStatus(
        incidents=[incident_out(one) for one in incidents if one.kind != MISCONFIGURED],
        misconfigurations=[misconfiguration(one) for one in incidents if one.kind == MISCONFIGURED] + journals,
        refresh_scheduler_alive=seen is not None and rt.clock.now() - seen < SCHEDULER_SILENT,
        refresh_scheduler_seen_at=seen,
    )


def _position(rt: Runtime, org_id: UUID, scope: str, page: PageQuery) -> tuple[datetime, UUID] | None:
    if page.cursor is None:
        return None
    at, row_id = rt.cursors.decode(org_id, scope, page.cursor)
    return datetime.fromisoformat(at), UUID(row_id)


def _cursor(rt: Runtime, org_id: UUID, scope: str, rows: list, limit: int) -> str | None:  # type: ignore[type-arg]
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return rt.cursors.encode(org_id, scope, [last.created_at.isoformat(), str(last.id)])


async def list_retests(tx: UnitOfWork, org_id: UUID) -> RetestList:
    asked = select(Retest, Connection).join(Connection, Connection.id == Retest.connection_id)
    rows = await tx.session.execute(asked.where(Retest.org_id == org_id).order_by(Connection.created_at, Connection.id))
    told = ("asked_at", "tested_at", "ok", "detail")
    data = [
        RetestOut(
            connection_id=connection.id,
            provider=connection.provider,
            account_label=connection.account_label,
            **{name: getattr(row, name) for name in told},
        )
        for row, connection in rows
    ]
    return RetestList(finished=all(one.tested_at is not None for one in data), data=data)

"""Authorizations, token refreshes and connection records of one organization."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true

from mailwarden.accounts.models import User
from mailwarden.connections.attempts import attempt_out
from mailwarden.connections.models import CallOutcome, Connection, Credential, OAuthAttempt, RefreshAttempt
from mailwarden.connections.present import label_of, provider_label
from mailwarden.connections.rules import Status
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import app_now
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.pages import Log
from mailwarden.diagnostics.schemas import CallbackOut, CallbackResult, ConnectionRecordOut, RefreshOut

GOOD = ("connected", "reconnected", "already_connected")


@dataclass(frozen=True, slots=True)
class LogFilter:
    provider: str | None = None
    connection_id: UUID | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def scope(self, name: str) -> str:
        return "|".join([name, *(str(one or "") for one in (self.provider, self.connection_id, self.outcome))]) + (
            f"|{self.since}|{self.until}"
        )

    def on(self, provider: Any, connection_id: Any, at: Any) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.provider is not None:
            conditions.append(provider == self.provider)
        if self.connection_id is not None:
            conditions.append(connection_id == self.connection_id)
        if self.since is not None:
            conditions.append(at >= self.since)
        if self.until is not None:
            conditions.append(at < self.until)
        return conditions


def callbacks(org_id: UUID, wanted: LogFilter) -> Log:
    row = OAuthAttempt
    joined: Any = (
        select(row, Connection.account_label, User.name)
        .outerjoin(Connection, and_(Connection.org_id == row.org_id, Connection.id == row.connection_id))
        .outerjoin(User, User.id == row.user_id)
        .where(row.org_id == org_id, *wanted.on(row.provider, row.connection_id, row.created_at))
    )
    late = and_(row.outcome.is_(None), row.expires_at <= app_now())
    results: dict[str, ColumnElement[bool]] = {
        "success": row.outcome.in_(GOOD),
        "failure": late | row.outcome.not_in(GOOD),
        "waiting": and_(row.outcome.is_(None), row.expires_at > app_now()),
    }
    if wanted.outcome is not None:
        joined = joined.where(results[wanted.outcome])
    return Log(wanted.scope("callbacks"), joined, row.created_at.expression, row.id.expression)


def callback_out(rt: Runtime, found: Any) -> CallbackOut:
    row: OAuthAttempt = found[0]
    told = attempt_out(rt, row)
    result: CallbackResult = "failure"
    if told.outcome is None or told.outcome in GOOD:
        result = "success" if told.outcome else "waiting"
    return CallbackOut(
        id=row.id,
        at=row.created_at,
        finished_at=row.finished_at,
        provider=row.provider,
        provider_label=provider_label(row.provider),
        result=result,
        outcome=told.outcome,
        reason=f"{told.title}. {told.detail}",
        provider_error=told.provider_error,
        missing_scopes=told.missing_scopes,
        expected_redirect_uri=told.expected_redirect_uri,
        connection_id=row.connection_id,
        account_label=found[1],
        user_id=row.user_id,
        user_name=found[2],
    )


def refreshes(org_id: UUID, wanted: LogFilter) -> Log:
    row = RefreshAttempt
    joined: Any = (
        select(row, Connection.account_label)
        .join(Connection, and_(Connection.org_id == row.org_id, Connection.id == row.connection_id))
        .where(row.org_id == org_id, *wanted.on(row.provider, row.connection_id, row.at))
    )
    if wanted.outcome is not None:
        joined = joined.where(row.outcome == wanted.outcome)
    return Log(wanted.scope("refreshes"), joined, row.at.expression, row.id.expression)


def refresh_out(found: Any) -> RefreshOut:
    row: RefreshAttempt = found[0]
    said = row.evidence or {}
    return RefreshOut(
        id=row.id,
        at=row.at,
        provider=row.provider,
        provider_label=provider_label(row.provider),
        connection_id=row.connection_id,
        account_label=found[1],
        outcome=row.outcome,
        reason=said.get("message"),
        status=said.get("status"),
        provider_code=said.get("provider_code"),
        provider_request_id=said.get("provider_request_id"),
        duration_ms=row.duration_ms,
    )


def records(org_id: UUID, wanted: LogFilter) -> Log:
    """Each with its credential, its latest call, its latest refresh and its slot."""
    row = Connection
    latest = (
        select(RefreshAttempt.at, RefreshAttempt.outcome)
        .where(RefreshAttempt.org_id == org_id, RefreshAttempt.connection_id == row.id)
        .order_by(RefreshAttempt.at.desc())
        .limit(1)
        .lateral("latest_refresh")
    )
    joined: Any = (
        select(row, Credential, CallOutcome, MailboxSlot.number, latest.c.at, latest.c.outcome)
        .outerjoin(Credential, and_(Credential.org_id == row.org_id, Credential.connection_id == row.id))
        .outerjoin(CallOutcome, and_(CallOutcome.org_id == row.org_id, CallOutcome.connection_id == row.id))
        .outerjoin(MailboxSlot, and_(MailboxSlot.org_id == row.org_id, MailboxSlot.connection_id == row.id))
        .outerjoin(latest, true())
        .where(row.org_id == org_id, *wanted.on(row.provider, row.id, row.created_at))
    )
    if wanted.outcome is not None:
        joined = joined.where(row.status == wanted.outcome)
    return Log(wanted.scope("connections"), joined, row.created_at.expression, row.id.expression)


def record_out(found: Any) -> ConnectionRecordOut:
    row, credential, call, number, refreshed_at, refresh_outcome = found[:6]
    return ConnectionRecordOut(
        connection_id=row.id,
        provider=row.provider,
        provider_label=provider_label(row.provider),
        account_label=row.account_label,
        external_id=row.external_id,
        status=Status(row.status),
        label=label_of(row),
        cause=row.cause,
        missing_scopes=row.missing_scopes or [],
        has_credential=credential is not None and credential.access_token is not None,
        credential_version=credential.version if credential else None,
        token_expires_at=credential.expires_at if credential else None,
        last_refresh_at=refreshed_at,
        last_refresh_outcome=refresh_outcome,
        next_refresh_at=row.next_refresh_at,
        refusals_in_row=credential.refusals if credential else 0,
        last_probe_at=call.at if call else None,
        last_probe_failed=call is not None and call.failure is not None,
        verified_at=row.proof_of_life_at,
        next_probe_at=row.next_probe_at,
        last_sync_at=row.last_sync_at,
        next_sync_at=row.next_sync_at,
        slot_number=number,
        created_at=row.created_at,
    )

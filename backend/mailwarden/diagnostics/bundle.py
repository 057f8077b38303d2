"""The support bundle: everything support asks for, by one button, shown before it is downloaded, without a secret."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, select

from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Organization, User
from mailwarden.connections.models import Connection
from mailwarden.connections.present import card_of, evidence_of, provider_label
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Status
from mailwarden.core.crypto import Sealed, SealedApart
from mailwarden.core.db import Base, UnitOfWork
from mailwarden.core.errors import AppError, NotFound
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.bundle_logs import incidents_of, logs_of, records_of
from mailwarden.diagnostics.models import SupportBundle
from mailwarden.diagnostics.redaction import Redactor, leaked
from mailwarden.diagnostics.scheduler import of_organization
from mailwarden.diagnostics.schemas import BundleRequest
from mailwarden.diagnostics.secrets import secrets_of

log = logging.getLogger(__name__)
FORMAT = 1
IDENTIFIERS = frozenset({"provider_request_id", "request_id", "id", "connection_id", "user_id", "external_id"})
NEVER = ("users.password_hash", "sessions.token_hash", "sync_journal.body", "oauth_attempts.detail", "events.data")


class BundleUnsafe(AppError):
    status, code, title = 500, "bundle_unsafe", "The bundle was not made"


async def make_bundle(rt: Runtime, tx: UnitOfWork, caller: Caller, body: BundleRequest) -> SupportBundle:
    """What is stored is redacted already, and is exactly what will be downloaded."""
    content = await _collect(rt, tx, caller, body)
    secrets = await secrets_of(rt, tx, caller.org_id)
    clean, redactions = await asyncio.to_thread(_redacted, content, secrets)
    row = SupportBundle(
        id=new_id(),
        org_id=caller.org_id,
        created_by=caller.user_id,
        content=clean,
        redactions=[*redactions, *_left_out()],
    )
    tx.session.add(row)
    await tx.session.flush()
    await tx.session.refresh(row)
    return row


def _redacted(content: dict[str, Any], secrets: frozenset[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Each value is searched only for the secrets that are somewhere in the whole."""
    whole = "\n".join(_texts(content))
    present = [one for one in secrets if one in whole]
    redactor = Redactor(present, frozenset({content["reporter"]["email"].lower()}), IDENTIFIERS)
    clean: dict[str, Any] = redactor.clean(content)
    if leaked("\n".join(_texts(clean)), secrets):
        log.error("a support bundle still held a secret and was not made")
        raise BundleUnsafe("It still held a secret after redaction. The reference below finds it in the log.")
    return clean, redactor.manifest()


def _texts(value: Any) -> Iterator[str]:
    """Values alone: names of fields are our own words, and numbers are nobody's secret."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _left_out() -> list[dict[str, Any]]:
    """Columns that are never read for a bundle, named so that the reader knows they are missing on purpose."""
    columns = [(table.name, one) for table in Base.metadata.sorted_tables for one in table.columns]
    binary = [
        f"{table}.{one.name}" for table, one in columns if isinstance(one.type, LargeBinary | Sealed | SealedApart)
    ]
    why = "never part of a bundle: a secret, the hash of one, or other people's data"
    return [{"where": name, "action": "left_out", "why": why, "count": 0} for name in sorted({*binary, *NEVER})]


async def _collect(rt: Runtime, tx: UnitOfWork, caller: Caller, body: BundleRequest) -> dict[str, Any]:
    row = await _affected(tx, caller.org_id, body.connection_id)
    organization = (
        await tx.session.execute(select(Organization.name).where(Organization.id == caller.org_id))
    ).scalar_one()
    person = (await tx.session.execute(select(User.email, User.name).where(User.id == caller.user_id))).one()
    return {
        "format": FORMAT,
        "made_at": rt.clock.now().isoformat(),
        "organization": {"id": format_id("org", caller.org_id), "name": organization},
        "reporter": {
            "id": format_id("usr", caller.user_id),
            "email": person.email,
            "name": person.name,
            "role": caller.role,
        },
        "environment": rt.config.environment,
        "version": rt.config.version,
        "provider": row.provider if row else None,
        "provider_label": provider_label(row.provider) if row else None,
        "error": _error(row, body),
        "what_was_done": body.what_was_done,
        "connections": await records_of(rt, tx, caller.org_id, body.connection_id),
        "scheduler": (await of_organization(rt, tx, caller.org_id)).model_dump(mode="json"),
        "incidents": await incidents_of(tx),
        "logs": await logs_of(rt, tx, caller.org_id, body.connection_id),
        "settings_present": list(rt.config.settings_set),
    }


async def _affected(tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> Connection | None:
    """The one named, else the one that broke last."""
    if connection_id is not None:
        row = await find_connection(tx, org_id, connection_id)
        if row is None:
            raise NotFound("There is no such connection.")
        return row
    broken = select(Connection).where(
        Connection.org_id == org_id, Connection.status.in_([Status.INACTIVE, Status.VERIFYING])
    )
    return await tx.session.scalar(broken.order_by(Connection.suspected_at.desc().nulls_last()).limit(1))


def _error(row: Connection | None, body: BundleRequest) -> dict[str, Any]:
    """As the person saw it, if they say so; else as the latest evidence has it."""
    said = evidence_of(row.evidence) if row else []
    card = card_of(row, None) if row else None
    latest = said[-1] if said else None
    failed_at = body.failed_at or (latest.at if latest else None)
    return {
        "text": body.error_text or (f"{card.title}. {card.explanation}" if card else None),
        "failed_at": failed_at.isoformat() if failed_at else None,
        "request_id": body.request_id,
        "evidence": [one.model_dump(mode="json") for one in said],
    }


def expires_at(rt: Runtime, row: SupportBundle) -> Any:
    return row.created_at + timedelta(days=rt.config.retention.support_bundles_days)

"""One row of an organization in every table that can hold one, made from the metadata itself.

Every text carries the organization's canary, every sealed column a secret: a new table or column is covered by itself.
"""

import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKeyConstraint, LargeBinary, String, Table, Uuid, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from mailwarden.core.crypto import Keyring, Place, Sealed
from mailwarden.core.db import Base
from mailwarden.core.ids import new_id
from mailwarden.tables import metadata

Row = dict[str, Any]
Rows = dict[str, Row]

ALSO_OF_TENANTS = {"users", "organizations", "sessions", "account_letters", "second_factors", "identities"}
# Where a column takes only certain words.
WORDS: dict[tuple[str, str], Any] = {
    ("memberships", "role"): "owner",
    ("invitations", "role"): "member",
    ("support_requests", "urgency"): None,
    ("support_requests", "reference"): "MW-1111-1111",  # random, and all that the operator is told
    ("invitations", "revoked_at"): None,
    ("organizations", "time_zone"): "UTC",
    ("connections", "provider"): "hubspot",
    ("connections", "status"): "connected",
    ("connections", "cause"): None,
    ("connections", "degraded_reason"): None,
    ("connections", "backfilled_range"): None,
    ("connections", "banned_until"): None,
    ("sync_runs", "type"): "manual",
    ("reconciliations", "status"): "done",
    ("reconciliations", "trigger"): "auto",
    ("reconciliations", "verdict"): "normal",
    ("reconciliations", "part"): "unexplained",
    ("sync_runs", "badge"): "first",
    ("sync_runs", "status"): "success",
    ("jobs", "state"): "done",
    ("blocklist_standings", "asset_kind"): "ip",
    ("blocklist_listings", "asset_kind"): "domain",
    ("blocklist_listings", "ending"): "delisted",
    ("blocklist_listings", "tier"): "A",
    ("alerts", "kind"): "integration_disconnected",
    ("alert_posts", "channel"): "slack",
    ("alert_rules", "kind"): "score_drop",
    ("alert_rules", "frequency"): None,
    ("alert_rules", "threshold"): 10,
    ("connections", "grant_dies_why"): None,
    ("forecast_notices", "why"): "unused",
    ("transitions", "to_status"): "connected",
    ("transitions", "from_status"): "connecting",
    ("transitions", "actor"): "user",
    ("transitions", "cause"): None,
    ("oauth_attempts", "provider"): "hubspot",
    ("hook_log", "provider"): "hubspot",
    ("hook_log", "kind"): "changed",
    ("hook_log", "outcome"): "probe",
    ("oauth_attempts", "outcome"): "denied",
    ("webhook_deliveries", "event_type"): "sync.failed",
    ("events", "type"): "sync.failed",
    ("identities", "provider"): "google",
    ("webhook_endpoints", "disabled_reason"): None,
    ("oauth_grants", "revoked_at"): None,
    ("oauth_tokens", "kind"): "refresh",
    ("mail_servers", "imap_security"): "tls",
    ("mail_servers", "smtp_security"): "tls",
    ("mail_servers", "failing"): None,
    ("score_snapshots", "confidence"): "low",
    ("exports", "format"): "csv",
    ("exports", "report"): "campaigns",
    ("domains", "source"): "entered",
    ("domain_checks", "trigger"): "schedule",
    ("tracked_links", "url"): "https://example.com/",
    ("tracking_events", "kind"): "open",
    ("tracking_events", "machine_reason"): "image_proxy",
    ("tracking_firsts", "kind"): "open",
    ("exports", "status"): "ready",
    ("exports", "time_zone"): "UTC",
    ("outreach_campaigns", "pause_reason"): None,
    ("outreach_clocks", "kind"): "grace",
    ("export_parts", "number"): 0,  # the first and only one
    ("messages", "kind"): "one_off",
    ("message_recipients", "kind"): "to",
    ("message_recipients", "bounce_kind"): None,
    ("send_attempts", "outcome"): "accepted",
    ("suppressions", "reason"): "manual",
    ("received_mails", "kind"): "bounce",
}


def canary(org_id: UUID) -> str:
    return f"canary-{org_id.hex}"


POLICY_PARTS = ("p", "sp", "np", "adkim", "aspf", "testing", "pct")
# What is kept in a form of its own, made of the organization's text.
MADE: dict[tuple[str, str], Callable[[UUID], Any]] = {
    ("export_parts", "data"): lambda org_id: zlib.compress(canary(org_id).encode()),
    ("exports", "size"): lambda org_id: len(canary(org_id)),
    ("outreach_imports", "content"): lambda org_id: zlib.compress(
        f"email,name\np@example.com,{canary(org_id)}\n".encode()
    ),
    ("outreach_imports", "encoding"): lambda _: "utf-8",
    ("outreach_imports", "delimiter"): lambda _: ",",
    ("dmarc_reports", "policy"): lambda org_id: {"domain": canary(org_id)} | dict.fromkeys(POLICY_PARTS),
}


def secret_of(place: Place) -> str:
    return f"secret of {place.table}.{place.column} {place.row_id}"


def tenant_tables() -> Sequence[Table]:
    """Such that whoever is pointed at comes first."""
    return [one for one in metadata.sorted_tables if "org_id" in one.columns or one.name in ALSO_OF_TENANTS]


async def fill(connection: AsyncConnection, keys: Keyring, org_id: UUID, present: Rows | None = None) -> Rows:
    """Runs as the owner of the schema. Returns what is there now, by table; ``present`` was there before."""
    rows: Rows = dict(present or {})
    for table in tenant_tables():
        if table.name in rows:
            continue
        rows[table.name] = row = make_row(table, rows, keys, org_id)
        await connection.execute(insert(table).values(row))
    return rows


def make_row(table: Table, rows: Rows, keys: Keyring, org_id: UUID) -> Row:
    row: Row = {"id": org_id if table.name == "organizations" else new_id()}
    if "org_id" in table.columns:
        row["org_id"] = org_id
    for constraint in table.foreign_key_constraints:
        row.update(_pointing(constraint, rows))
    for column in table.columns:
        if column.name not in row and column.identity is None:
            row[column.name] = _value(table, column, row, keys, org_id)
    return row


def _pointing(constraint: ForeignKeyConstraint, rows: Rows) -> Row:
    target = rows[constraint.referred_table.name]
    return {key.parent.name: target[key.column.name] for key in constraint.elements}


def _value(table: Table, column: Column[Any], row: Row, keys: Keyring, org_id: UUID) -> Any:
    if (table.name, column.name) in WORDS:
        return WORDS[table.name, column.name]
    if made := MADE.get((table.name, column.name)):
        return made(org_id)
    kind = column.type
    if isinstance(kind, Sealed):
        place = Place(table.name, column.name, row.get("org_id") or row["user_id"], row["id"])
        return keys.seal(secret_of(place), place)
    if column.server_default is not None and isinstance(kind, String):
        default = column.server_default.arg  # type: ignore[attr-defined]
        return str(getattr(default, "text", default)).strip("'")
    if isinstance(kind, String):
        return f"{canary(org_id)}@example.com" if column.name == "email" else canary(org_id)
    if isinstance(kind, JSONB):
        return _json(table, column, org_id)
    return _plain(kind)


def _json(table: Table, column: Column[Any], org_id: UUID) -> Any:
    """Typed in most places, so only where anything may stand does it carry the canary."""
    if (table.name, column.name) in {("alerts", "card"), ("events", "data")}:
        return {"provider": "hubspot", "canary": canary(org_id)}
    if column.nullable:
        return None
    return [] if "[]" in str(getattr(column.server_default, "arg", "")) else {}


def _plain(kind: Any) -> Any:
    if isinstance(kind, Uuid):
        return new_id()
    if isinstance(kind, LargeBinary):
        return new_id().bytes
    if isinstance(kind, DateTime):
        return datetime.now(UTC) + timedelta(hours=1)
    if isinstance(kind, Date):
        return datetime.now(UTC).date()
    return False if isinstance(kind, Boolean) else 1


assert Base.metadata is metadata

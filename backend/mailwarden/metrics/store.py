"""Writing one page of campaigns and figures: one statement a page, the same page twice changes nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.metrics.rules import COUNTS, complete, is_empty
from mailwarden.providers.base import Campaign, Figures

_FIGURES = ", ".join(COUNTS)
_STATED = "(" + ", ".join(f"i.{name}" for name in COUNTS) + ")"
_KNOWN = "(" + ", ".join(f"b.{name}" for name in COUNTS) + ")"
_COUNT_COLUMNS = ", ".join(f"{name} int" for name in COUNTS)
_DIFFERS = f"i.stated AND (b.observation_id IS NULL OR {_STATED} IS DISTINCT FROM {_KNOWN})"

# `known` is read before anything is written: data-modifying parts of one statement see the same snapshot.
_PAGE = f"""
WITH input AS (
  SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r(
    id uuid, observation uuid, external_id text, name text, subject text, status text, channel text,
    sent_at timestamptz, created timestamptz, updated timestamptz, archived boolean, stated boolean,
    delivered_derived boolean, {_COUNT_COLUMNS})
), known AS (
  SELECT c.external_id, c.last_seen_run_id, o.id AS observation_id, {", ".join(f"o.{name}" for name in COUNTS)},
         c.name, c.subject, c.status, c.sent_at, c.archived
  FROM campaigns c LEFT JOIN observations o ON o.id = c.latest_observation_id
  WHERE c.org_id = :org AND c.connection_id = :connection AND c.external_id IN (SELECT external_id FROM input)
), judged AS (
  SELECT i.*, b.observation_id AS latest, {_DIFFERS} AS differs, b.external_id IS NULL AS is_new,
         b.last_seen_run_id IS DISTINCT FROM :run AS first_in_run,
         (b.name, b.subject, b.status, b.sent_at, b.archived)
           IS DISTINCT FROM (i.name, i.subject, i.status, i.sent_at, i.archived) AS redescribed
  FROM input i LEFT JOIN known b USING (external_id)
), written AS (
  INSERT INTO campaigns (id, org_id, connection_id, external_id, name, subject, status, channel, sent_at,
    provider_created_at, provider_updated_at, archived, latest_observation_id, figures_as_of,
    first_seen_run_id, last_seen_run_id, updated_at)
  SELECT id, :org, :connection, external_id, name, subject, status, channel, sent_at, created, updated, archived,
    CASE WHEN differs THEN observation ELSE latest END, CASE WHEN stated THEN cast(:at AS timestamptz) END,
    :run, :run, app_now()
  FROM judged
  ON CONFLICT (connection_id, external_id) DO UPDATE SET
    name = excluded.name, subject = coalesce(excluded.subject, campaigns.subject), status = excluded.status,
    channel = excluded.channel, sent_at = excluded.sent_at, provider_created_at = excluded.provider_created_at,
    provider_updated_at = excluded.provider_updated_at, archived = excluded.archived, gone_at = NULL,
    latest_observation_id = coalesce(excluded.latest_observation_id, campaigns.latest_observation_id),
    figures_as_of = coalesce(excluded.figures_as_of, campaigns.figures_as_of),
    last_seen_run_id = excluded.last_seen_run_id, updated_at = app_now()
  RETURNING id, external_id
), observed AS (
  INSERT INTO observations (id, org_id, campaign_id, source_run_id, as_of, delivered_derived, {_FIGURES})
  SELECT j.observation, :org, w.id, :run, :at, j.delivered_derived, {", ".join(f"j.{name}" for name in COUNTS)}
  FROM judged j JOIN written w USING (external_id) WHERE j.differs
)
SELECT count(*) FILTER (WHERE first_in_run) AS seen, count(*) FILTER (WHERE is_new) AS added,
       count(*) FILTER (WHERE NOT is_new AND (differs OR redescribed)) AS changed
FROM judged
"""

_REPORT = f"""
WITH input AS (
  SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r(
    observation uuid, external_id text, stated boolean, delivered_derived boolean, {_COUNT_COLUMNS})
), judged AS (
  SELECT i.*, c.id AS campaign_id, {_DIFFERS.replace("b.observation_id", "b.id")} AS differs
  FROM input i
  JOIN campaigns c ON c.org_id = :org AND c.connection_id = :connection AND c.external_id = i.external_id
  LEFT JOIN observations b ON b.id = c.latest_observation_id
), pointed AS (
  UPDATE campaigns c SET figures_as_of = :at, updated_at = app_now(),
    latest_observation_id = CASE WHEN j.differs THEN j.observation ELSE c.latest_observation_id END
  FROM judged j WHERE c.id = j.campaign_id
), observed AS (
  INSERT INTO observations (id, org_id, campaign_id, source_run_id, as_of, delivered_derived, {_FIGURES})
  SELECT observation, :org, campaign_id, :run, :at, delivered_derived, {_FIGURES} FROM judged WHERE differs
)
SELECT count(*) AS seen, 0 AS added, count(*) FILTER (WHERE differs) AS changed FROM judged
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """``seen`` counts campaigns that this run had not met before: listings of one window overlap."""

    seen: int
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class Source:
    """Whose figures, by which run, as of when."""

    org_id: UUID
    connection_id: UUID
    run_id: UUID
    as_of: datetime


async def store_campaigns(tx: UnitOfWork, source: Source, campaigns: Iterable[Campaign]) -> Stored:
    rows = {one.external_id: _row(one) for one in campaigns}  # one listing may name a campaign twice
    return await _run(tx, _PAGE, source, list(rows.values()))


async def store_figures(tx: UnitOfWork, source: Source, figures: Mapping[str, Figures]) -> Stored:
    """Figures that come apart from the listing; of campaigns that are not stored nothing is kept."""
    rows = [{"external_id": name, **_counts(found)} for name, found in figures.items()]
    return await _run(tx, _REPORT, source, rows)


async def _run(tx: UnitOfWork, statement: str, source: Source, rows: list[dict[str, Any]]) -> Stored:
    if not rows:
        return Stored(0, 0, 0)
    given = {
        "rows": json.dumps(rows, default=str),
        "org": source.org_id,
        "connection": source.connection_id,
        "run": source.run_id,
        "at": source.as_of,
    }
    found = (await tx.session.execute(text(statement), given)).one()
    return Stored(*found)


def _row(one: Campaign) -> dict[str, Any]:
    return {
        "id": new_id(),
        "external_id": one.external_id,
        "name": one.name,
        "subject": one.subject,
        "status": one.status,
        "channel": one.channel,
        "sent_at": one.sent_at,
        "created": one.created_at,
        "updated": one.updated_at,
        "archived": one.archived,
        **_counts(one.figures or Figures()),
    }


def _counts(found: Figures) -> dict[str, Any]:
    figures = complete(found)
    return {
        "observation": new_id(),
        "stated": not is_empty(figures),
        "delivered_derived": figures.delivered_derived,
        **{name: getattr(figures, name) for name in COUNTS},
    }

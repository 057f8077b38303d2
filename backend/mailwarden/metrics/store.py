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
from mailwarden.metrics.rules import BOUNCES, STATED, complete, is_empty
from mailwarden.providers.base import Campaign, Figures


def _listed(prefix: str) -> str:
    return ", ".join(f"{prefix}{name}" for name in STATED)


_TYPES = ", ".join(f"{name} int" for name in STATED)
_SOURCE = (
    "source AS (SELECT cast(:org AS uuid) AS org, cast(:connection AS uuid) AS connection, cast(:run AS uuid) AS run,"
    " cast(:as_of AS timestamptz) AS as_of, cast(:since AS timestamptz) AS since)"
)
# A provider may tell the kinds of bounces at one time and not at another: of as many bounces they are still true.
_KINDS = {name: f"coalesce(i.{name}, CASE WHEN i.bounced = o.bounced THEN o.{name} END)" for name in BOUNCES}
_GIVEN = ", ".join(_KINDS.get(name, f"i.{name}") for name in STATED)
_KEPT = ", ".join(f"{text} AS kept_{name}" for name, text in _KINDS.items())
_TOLD = ", ".join(f"j.kept_{name}" if name in _KINDS else f"j.{name}" for name in STATED)
_DIFFERS = f"i.stated AND (o.id IS NULL OR ({_GIVEN}) IS DISTINCT FROM ({_listed('o.')}))"
# LIMIT keeps these from being joined as a whole: before the first ANALYZE of a growing table the planner would read all
# of it for every page, and a large first sync would take quadratic time.
_CAMPAIGN = """LATERAL (
    SELECT * FROM campaigns one
    WHERE one.org_id = s.org AND one.connection_id = s.connection AND one.external_id = i.external_id LIMIT 1
  ) c"""
_LATEST = "LATERAL (SELECT * FROM observations WHERE id = c.latest_observation_id LIMIT 1) o"
_OBSERVED = f"""
  INSERT INTO observations (id, org_id, campaign_id, source_run_id, as_of, delivered_derived, {_listed("")})
  SELECT j.observation, s.org, j.campaign_id, s.run, s.as_of, j.delivered_derived, {_TOLD}
  FROM judged j, source s WHERE j.differs"""
# Marked by whoever stores, and in its transaction: what a roll-up does not hold yet is never taken from it. In order,
# as the roll-up takes them away, so that neither waits for the other for ever.
_MARKED = """
  INSERT INTO stale_figures AS known (id, org_id, connection_id, day, since)
  SELECT uuidv7(), s.org, s.connection, t.day, CASE WHEN bool_or(t.moved) THEN NULL ELSE s.as_of END
  FROM touched t, source s WHERE t.day IS NOT NULL
  GROUP BY t.day, s.org, s.connection, s.as_of ORDER BY t.day DESC
  ON CONFLICT (connection_id, day) DO UPDATE SET since = CASE
    WHEN known.since IS NULL OR excluded.since IS NULL THEN NULL ELSE least(known.since, excluded.since) END"""

# All parts of one statement see the table as it was before: `judged` compares with what was known.
_PAGE = f"""
WITH {_SOURCE}, input AS (
  SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r(
    id uuid, observation uuid, external_id text, name text, subject text, status text, channel text,
    sent_at timestamptz, created timestamptz, updated timestamptz, archived boolean, stated boolean,
    delivered_derived boolean, {_TYPES})
), judged AS (
  SELECT i.*, coalesce(c.id, i.id) AS campaign_id, c.id IS NULL AS added, o.id AS latest,
    {_KEPT}, {_DIFFERS} AS differs, c.sent_at AS was_sent_at,
    c.id IS NOT NULL AND c.sent_at IS DISTINCT FROM i.sent_at AS moved,
    (c.name, c.status, c.sent_at, c.archived) IS DISTINCT FROM (i.name, i.status, i.sent_at, i.archived)
      OR c.subject IS DISTINCT FROM coalesce(i.subject, c.subject) OR c.gone_at IS NOT NULL AS redescribed,
    c.last_seen_run_id IS DISTINCT FROM s.run AS first_in_run,
    c.last_seen_run_id IS DISTINCT FROM s.run OR c.updated_at < s.since AS first_since
  FROM input i CROSS JOIN source s LEFT JOIN {_CAMPAIGN} ON true LEFT JOIN {_LATEST} ON true
), written AS (
  INSERT INTO campaigns AS known (id, org_id, connection_id, external_id, name, subject, status, channel, sent_at,
    provider_created_at, provider_updated_at, archived, latest_observation_id, figures_as_of,
    first_seen_run_id, last_seen_run_id, updated_at)
  SELECT j.campaign_id, s.org, s.connection, j.external_id, j.name, j.subject, j.status, j.channel, j.sent_at,
    j.created, j.updated, j.archived, CASE WHEN j.differs THEN j.observation ELSE j.latest END,
    CASE WHEN j.stated THEN s.as_of END, s.run, s.run, app_now()
  FROM judged j, source s
  ON CONFLICT (connection_id, external_id) DO UPDATE SET
    name = excluded.name, subject = coalesce(excluded.subject, known.subject), status = excluded.status,
    channel = excluded.channel, sent_at = excluded.sent_at, provider_created_at = excluded.provider_created_at,
    provider_updated_at = excluded.provider_updated_at, archived = excluded.archived, gone_at = NULL,
    latest_observation_id = excluded.latest_observation_id,
    figures_as_of = coalesce(excluded.figures_as_of, known.figures_as_of),
    last_seen_run_id = excluded.last_seen_run_id, updated_at = excluded.updated_at
), observed AS ({_OBSERVED}
), touched AS (
  SELECT (sent_at AT TIME ZONE 'UTC')::date AS day, moved FROM judged WHERE differs OR added OR moved
  UNION ALL SELECT (was_sent_at AT TIME ZONE 'UTC')::date, true FROM judged WHERE moved
), marked AS ({_MARKED}
)
SELECT count(*) FILTER (WHERE first_in_run) AS seen, count(*) FILTER (WHERE added) AS added,
  count(*) FILTER (WHERE NOT added AND (differs OR redescribed)) AS changed,
  count(*) FILTER (WHERE first_since) AS fresh
FROM judged
"""

_REPORT = f"""
WITH {_SOURCE}, input AS (
  SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r(
    observation uuid, external_id text, stated boolean, delivered_derived boolean, {_TYPES})
), judged AS (
  SELECT i.*, c.id AS campaign_id, c.sent_at, o.id AS latest, {_KEPT}, {_DIFFERS} AS differs
  FROM input i CROSS JOIN source s JOIN {_CAMPAIGN} ON true LEFT JOIN {_LATEST} ON true
), pointed AS (
  UPDATE campaigns c SET figures_as_of = s.as_of, updated_at = app_now(),
    latest_observation_id = CASE WHEN j.differs THEN j.observation ELSE c.latest_observation_id END
  FROM judged j, source s WHERE c.id = j.campaign_id AND j.stated
), observed AS ({_OBSERVED}
), touched AS (
  SELECT (sent_at AT TIME ZONE 'UTC')::date AS day, false AS moved FROM judged WHERE differs
), marked AS ({_MARKED}
)
SELECT count(*) AS seen, 0 AS added, count(*) FILTER (WHERE differs AND latest IS NOT NULL) AS changed,
  count(*) AS fresh
FROM judged
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """``seen`` were not met before in this run, ``fresh`` not since ``Source.since``: listings overlap and shift."""

    seen: int
    added: int
    changed: int
    fresh: int


@dataclass(frozen=True, slots=True)
class Source:
    """Whose figures, by which run, as of when; ``since`` is when the run began to read this listing."""

    org_id: UUID
    connection_id: UUID
    run_id: UUID
    as_of: datetime
    since: datetime


async def store_campaigns(tx: UnitOfWork, source: Source, campaigns: Iterable[Campaign]) -> Stored:
    rows = {one.external_id: _row(one) for one in campaigns}  # a page may name a campaign twice
    return await _run(tx, _PAGE, source, list(rows.values()))


async def store_figures(tx: UnitOfWork, source: Source, figures: Mapping[str, Figures]) -> Stored:
    """Figures that come apart from the listing; of campaigns that are not stored nothing is kept."""
    rows = [{"external_id": name, **_counts(found)} for name, found in figures.items()]
    return await _run(tx, _REPORT, source, rows)


async def _run(tx: UnitOfWork, statement: str, source: Source, rows: list[dict[str, Any]]) -> Stored:
    if not rows:
        return Stored(0, 0, 0, 0)
    given = {
        "rows": json.dumps(rows, default=str),
        "org": source.org_id,
        "connection": source.connection_id,
        "run": source.run_id,
        "as_of": source.as_of,
        "since": source.since,
    }
    return Stored(*(await tx.session.execute(text(statement), given)).one())


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
        **{name: getattr(figures, name) for name in STATED},
    }

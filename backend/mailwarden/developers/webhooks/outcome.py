"""What an attempt changes: the delivery's place in its schedule, and what we think of the endpoint."""

from datetime import datetime, timedelta
from typing import Any

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks import rules
from mailwarden.developers.webhooks.models import WebhookDelivery, WebhookEndpoint
from mailwarden.developers.webhooks.queries import pull_forward
from mailwarden.developers.webhooks.sending import Outcome
from mailwarden.events.record import record
from mailwarden.events.types import EventType

MOST_ATTEMPTS = 50


def note_attempt(row: WebhookDelivery, outcome: Outcome) -> None:
    entry = {
        "at": outcome.at.isoformat(),
        "http_status": outcome.status,
        "duration_ms": outcome.duration_ms,
        "error": outcome.error,
    }
    row.tries += 1
    row.attempts = [*row.attempts, entry][-MOST_ATTEMPTS:]
    row.sending_since = None


def note_interruption(row: WebhookDelivery, since: datetime) -> None:
    """Its worker died after it had begun: it may have arrived, and goes out again under the same id."""
    row.attempts = [
        *row.attempts,
        {"at": since.isoformat(), "http_status": None, "duration_ms": None, "error": "interrupted"},
    ]
    row.attempts = row.attempts[-MOST_ATTEMPTS:]
    row.tries += 1


def reschedule(rt: Runtime, row: WebhookDelivery, outcome: Outcome) -> None:
    now = rt.clock.now()
    if row.event_id is None:  # a test is tried once
        row.state = "failed"
        return
    if row.scheduled_at <= now:
        wait_s = rules.wait_s(row.step, rt.rng.random())
        if wait_s is None:
            row.state = "failed"
            return
        row.step += 1
        row.scheduled_at = now + timedelta(seconds=max(wait_s, outcome.retry_after_s))
    row.due_at = row.scheduled_at


async def endpoint_failed(rt: Runtime, tx: UnitOfWork, row: WebhookEndpoint, outcome: Outcome) -> None:
    now = rt.clock.now()
    row.failures_in_row += 1
    row.last_failure_at, row.last_error = outcome.at, _short(outcome)
    if row.failing_since is None:
        row.failing_since, row.episode_id = outcome.at, new_id()
    rest_s = max(rules.rest_s(row.failures_in_row, dead=row.alerted_at is not None), outcome.retry_after_s)
    if rest_s:
        row.rest_until = max(row.rest_until or now, now + timedelta(seconds=rest_s))
    if outcome.status == rules.GONE and row.enabled:
        row.enabled, row.disabled_reason, row.disabled_at = False, "gone", now
        row.version += 1
        await record(tx, EventType.WEBHOOK_ENDPOINT_DISABLED, subject_id=row.id, data=told(row))


async def endpoint_worked(tx: UnitOfWork, row: WebhookEndpoint, outcome: Outcome) -> None:
    """Proven: what waited for a later attempt goes out now, and who was told of the trouble is told of its end."""
    row.last_success_at = outcome.at
    if row.failing_since is None:
        return
    if row.alerted_at is not None:
        await record(tx, EventType.WEBHOOK_ENDPOINT_RECOVERED, subject_id=row.episode_id, data=told(row))
    row.failing_since = row.episode_id = row.alerted_at = row.rest_until = row.last_error = None
    row.failures_in_row = 0
    await pull_forward(tx, row.org_id, row.id)


async def warn_if_dead(rt: Runtime, tx: UnitOfWork, row: WebhookEndpoint) -> None:
    """Once in a time of trouble."""
    now, since = rt.clock.now(), row.failing_since
    if not row.enabled or row.alerted_at is not None or since is None or now < since + rules.DEAD_AFTER:
        return
    row.alerted_at = now
    await record(tx, EventType.WEBHOOK_ENDPOINT_FAILING, subject_id=row.episode_id, data=told(row))


def told(row: WebhookEndpoint) -> dict[str, Any]:
    return {
        "endpoint_id": format_id("whe", row.id),
        "url": row.url.partition("?")[0],  # a query may hold a secret of theirs
        "description": row.description,
        "failing_since": row.failing_since.isoformat() if row.failing_since else None,
        "last_error": row.last_error,
    }


def _short(outcome: Outcome) -> str:
    return f"status {outcome.status}" if outcome.status is not None else outcome.error or ""

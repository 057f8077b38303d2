"""Nothing grows for ever, nothing young or open goes, and no organization's rows hide from the broom."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import DateTime, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mailwarden.core import housekeeping
from mailwarden.core.housekeeping import Kept, prune_instance, prune_tenants
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Retention, Runtime
from mailwarden.tables import metadata
from mailwarden.work import KEPT
from tests.support.rows import fill, make_row

# Rows that are what the customer came for, or that end with their connection, person or organization.
KEPT_WITH_THEIR_OWNER = {
    "alert_rules",
    "alert_settings",
    "audience_tokens",
    "billing_invoices",
    "blocklist_standings",
    "campaigns",
    "connection_retests",
    "connections",
    "credentials",
    "domains",
    "event_positions",
    "figure_days",  # computed anew from observations
    "figure_zones",
    "hook_marks",
    "hook_subscriptions",
    "mail_servers",
    "mailbox_readers",
    "mailbox_slots",
    "memberships",
    "messages",
    "observations",
    "organizations",
    "outreach_campaigns",
    "stale_figures",  # go by the roll-up
    "subscriptions",
    "suppressions",  # a wish of the recipient's, which has no end
    "users",
    "webhook_endpoints",
}
BY_THE_INSTANCE = {"audit_log", "jobs", "sessions", "support_attachments", "support_requests"}
WITH_THEIR_PARENT = {"alert_posts", "blocklist_steps", "alert_mails", "dmarc_sources", "export_parts"}
WITH_THEIR_PARENT |= {"message_files", "message_recipients", "send_attempts", "tracked_links", "tracking_firsts"}
WITH_THEIR_PARENT |= {f"outreach_{name}" for name in ("steps", "accounts", "recipients", "sends", "clocks", "notices")}
RULES = pytest.mark.parametrize("rule", KEPT, ids=lambda rule: rule.table.name)


@pytest_asyncio.fixture(loop_scope="session")
async def schema_owner(owner_url: str) -> Any:
    engine = create_async_engine(owner_url)
    yield engine
    await engine.dispose()


async def count(connection: AsyncConnection, table: str) -> int:
    return await connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


async def age(connection: AsyncConnection, rule: Kept, at: datetime | None) -> None:
    await connection.execute(update(rule.table).values({rule.at.key: at}))


@RULES
async def test_rows_go_after_their_days_and_not_before(runtime: Runtime, schema_owner: Any, rule: Kept) -> None:
    org_id, days = new_id(), getattr(runtime.config.retention, rule.days)
    async with schema_owner.begin() as connection:
        await fill(connection, runtime.keys, org_id)
    for hours, left in ((-1, 1), (1, 0)):
        async with schema_owner.begin() as connection:
            await age(connection, rule, runtime.clock.now() - timedelta(days=days, hours=hours))
        await prune_tenants(runtime, [rule])
        async with schema_owner.begin() as connection:
            assert await count(connection, rule.table.name) == left


@RULES
async def test_what_has_not_ended_stays(runtime: Runtime, schema_owner: Any, rule: Kept) -> None:
    if not rule.table.c[rule.at.key].nullable:
        return
    org_id = new_id()
    async with schema_owner.begin() as connection:
        await fill(connection, runtime.keys, org_id)
        await age(connection, rule, None)
    await prune_tenants(runtime, [rule])
    async with schema_owner.begin() as connection:
        assert await count(connection, rule.table.name) == 1


async def test_more_than_a_batch_goes_of_every_organization(
    runtime: Runtime, schema_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 3)
    org_id, other = new_id(), new_id()
    events = metadata.tables["events"]
    async with schema_owner.begin() as connection:
        rows = await fill(connection, runtime.keys, org_id)
        await fill(connection, runtime.keys, other)
        for _ in range(9):
            row = make_row(events, rows, runtime.keys, org_id) | {"id": new_id()}
            await connection.execute(insert(events).values(row))
        await connection.execute(update(events).values(created_at=runtime.clock.now() - timedelta(days=400)))
    await prune_tenants(runtime, KEPT)
    async with schema_owner.begin() as connection:
        assert await count(connection, "events") == 0


async def test_the_instance_forgets_jobs_sessions_workers_and_incidents(runtime: Runtime, schema_owner: Any) -> None:
    org_id, old = new_id(), runtime.clock.now() - timedelta(days=400)
    async with schema_owner.begin() as connection:
        await fill(connection, runtime.keys, org_id)
        await connection.execute(update(metadata.tables["jobs"]).values(finished_at=old, state="dead"))
        await connection.execute(update(metadata.tables["sessions"]).values(expires_at=old))
        for ended_at in (old, None):
            await connection.execute(
                insert(metadata.tables["incidents"]).values(
                    id=new_id(), provider=str(ended_at), kind="refused", ended_at=ended_at, failing=1, tried=1
                )
            )
        for seen_at in (old, runtime.clock.now()):
            await connection.execute(
                insert(metadata.tables["worker_heartbeats"]).values(worker=str(seen_at), version="1", seen_at=seen_at)
            )
    await prune_instance(runtime)
    async with schema_owner.begin() as connection:
        left = {name: await count(connection, name) for name in ("jobs", "sessions", "incidents", "worker_heartbeats")}
    assert left == {"jobs": 0, "sessions": 0, "incidents": 1, "worker_heartbeats": 1}


def test_every_table_has_an_end_or_an_owner() -> None:
    """A new table of a tenant must be given a retention, or a place among what lives as long as its owner."""
    tenants = {table.name for table in metadata.tables.values() if "org_id" in table.columns}
    ruled = {rule.table.name for rule in KEPT}
    assert tenants - ruled - BY_THE_INSTANCE - WITH_THEIR_PARENT - KEPT_WITH_THEIR_OWNER == set()


def test_every_rule_names_a_setting_and_a_time() -> None:
    for rule in KEPT:
        assert isinstance(getattr(Retention(), rule.days), int)
        assert isinstance(rule.table.c[rule.at.key].type, DateTime)

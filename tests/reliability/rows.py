"""All rows, in the order in which they are played."""

from collections.abc import Sequence

from tests.reliability import (
    canary_rows,
    clock_rows,
    conflict_rows,
    disk_rows,
    held_rows,
    mail_rows,
    migration_rows,
    outage_rows,
    page_rows,
    postgres_rows,
    process_rows,
    provider_http,
    queue_rows,
    redis_rows,
    secrets_rows,
    standby_rows,
    subscription_rows,
    tls_rows,
    token_live,
    token_pure,
    webhook_deaths,
    webhook_rows,
)
from tests.reliability.row import Row

ROWS: Sequence[Row] = (
    *provider_http.ROWS,
    *tls_rows.ROWS,
    *page_rows.ROWS,
    *token_pure.ROWS,
    *token_live.ROWS,
    *postgres_rows.ROWS,
    *migration_rows.ROWS,
    *standby_rows.ROWS,
    *disk_rows.ROWS,
    *process_rows.ROWS,
    *held_rows.ROWS,
    *secrets_rows.ROWS,
    *canary_rows.ROWS,
    *conflict_rows.ROWS,
    *redis_rows.ROWS,
    *queue_rows.ROWS,
    *webhook_rows.ROWS,
    *webhook_deaths.ROWS,
    *outage_rows.ROWS,
    *mail_rows.ROWS,
    *subscription_rows.ROWS,
    *clock_rows.ROWS,
)

"""What there is to do: every job kind with its listeners, what each job needs at the start, and how long rows stay."""

from mailwarden.accounts.access_retention import KEPT as ACCESS_KEPT
from mailwarden.accounts.jobs import JOBS as ACCOUNT_JOBS
from mailwarden.alerts.jobs import JOBS as ALERT_JOBS
from mailwarden.alerts.jobs import LISTENERS as ALERT_LISTENERS
from mailwarden.alerts.jobs import start_up as start_alerts
from mailwarden.alerts.retention import KEPT as ALERTS_KEPT
from mailwarden.billing.jobs import JOBS as BILLING_JOBS
from mailwarden.billing.jobs import start_up as start_billing
from mailwarden.billing.retention import KEPT as BILLING_KEPT
from mailwarden.connections.jobs import JOBS as CONNECTION_JOBS
from mailwarden.connections.jobs import start_up as start_connections
from mailwarden.connections.retention import KEPT as CONNECTIONS_KEPT
from mailwarden.connections.retest import JOBS as RETEST_JOBS
from mailwarden.connections.retest import LISTENERS as RETEST_LISTENERS
from mailwarden.core.housekeeping import ensure_instance_jobs, prune_kind
from mailwarden.core.jobs import JobKinds
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.jobs import JOBS as BLOCKLIST_JOBS
from mailwarden.deliverability.blocklists.jobs import LISTENERS as BLOCKLIST_LISTENERS
from mailwarden.deliverability.blocklists.jobs import start_up as start_blocklists
from mailwarden.deliverability.blocklists.retention import KEPT as BLOCKLISTS_KEPT
from mailwarden.deliverability.dmarc_reports.retention import KEPT as DMARC_KEPT
from mailwarden.deliverability.domains.jobs import JOBS as DOMAIN_JOBS
from mailwarden.deliverability.domains.jobs import LISTENERS as DOMAIN_LISTENERS
from mailwarden.deliverability.domains.retention import KEPT as DOMAINS_KEPT
from mailwarden.deliverability.score.jobs import JOBS as SCORE_JOBS
from mailwarden.deliverability.score.jobs import LISTENERS as SCORE_LISTENERS
from mailwarden.deliverability.score.retention import KEPT as SCORE_KEPT
from mailwarden.developers.webhooks.jobs import JOBS as WEBHOOK_JOBS
from mailwarden.developers.webhooks.jobs import LISTENERS as WEBHOOK_LISTENERS
from mailwarden.developers.webhooks.retention import KEPT as WEBHOOKS_KEPT
from mailwarden.diagnostics.retention import KEPT as DIAGNOSTICS_KEPT
from mailwarden.events.dispatch import dispatch_kind, merge
from mailwarden.events.retention import KEPT as EVENTS_KEPT
from mailwarden.exports.jobs import JOBS as EXPORT_JOBS
from mailwarden.exports.retention import KEPT as EXPORTS_KEPT
from mailwarden.hooks.jobs import JOBS as HOOK_JOBS
from mailwarden.hooks.jobs import LISTENERS as HOOK_LISTENERS
from mailwarden.hooks.retention import KEPT as HOOKS_KEPT
from mailwarden.metrics.jobs import JOBS as METRICS_JOBS
from mailwarden.metrics.jobs import LISTENERS as METRICS_LISTENERS
from mailwarden.metrics.retention import KEPT as METRICS_KEPT
from mailwarden.organizations.posting import JOBS as ORGANIZATION_JOBS
from mailwarden.organizations.retention import KEPT as ORGANIZATIONS_KEPT
from mailwarden.outreach.jobs import JOBS as OUTREACH_JOBS
from mailwarden.outreach.jobs import LISTENERS as OUTREACH_LISTENERS
from mailwarden.outreach.retention import KEPT as OUTREACH_KEPT
from mailwarden.outreach.trouble.jobs import JOBS as TROUBLE_JOBS
from mailwarden.outreach.trouble.jobs import LISTENERS as TROUBLE_LISTENERS
from mailwarden.outreach.trouble.jobs import start_up as start_trouble
from mailwarden.sending.jobs import JOBS as SENDING_JOBS
from mailwarden.sending.jobs import LISTENERS as SENDING_LISTENERS
from mailwarden.sending.receiving.jobs import JOBS as RECEIVING_JOBS
from mailwarden.sending.receiving.jobs import LISTENERS as RECEIVING_LISTENERS
from mailwarden.sending.receiving.retention import KEPT as RECEIVING_KEPT
from mailwarden.sending.tracking.jobs import JOBS as TRACKING_JOBS
from mailwarden.sending.tracking.jobs import LISTENERS as TRACKING_LISTENERS
from mailwarden.sending.tracking.retention import KEPT as TRACKING_KEPT
from mailwarden.status.measure import JOBS as STATUS_JOBS
from mailwarden.status.measure import start_up as start_status
from mailwarden.support.posting import JOBS as SUPPORT_JOBS
from mailwarden.sync.jobs import JOBS as SYNC_JOBS
from mailwarden.sync.jobs import LISTENERS as SYNC_LISTENERS
from mailwarden.sync.paid import LISTENERS as PAID_LISTENERS
from mailwarden.sync.retention import KEPT as SYNC_KEPT

KEPT = [
    *(*EVENTS_KEPT, *CONNECTIONS_KEPT, *SYNC_KEPT, *ALERTS_KEPT, *HOOKS_KEPT, *WEBHOOKS_KEPT, *DIAGNOSTICS_KEPT),
    *(*ORGANIZATIONS_KEPT, *ACCESS_KEPT, *BILLING_KEPT, *METRICS_KEPT, *EXPORTS_KEPT),
    *(*BLOCKLISTS_KEPT, *SCORE_KEPT, *DOMAINS_KEPT, *DMARC_KEPT),
    *(*RECEIVING_KEPT, *TRACKING_KEPT, *OUTREACH_KEPT),
]
JOBS = (
    *(*CONNECTION_JOBS, *SYNC_JOBS, *HOOK_JOBS, *ALERT_JOBS, *STATUS_JOBS, *WEBHOOK_JOBS, *ACCOUNT_JOBS),
    *(*ORGANIZATION_JOBS, *SUPPORT_JOBS, *EXPORT_JOBS, *BILLING_JOBS, *RETEST_JOBS, *METRICS_JOBS),
    *(*SCORE_JOBS, *BLOCKLIST_JOBS, *DOMAIN_JOBS),
    *(*SENDING_JOBS, *TRACKING_JOBS, *RECEIVING_JOBS, *OUTREACH_JOBS, *TROUBLE_JOBS),
)
# Of one event, they hear in this order.
LISTENERS = merge(
    *(HOOK_LISTENERS, SYNC_LISTENERS, ALERT_LISTENERS, WEBHOOK_LISTENERS, SCORE_LISTENERS),
    *(METRICS_LISTENERS, DOMAIN_LISTENERS, BLOCKLIST_LISTENERS),
    *(TROUBLE_LISTENERS, RECEIVING_LISTENERS, TRACKING_LISTENERS, SENDING_LISTENERS, OUTREACH_LISTENERS),
    *(RETEST_LISTENERS, PAID_LISTENERS),
)


def job_kinds() -> JobKinds:
    return JobKinds().add(*JOBS, prune_kind(KEPT), dispatch_kind(LISTENERS))


async def start_jobs(rt: Runtime) -> None:
    """Those that nobody else would wake."""
    await ensure_instance_jobs(rt)
    for start in (start_connections, start_alerts, start_status, start_billing, start_blocklists, start_trouble):
        await start(rt)

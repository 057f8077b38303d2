"""Prometheus series of the process. Labels hold no ids: they would grow without bound and leak tenants."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("mailwarden_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("mailwarden_http_request_seconds", "Time to answer", ["method", "route"])
JOBS = Counter("mailwarden_jobs_total", "Jobs run", ["kind", "outcome"])
JOB_SECONDS = Histogram(
    "mailwarden_job_seconds", "Time a job took", ["kind"], buckets=(0.01, 0.1, 0.5, 1, 5, 30, 120, 600)
)
JOB_LATENESS = Histogram(
    "mailwarden_job_lateness_seconds", "From due to claimed", ["queue"], buckets=(0.05, 0.25, 1, 5, 30, 120)
)
PROVIDER_CALLS = Counter("mailwarden_provider_calls_total", "Calls to providers", ["provider", "operation", "outcome"])
HOOKS = Counter("mailwarden_hooks_total", "Events that providers pushed, and requests refused", ["provider", "outcome"])
REFRESHES = Counter("mailwarden_token_refreshes_total", "Token refreshes", ["provider", "outcome"])
TRANSITIONS = Counter("mailwarden_connection_transitions_total", "Status changes", ["provider", "to"])
ORPHANS = Counter("mailwarden_orphan_tokens_total", "Token answers that lost their compare-and-swap", ["provider"])
UNREADABLE = Counter(
    "mailwarden_unreadable_authorizations_total", "Stored authorizations that the keys do not open", ["provider"]
)
CLOCK_SKEW = Gauge("mailwarden_provider_clock_skew_seconds", "Seconds a provider's clock is ahead", ["provider"])
RELAY_DIRECT = Gauge("mailwarden_relay_direct_mode", "1 while Redis is away and workers claim from PostgreSQL")

"""Everything that touches the outside world, built once, passed down, replaced in tests."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from mailwarden.core.clock import Clock
from mailwarden.core.crypto import Keyring
from mailwarden.core.db import Sessions
from mailwarden.core.limiter.counting import Limiter
from mailwarden.core.mail import Mailer
from mailwarden.core.paging import Cursors
from mailwarden.core.places import Places
from mailwarden.core.skew import SkewWatch

if TYPE_CHECKING:  # core knows no provider; these are types of values it only carries
    from mailwarden.deliverability.dns.answers import Resolvers
    from mailwarden.providers.budget import Budget
    from mailwarden.providers.settings import ProviderSettings

UnderWay = dict[tuple[object, ...], asyncio.Future[Any]]


@dataclass(frozen=True)
class Timing:
    """Delays of the product, in seconds. The demo shortens them and says so; tests move the clock instead."""

    verdict_scale: float = 1.0  # multiplies the confirmation schedule of docs/connection-truth.md
    probe_every_s: float = 600
    realtime_every_s: float = 600
    refresh_deadline_s: float = 20
    refresh_lease_s: float = 45
    api_deadline_s: float = 30
    journal_poll_s: float = 60
    incident_window_s: float = 300


@dataclass(frozen=True)
class Retention:
    """Days that rows are kept once they have served their purpose; docs/operations.md lists what each one means."""

    events_days: int = 365
    webhook_deliveries_days: int = 30
    alerts_days: int = 365
    transitions_days: int = 1095
    episodes_days: int = 1095
    sync_runs_days: int = 400
    reconciliations_days: int = 400
    score_snapshots_days: int = 1095
    sync_journal_days: int = 90
    sync_bodies_days: int = 14  # 0: bodies are not even written
    refresh_attempts_days: int = 90
    signals_days: int = 90
    call_outcomes_days: int = 7
    orphan_tokens_days: int = 1
    authorizations_days: int = 30
    sessions_days: int = 30
    account_letters_days: int = 30
    throttles_days: int = 2
    audit_log_days: int = 1095
    invitations_days: int = 90
    support_requests_days: int = 365
    incidents_days: int = 365
    done_jobs_days: int = 7
    dead_jobs_days: int = 30
    workers_days: int = 7
    hook_bodies_days: int = 14
    hook_events_days: int = 30  # longer than any provider repeats one
    hook_log_days: int = 90
    support_bundles_days: int = 7
    exports_days: int = 30
    outreach_imports_days: int = 7
    domain_checks_days: int = 180
    dmarc_reports_days: int = 400
    received_mails_days: int = 90
    tracking_events_days: int = 400
    api_keys_days: int = 90
    devices_days: int = 90
    oauth_tokens_days: int = 90
    idempotency_days: int = 4
    billing_log_days: int = 400


@dataclass(frozen=True)
class Limits:
    """Requests in a minute, for each holder; ``at_once``: of the programs of one organization together."""

    enabled: bool = True
    key: int = 600
    user: int = 1200
    organization: int = 3000
    address: int = 120
    at_once: int = 8


@dataclass(frozen=True)
class Billing:
    """How this instance is paid for. Without a key of Stripe nobody pays: everything is allowed, and no trial ends."""

    stripe_key: str = ""
    webhook_secrets: tuple[str, ...] = ()  # two while one replaces the other
    api_base: str | None = None
    prices: Mapping[str, str] = field(default_factory=dict)  # Stripe's price of each plan that is sold
    trial_days: int = 14
    deadline_s: float = 10.0  # for one try at Stripe
    since: datetime | None = None  # trials of older organizations begin then

    @property
    def is_on(self) -> bool:
        return bool(self.stripe_key)


@dataclass(frozen=True)
class Blocklists:
    """``accepted``: lists whose terms are kept to; ``off``: never asked; ``keys``: by operator of lists."""

    accepted: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Config:
    """What features need to know of the operator's settings."""

    environment: str
    base_url: str
    data_dir: Path
    providers: "Mapping[str, ProviderSettings]"
    timing: Timing = field(default_factory=Timing)
    tracking_url: str = ""  # of links and pixels in mails; empty: the base URL
    support_address: str = "support@localhost"
    support_chat_url: str | None = None
    mail_from: str = "Mailwarden <noreply@localhost>"
    version: str = "0.1.0"
    retention: Retention = field(default_factory=Retention)
    limits: Limits = field(default_factory=Limits)
    billing: Billing = field(default_factory=Billing)
    blocklists: Blocklists = field(default_factory=Blocklists)
    settings_set: tuple[str, ...] = ()  # names only, for support
    egress_allow: tuple[str, ...] = ()  # CIDR ranges beside the public ones
    slack_hosts: tuple[str, ...] = ("hooks.slack.com",)  # where Slack webhooks of alerts may lead
    mail_ca_file: Path | None = None  # authorities that mail servers may be certified by, beside the system's
    cookie_secure: bool = True
    extension_ids: tuple[str, ...] = ()  # browser extensions that may ask people for access
    breached_passwords: Path | None = None  # made by `mailwarden breached-passwords`
    trusted_proxies: tuple[str, ...] = ()  # CIDR ranges whose word on the client's address is taken
    unverified_may_act: bool = True  # before they confirmed their address


@dataclass(frozen=True)
class Runtime:
    sessions: Sessions  # as mw_app: row-level security applies
    system: Sessions  # as mw_system: job columns, through functions
    redis: Any  # redis.asyncio.Redis; may be away at any time
    http: httpx.AsyncClient  # to providers
    clock: Clock
    keys: Keyring
    cursors: Cursors
    mailer: Mailer
    budget: "Budget"
    rng: random.Random
    config: Config
    resolver: "Resolvers"  # asks the DNS about domains; not for hosts that we connect to
    skew: SkewWatch = field(default_factory=SkewWatch)
    limiter: Limiter = field(default_factory=Limiter)
    reserved: Sessions | None = None  # as mw_app, too; None: none are kept free
    under_way: UnderWay = field(default_factory=dict)  # what several want at once is asked for once
    places: Places = field(default_factory=Places)  # for sending to customers' servers
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  # until a quota lets us call again

    def pressing(self) -> "Runtime":
        """For what may not wait behind everything else for a connection: providers' events, token refreshes (D3)."""
        return self if self.reserved is None else replace(self, sessions=self.reserved)

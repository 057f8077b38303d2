"""The operator's settings: environment variables `MAILWARDEN_…` (nested by `__`) or a `.env` file."""

import base64
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mailwarden.deliverability.blocklists.settings import BlocklistSettings
from mailwarden.deliverability.dns.servers import address_port

Environment = Literal["development", "demo", "test", "staging", "production"]
MOST_PROCESSES = 64  # of one worker command
DEVELOPMENT_KEY = base64.b64encode(b"development-only-key-0123456789a").decode()
LOCAL: tuple[Environment, ...] = ("development", "demo", "test")


def _split(data: object, name: str) -> object:
    """Lists are comma separated in the environment."""
    if isinstance(data, dict) and isinstance(data.get(name), str):
        data = {**data, name: tuple(part.strip() for part in data[name].split(",") if part.strip())}
    return data


class DatabaseSettings(BaseModel):
    url: SecretStr | None = Field(None, description="PostgreSQL as role mw_app; empty: the embedded server.")
    system_url: SecretStr | None = Field(None, description="PostgreSQL as role mw_system (relay and sweeper).")
    owner_url: SecretStr | None = Field(None, description="PostgreSQL as role mw_owner (migrations only).")
    admin_url: SecretStr | None = Field(None, description="A superuser, only for `mailwarden migrate --bootstrap`.")
    pool_size: int = Field(10, ge=2, le=200, description="Connections per process.")
    reserved_pool_size: int = Field(
        4, ge=1, le=50, description="Further connections per process, for webhooks and token refreshes alone."
    )
    statement_timeout_ms: int = Field(10_000, ge=100, description="Longest statement of the API.")


class RedisSettings(BaseModel):
    url: SecretStr | None = Field(None, description="Redis for wake-ups and budgets; empty: the embedded server.")


class SecuritySettings(BaseModel):
    encryption_keys: SecretStr = Field(
        SecretStr(f"dev:{DEVELOPMENT_KEY}"),
        description="`id:base64 of 32 bytes`, comma separated; the first seals, all open.",
    )
    lookup_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_KEY), description="Base64 of 32 bytes; keys hashes and cursors."
    )
    allow_http: bool = Field(
        False, description="Serve sign-in over plain http outside loopback. Refused in production."
    )

    breached_passwords: Path | None = Field(
        None, description="File of passwords known from breaches, made by `mailwarden breached-passwords`."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="CIDR ranges of reverse proxies whose X-Forwarded-For is believed, comma separated."
    )

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        return _split(data, "trusted_proxies")


class ProviderClientSettings(BaseModel):
    client_id: str = Field("", description="Our app's client id at the provider; empty: the provider is not offered.")
    client_secret: SecretStr = Field(SecretStr(""), description="Our app's client secret.")
    authorize_base: HttpUrl | None = Field(None, description="Replaces the host of the consent page (sandbox, proxy).")
    push_account: str | None = Field(
        None, description="Google: e-mail address of the service account that signs Pub/Sub pushes to us."
    )
    push_topic: str | None = Field(
        None, description="Google: Pub/Sub topic that Gmail tells of changes, `projects/…/topics/…`; empty: polling."
    )
    api_base: HttpUrl | None = Field(None, description="Replaces the host of token endpoint and API.")
    grant_life_days: int | None = Field(
        None, ge=1, description="Grants to our app end so many days after the consent (Google in testing: 7)."
    )


class ProvidersSettings(BaseModel):
    hubspot: ProviderClientSettings = ProviderClientSettings()
    klaviyo: ProviderClientSettings = ProviderClientSettings()
    keap: ProviderClientSettings = ProviderClientSettings()
    google: ProviderClientSettings = ProviderClientSettings()
    microsoft: ProviderClientSettings = ProviderClientSettings()


class TimingSettings(BaseModel):
    verdict_scale: float = Field(
        1.0, gt=0, le=10, description="Multiplies the confirmation schedule; < 1 for demos only."
    )
    probe_every_s: float = Field(600, ge=1, le=600, description="Longest time between two proofs of life.")
    realtime_every_s: float = Field(600, ge=1, le=900, description="Interval of the frequency real-time.")
    refresh_deadline_s: float = Field(20, gt=0, description="Total time for one call of a token endpoint.")
    refresh_lease_s: float = Field(45, gt=0, description="Lease of one refresh; at least twice its deadline.")
    api_deadline_s: float = Field(30, gt=0, description="Total time for one API call of a provider.")
    journal_poll_s: float = Field(60, ge=1, description="Interval of reading HubSpot's uninstall journal.")
    clock_follow_s: float = Field(30, gt=0, description="Interval of measuring the database's clock.")

    @model_validator(mode="after")
    def lease_outlives_deadline(self) -> Self:
        if self.refresh_lease_s < 2 * self.refresh_deadline_s:
            raise ValueError("refresh_lease_s must be at least twice refresh_deadline_s")
        return self


class MailSettings(BaseModel):
    mode: Literal["file", "smtp"] = Field("file", description="`file` writes .eml files into the data folder.")
    sender: str = Field("Mailwarden <noreply@mailwarden.localhost>", description="From of all notices.")
    host: str = Field("localhost", description="SMTP relay.")
    port: int = Field(587, ge=1, le=65535, description="SMTP port.")
    username: str | None = Field(None, description="SMTP user.")
    password: SecretStr | None = Field(None, description="SMTP password.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the SMTP connection is protected."
    )


class AccountsSettings(BaseModel):
    unverified_may_act: bool | None = Field(
        None,
        description="Let people act before they confirm their address; empty: only where mail goes to files.",
    )


class SupportSettings(BaseModel):
    address: str = Field("support@mailwarden.localhost", description="Where requests for support are mailed to.")
    chat_url: HttpUrl | None = Field(None, description="Page of a live chat, shown in the help menu; empty: none.")


class EgressSettings(BaseModel):
    allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="CIDR ranges that tenant-typed hosts may reach besides public ones, comma separated."
    )
    mail_ca_file: Path | None = Field(
        None, description="PEM file of authorities to trust for mail servers besides the system's."
    )
    slack_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("hooks.slack.com",), description="Hosts that Slack webhooks of alerts may lead to, comma separated."
    )

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        return _split(_split(data, "allow"), "slack_hosts")


class WorkerSettings(BaseModel):
    processes: int = Field(1, ge=1, le=MOST_PROCESSES, description="Processes that `mailwarden worker` runs.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of its /metrics; more processes, the next; 0: none.")
    fast_jobs: int = Field(40, ge=1, le=500, description="Short jobs (refresh, probe, alert) side by side per process.")
    bulk_jobs: int = Field(8, ge=1, le=100, description="Long jobs (sync) side by side per process.")
    relay_every_s: float = Field(0.2, gt=0, le=5, description="How often due rows are looked for.")
    blocked_after_s: float = Field(
        10, ge=0, le=300, description="A worker that is blocked for so long ends, to be started again; 0: never."
    )


class DnsSettings(BaseModel):
    nameservers: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Resolvers to check domains with, `address` or `address:port`, comma separated; empty: system's.",
    )
    timeout_s: float = Field(5.0, gt=0, le=30, description="Time for one question, with all its tries.")

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        return _split(data, "nameservers")

    @field_validator("nameservers")
    @classmethod
    def are_addresses(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        for one in servers:
            address_port(one)
        return servers


class OAuthSettings(BaseModel):
    extension_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Ids of browser extensions that people may let in, comma separated."
    )

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        return _split(data, "extension_ids")

    @field_validator("extension_ids")
    @classmethod
    def wellformed(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch("[a-p]{32}", one) for one in ids):
            raise ValueError("an extension id has 32 letters from a to p")
        return ids


class LimitsSettings(BaseModel):
    enabled: bool | None = Field(None, description="Count requests; empty: everywhere but in the environment test.")
    key: int = Field(600, ge=1, description="Requests of one API key or device in a minute.")
    user: int = Field(1200, ge=1, description="Requests of one person's browsers in a minute.")
    organization: int = Field(3000, ge=1, description="Requests of a whole organization in a minute.")
    address: int = Field(120, ge=1, description="Requests without a valid credential from one address in a minute.")
    at_once: int = Field(8, ge=1, description="Requests of an organization's programs at the same time.")


class BillingSettings(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    stripe_secret_key: SecretStr = Field(
        SecretStr(""), description="Stripe's secret or restricted key; empty: self-hosted, nobody pays."
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret of the endpoint /hooks/stripe; two, comma separated, while one is replaced."
    )
    stripe_api_base: HttpUrl | None = Field(None, description="Replaces the host of Stripe's API (sandbox, proxy).")
    prices: Annotated[dict[str, str], NoDecode] = Field(
        {}, description="Stripe's price of each plan that is sold, `plan:price_…`, comma separated."
    )
    trial_days: int = Field(14, ge=0, le=365, description="Days of the trial.")
    since: datetime | None = Field(
        None, description="When billing was switched on: trials of older organizations begin then (ISO 8601)."
    )

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("prices"), str):
            pairs = (part.strip().partition(":") for part in data["prices"].split(",") if part.strip())
            data = {**data, "prices": {plan: price for plan, _, price in pairs}}
        return data

    @model_validator(mode="after")
    def complete(self) -> Self:
        """A key alone would sell subscriptions of whose payment nobody ever hears."""
        if self.stripe_secret_key.get_secret_value():
            if not self.stripe_webhook_secret.get_secret_value():
                raise ValueError("stripe_webhook_secret is missing")
            if not self.prices or not all(self.prices.values()):
                raise ValueError("prices is missing or has a plan without a price")
            if self.since is not None and self.since.tzinfo is None:
                raise ValueError("since needs a time zone")
        return self


class RetentionSettings(BaseModel):
    """What the status page measures is kept for 90 days at least."""

    events_days: int = Field(365, ge=30, description="Days that the record of what happened is kept.")
    webhook_deliveries_days: int = Field(
        30, ge=30, description="Days that the log of deliveries to customers' endpoints is kept."
    )
    alerts_days: int = Field(365, ge=30, description="Days that alerts stay in the feed.")
    transitions_days: int = Field(1095, ge=90, description="Days that a connection's history is kept.")
    episodes_days: int = Field(1095, ge=90, description="Days that ended times of trouble are kept.")
    sync_runs_days: int = Field(400, ge=30, description="Days that finished runs stay in the sync log.")
    reconciliations_days: int = Field(
        400, ge=30, description="Days that comparisons with the providers' own totals are kept."
    )
    score_snapshots_days: int = Field(
        1095, ge=90, description="Days that deliverability scores are kept, with what they were made of."
    )
    sync_journal_days: int = Field(90, ge=1, description="Days that the sync journal is kept, hashes and counts.")
    sync_bodies_days: int = Field(
        14, ge=0, le=365, description="Days that redacted answers stay in the sync journal; 0: none are written."
    )
    refresh_attempts_days: int = Field(90, ge=90, description="Days that the log of token refreshes is kept.")
    signals_days: int = Field(90, ge=7, description="Days that single suspicious answers are kept.")
    call_outcomes_days: int = Field(
        7, ge=1, description="Days until the latest call of a connection that makes none any more is forgotten."
    )
    orphan_tokens_days: int = Field(1, ge=1, le=7, description="Days that superseded token answers are kept, sealed.")
    authorizations_days: int = Field(30, ge=1, description="Days that the log of authorizations is kept.")
    sessions_days: int = Field(30, ge=0, description="Days that expired sign-ins are kept.")
    account_letters_days: int = Field(
        30, ge=1, description="Days that the record of mails about accounts is kept, without their links."
    )
    audit_log_days: int = Field(1095, ge=365, description="Days that the record of who did what is kept.")
    support_requests_days: int = Field(
        365, ge=30, description="Days that requests for support are kept, with their attachments."
    )
    invitations_days: int = Field(90, ge=30, description="Days that invitations stay listed.")
    throttles_days: int = Field(2, ge=1, le=30, description="Days that counts of failed sign-ins are kept.")
    incidents_days: int = Field(365, ge=90, description="Days that ended provider incidents are kept.")
    done_jobs_days: int = Field(7, ge=1, description="Days that finished jobs are kept.")
    dead_jobs_days: int = Field(30, ge=7, description="Days that jobs which were given up are kept.")
    workers_days: int = Field(7, ge=1, description="Days that workers which are gone stay listed.")
    hook_bodies_days: int = Field(14, ge=1, le=90, description="Days that what providers pushed is kept, sealed.")
    hook_events_days: int = Field(30, ge=14, description="Days that an event is known, should it be pushed again.")
    hook_log_days: int = Field(90, ge=7, description="Days that the log of handled webhooks is kept.")
    support_bundles_days: int = Field(7, ge=1, le=90, description="Days that a support bundle can be downloaded.")
    domain_checks_days: int = Field(180, ge=7, description="Days that checks of a domain's DNS records are kept.")
    dmarc_reports_days: int = Field(
        400, ge=31, description="Days that DMARC reports are kept, counted from when they came."
    )
    received_mails_days: int = Field(
        90, ge=46, description="Days that codes of bounces, complaints and replies are kept; mail itself never is."
    )
    tracking_events_days: int = Field(
        400, ge=30, description="Days that single opens and clicks are kept; the first times stay with the mail."
    )
    exports_days: int = Field(30, ge=2, description="Days that exports stay listed; their files go after one day.")
    outreach_imports_days: int = Field(7, ge=1, description="Days that uploaded files of recipients are kept.")
    api_keys_days: int = Field(90, ge=1, description="Days that a revoked API key stays listed.")
    devices_days: int = Field(90, ge=1, description="Days that a device is known once its access has ended.")
    oauth_tokens_days: int = Field(
        90, ge=30, description="Days that the hash of a spent token is kept, to notice that a stolen one comes back."
    )
    billing_log_days: int = Field(
        400, ge=90, description="Days that the record of billing notices and of Stripe's webhooks is kept."
    )
    idempotency_days: int = Field(4, ge=4, le=30, description="Days that an Idempotency-Key is remembered.")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="MAILWARDEN_", env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )
    environment: Environment = Field("development", description="development, demo, test, staging or production.")
    base_url: HttpUrl = Field(HttpUrl("http://127.0.0.1:8000"), description="Where browsers reach this instance.")
    tracking_url: HttpUrl | None = Field(
        None, description="Where links and pixels of sent mails lead, a host of its own; empty: this instance's."
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on.")
    linger_s: float = Field(
        0, ge=0, le=60, description="Seconds the API serves on after SIGTERM while /readyz already says no."
    )
    data_dir: Path = Field(Path(".local"), description="Journal of token answers, embedded servers, mail files.")
    log_level: str = Field("info", description="debug, info, warning or error.")
    log_json: bool = Field(True, description="JSON lines; false for a terminal.")
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    security: SecuritySettings = SecuritySettings()
    providers: ProvidersSettings = ProvidersSettings()
    timing: TimingSettings = TimingSettings()
    mail: MailSettings = MailSettings()
    accounts: AccountsSettings = AccountsSettings()
    support: SupportSettings = SupportSettings()
    egress: EgressSettings = EgressSettings()
    dns: DnsSettings = DnsSettings()
    blocklists: BlocklistSettings = BlocklistSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    limits: LimitsSettings = LimitsSettings()
    oauth: OAuthSettings = OAuthSettings()
    billing: BillingSettings = BillingSettings()

    @property
    def public_url(self) -> str:
        return str(self.base_url).rstrip("/")

    @property
    def public_tracking_url(self) -> str:
        return str(self.tracking_url).rstrip("/") if self.tracking_url else self.public_url

    def of_worker(self, place: int) -> Self:
        """For one of several worker processes on a machine; ``place`` counts from 0 on."""
        port = self.worker.metrics_port
        worker = self.worker.model_copy(update={"metrics_port": port + place if port else 0})
        return self.model_copy(update={"worker": worker})

    @property
    def is_local(self) -> bool:
        return self.environment in LOCAL

    @model_validator(mode="after")
    def refuse_unsafe(self) -> Self:
        """A start with a known key or over plain http would look fine and protect nothing."""
        if self.is_local:
            return self
        for name in ("encryption_keys", "lookup_key"):
            if DEVELOPMENT_KEY in getattr(self.security, name).get_secret_value():
                raise ValueError(f"MAILWARDEN_SECURITY__{name.upper()} is the development default; set your own")
        plain = self.base_url.scheme == "http"
        if plain and (self.environment == "production" or not self.security.allow_http):
            raise ValueError("MAILWARDEN_BASE_URL must be https outside development")
        if self.tracking_url is not None and self.tracking_url.scheme == "http" and self.environment == "production":
            raise ValueError("MAILWARDEN_TRACKING_URL must be https in production")
        return self


def parse_keys(setting: str) -> dict[str, bytes]:
    """Raises ValueError naming the key, never showing it."""
    keys: dict[str, bytes] = {}
    for part in setting.split(","):
        name, found, encoded = part.strip().partition(":")
        if not found:  # the whole of it may be the key
            raise ValueError("an encryption key must be `id:` and base64 of 32 bytes")
        raw = base64.b64decode(encoded, validate=True)
        if not name or len(raw) != 32:
            raise ValueError(f"encryption key {name!r} must be `id:` and base64 of 32 bytes")
        keys[name] = raw
    return keys

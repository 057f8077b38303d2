"""Builds the Runtime from settings: the same for API, worker and command line."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from asyncpg import PostgresError
from pydantic import BaseModel, HttpUrl, SecretStr
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from mailwarden.billing.catalogue import catalogue
from mailwarden.core.checks import check_database
from mailwarden.core.clock import DatabaseClock
from mailwarden.core.crypto import Keyring
from mailwarden.core.db import make_engine, make_sessions
from mailwarden.core.egress import EgressGuard
from mailwarden.core.http import build_http
from mailwarden.core.key_check import check_keys
from mailwarden.core.mail import FileMailer, Mailer, SmtpMailer
from mailwarden.core.paging import Cursors
from mailwarden.core.runtime import Billing, Config, Limits, Retention, Runtime, Timing
from mailwarden.deliverability.dns.resolver import AioDnsResolver, Options
from mailwarden.providers.budget import RedisBudget, Scripts
from mailwarden.providers.settings import ProviderSettings
from mailwarden.settings import BillingSettings, MailSettings, ProviderClientSettings, Settings, parse_keys
from mailwarden.tables import metadata

WORKER_STATEMENT_MS, SYSTEM_STATEMENT_MS = 60_000, 10_000
# For a free connection of the pool: who waits at a browser is better told to come again; a job had better wait.
API_POOL_S, WORKER_POOL_S = 2.0, 5.0


class MissingSetting(Exception):
    """One clear line for the operator."""


def package_version() -> str:
    try:
        return version("mailwarden")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0.1.0"


def required(value: SecretStr | None, name: str) -> str:
    if value is None:
        raise MissingSetting(f"MAILWARDEN_{name} is not set (or use `mailwarden up`, which brings its own servers)")
    return value.get_secret_value()


def async_dsn(url: str) -> str:
    """Accepts the libpq spelling that every hosting service prints. Raises MissingSetting, which does not show it."""
    scheme, found, rest = url.partition("://")
    if not found or not rest or not scheme.startswith("postgres"):
        raise MissingSetting("the address of the database must be of the form postgresql://user:password@host/name")
    return "postgresql+asyncpg://" + rest


def keyring(settings: Settings) -> Keyring:
    keys = parse_keys(settings.security.encryption_keys.get_secret_value())
    lookup = base64.b64decode(settings.security.lookup_key.get_secret_value(), validate=True)
    return Keyring(primary=next(iter(keys)), keys=keys, lookup=lookup)


def check_words(settings: Settings) -> None:
    """What only its user would stumble over later. Raises MissingSetting."""
    try:
        keyring(settings)
    except ValueError as exc:
        raise MissingSetting(f"MAILWARDEN_SECURITY__ENCRYPTION_KEYS or LOOKUP_KEY cannot be used: {exc}") from exc
    try:
        EgressGuard(allow=settings.egress.allow)
    except ValueError as exc:
        raise MissingSetting(f"MAILWARDEN_EGRESS__ALLOW cannot be used: {exc}") from exc


async def reach(engine: AsyncEngine) -> None:
    """Raises UnsafeDatabase, and MissingSetting where nobody answers or lets us in."""
    try:
        await check_database(engine)
    except (OSError, SQLAlchemyError, PostgresError) as exc:
        why = str(getattr(exc, "orig", None) or exc).splitlines()[0]
        raise MissingSetting(f"the database at MAILWARDEN_DATABASE__URL cannot be used: {why}") from exc


def provider_settings(client: ProviderClientSettings, timing: Timing) -> ProviderSettings:
    return ProviderSettings(
        client_id=client.client_id,
        client_secret=client.client_secret.get_secret_value(),
        authorize_base=_base(client.authorize_base),
        push_account=client.push_account,
        push_topic=client.push_topic,
        api_base=_base(client.api_base),
        oauth_deadline_s=timing.refresh_deadline_s,
        api_deadline_s=timing.api_deadline_s,
        grant_life_days=client.grant_life_days,
    )


def _base(url: HttpUrl | None) -> str | None:
    return str(url).rstrip("/") if url else None


def names_set(part: BaseModel, prefix: str = "MAILWARDEN_") -> Iterator[str]:
    """Of every setting that somebody gave, whatever it is. Never a value."""
    for name in sorted(part.model_fields_set):
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from names_set(value, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def feature_config(settings: Settings) -> Config:
    """What features may know; providers without a client id are not offered."""
    timing = Timing(**settings.timing.model_dump(exclude={"clock_follow_s"}))
    clients: dict[str, ProviderClientSettings] = dict(settings.providers)
    return Config(
        environment=settings.environment,
        base_url=settings.public_url,
        tracking_url=settings.public_tracking_url,
        data_dir=settings.data_dir,
        providers={name: provider_settings(one, timing) for name, one in clients.items() if one.client_id},
        egress_allow=settings.egress.allow,
        slack_hosts=settings.egress.slack_hosts,
        mail_ca_file=settings.egress.mail_ca_file,
        timing=timing,
        mail_from=settings.mail.sender,
        support_address=settings.support.address,
        support_chat_url=str(settings.support.chat_url) if settings.support.chat_url else None,
        version=package_version(),
        retention=Retention(**settings.retention.model_dump()),
        limits=request_limits(settings),
        billing=billing_config(settings.billing),
        blocklists=settings.blocklists.config(),
        extension_ids=settings.oauth.extension_ids,
        settings_set=tuple(names_set(settings)),
        cookie_secure=settings.base_url.scheme == "https",
        breached_passwords=settings.security.breached_passwords,
        trusted_proxies=settings.security.trusted_proxies,
        unverified_may_act=_or(settings.accounts.unverified_may_act, settings.mail.mode == "file"),
    )


def billing_config(billing: BillingSettings) -> Billing:
    """Raises MissingSetting for a price of a plan that is not in the catalogue."""
    unknown = [plan for plan in billing.prices if catalogue().find(plan) is None]
    if unknown:
        raise MissingSetting(f"MAILWARDEN_BILLING__PRICES names plans that do not exist: {', '.join(unknown)}")
    secrets = billing.stripe_webhook_secret.get_secret_value().split(",")
    return Billing(
        stripe_key=billing.stripe_secret_key.get_secret_value(),
        webhook_secrets=tuple(one.strip() for one in secrets if one.strip()),
        api_base=_base(billing.stripe_api_base),
        prices=dict(billing.prices),
        trial_days=billing.trial_days,
        since=billing.since,
    )


def request_limits(settings: Settings) -> Limits:
    enabled = _or(settings.limits.enabled, settings.environment != "test")
    return Limits(enabled=enabled, **settings.limits.model_dump(exclude={"enabled"}))


def _or(chosen: bool | None, otherwise: bool) -> bool:
    return otherwise if chosen is None else chosen


def make_mailer(mail: MailSettings, data_dir: Path) -> Mailer:
    if mail.mode == "file":
        return FileMailer(data_dir / "mail")
    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        username=mail.username,
        password=mail.password.get_secret_value() if mail.password else None,
        start_tls=mail.security == "starttls",
        use_tls=mail.security == "tls",
    )


@dataclass(frozen=True, slots=True)
class Engines:
    app: AsyncEngine
    reserved: AsyncEngine  # as the app, for what may not wait
    system: AsyncEngine


def make_redis(url: str) -> Redis:
    """Fails fast: whoever uses it has a way to go on without."""
    client: Redis = Redis.from_url(
        url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1), retry_on_timeout=False
    )
    return client


@asynccontextmanager
async def open_engines(settings: Settings, application: str, *, worker: bool) -> AsyncIterator[Engines]:
    database = settings.database
    url = async_dsn(required(database.url, "DATABASE__URL"))
    system_url = async_dsn(required(database.system_url, "DATABASE__SYSTEM_URL"))
    statement_ms = WORKER_STATEMENT_MS if worker else database.statement_timeout_ms

    def engine(url: str, size: int, longest_ms: int, name: str) -> AsyncEngine:
        pool_s = WORKER_POOL_S if worker else API_POOL_S
        return make_engine(
            url, pool_size=size, statement_timeout_ms=longest_ms, application=name, pool_timeout_s=pool_s
        )

    engines = Engines(
        app=engine(url, database.pool_size, statement_ms, application),
        reserved=engine(url, database.reserved_pool_size, statement_ms, f"{application}-reserved"),
        system=engine(system_url, max(4, database.pool_size // 2), SYSTEM_STATEMENT_MS, f"{application}-system"),
    )
    try:
        yield engines
    finally:
        for one in (engines.app, engines.reserved, engines.system):
            await one.dispose()


@asynccontextmanager
async def open_clock(settings: Settings, engine: AsyncEngine) -> AsyncIterator[DatabaseClock]:
    clock = DatabaseClock(engine)
    await clock.measure()
    following = asyncio.create_task(clock.follow(settings.timing.clock_follow_s))
    try:
        yield clock
    finally:
        following.cancel()


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, application: str, worker: bool = False, keys_checked: bool = True
) -> AsyncIterator[Runtime]:
    """Refuses to start on a database whose roles would not keep tenants apart, or whose secrets our keys do not open.

    Raises UnsafeDatabase, WrongKeys. ``keys_checked`` False: for those who look into just that.
    """
    check_words(settings)
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(open_engines(settings, application, worker=worker))
        redis = make_redis(required(settings.redis.url, "REDIS__URL"))
        stack.push_async_callback(redis.aclose)
        await reach(engines.app)
        keys, sessions = keyring(settings), make_sessions(engines.app)
        if keys_checked:
            await check_keys(sessions, keys, metadata)
        clock = await stack.enter_async_context(open_clock(settings, engines.app))
        http = build_http()
        stack.push_async_callback(http.aclose)
        resolver = AioDnsResolver(Options(**settings.dns.model_dump()))
        stack.push_async_callback(resolver.close)
        yield Runtime(
            sessions=sessions,
            system=make_sessions(engines.system),
            redis=redis,
            http=http,
            clock=clock,
            keys=keys,
            cursors=Cursors(keys.lookup),
            mailer=make_mailer(settings.mail, settings.data_dir),
            budget=RedisBudget(cast(Scripts, redis), clock.timestamp),
            rng=random.Random(),  # noqa: S311 - jitter, not secrets
            config=feature_config(settings),
            resolver=resolver,
            reserved=make_sessions(engines.reserved),
        )

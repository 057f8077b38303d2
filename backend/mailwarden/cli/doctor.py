"""`mailwarden doctor`: what an operator would check first, in the order in which things depend on each other."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from mailwarden.compose import MissingSetting, async_dsn, make_redis, open_runtime, required
from mailwarden.core.runtime import Runtime
from mailwarden.migrate import current_revision, newest_revision
from mailwarden.providers import catalog
from mailwarden.providers.settings import authorize_url, token_endpoint_url
from mailwarden.settings import ProviderClientSettings, Settings

SKEW_ALARM_S = 30
MARKS = {True: "[green]ok[/]", False: "[red]trouble[/]", None: "[yellow]note[/]"}


@dataclass(frozen=True)
class Finding:
    """``ok`` None: worth knowing, not wrong."""

    what: str
    ok: bool | None
    detail: str


async def examine(settings: Settings, out: Console) -> bool:
    """Prints one row per check; True if nothing is wrong."""
    table = Table("check", "result", "detail", title="mailwarden doctor")
    good = True
    async for finding in findings(settings):
        table.add_row(finding.what, MARKS[finding.ok], finding.detail)
        good = good and finding.ok is not False
    out.print(table)
    return good


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("settings", True, f"environment {settings.environment}, {settings.public_url}")
    for check in (migrations, redis, workers, database_clock):
        yield await guarded(check, settings)
    for name, client in settings.providers:
        async for finding in provider(name, client, settings):
            yield finding


async def guarded(check: Callable[[Settings], Awaitable[Finding]], settings: Settings) -> Finding:
    what = check.__name__.replace("_", " ")
    try:
        async with asyncio.timeout(10):
            return await check(settings)
    except MissingSetting as exc:
        return Finding(what, False, str(exc))
    except Exception as exc:  # noqa: BLE001 - whatever is wrong is the finding
        return Finding(what, False, f"{type(exc).__name__}: {str(exc).splitlines()[0] if str(exc) else 'no answer'}")


async def migrations(settings: Settings) -> Finding:
    url = async_dsn(required(settings.database.owner_url, "DATABASE__OWNER_URL"))
    current, newest = await current_revision(url), newest_revision()
    detail = f"schema at {current}, newest {newest}" + ("" if current == newest else "; run `mailwarden migrate`")
    return Finding("migrations", current == newest, detail)


async def redis(settings: Settings) -> Finding:
    client = make_redis(required(settings.redis.url, "REDIS__URL"))
    try:
        started = time.perf_counter()
        await client.ping()
        return Finding("redis", True, f"answers in {(time.perf_counter() - started) * 1000:.1f} ms")
    except Exception as exc:  # noqa: BLE001
        return Finding("redis", None, f"away ({type(exc).__name__}); work goes on more slowly from PostgreSQL")
    finally:
        await client.aclose()


async def workers(settings: Settings) -> Finding:
    async with open_runtime(settings, application="mailwarden-doctor") as rt, rt.system() as session:
        asked = text("SELECT count(*), max(seen_at) FROM worker_heartbeats WHERE seen_at > app_now() - interval '30 s'")
        count, seen = (await session.execute(asked)).one()
    detail = (
        f"{count} alive, last seen {seen:%H:%M:%S} UTC" if count else "none alive: nothing refreshes, probes or syncs"
    )
    return Finding("workers", count > 0, detail)


async def database_clock(settings: Settings) -> Finding:
    async with open_runtime(settings, application="mailwarden-doctor") as rt:
        skew = abs(rt.clock.timestamp() - time.time())
    return Finding("database clock", skew < SKEW_ALARM_S, f"{skew:.1f} s from this machine's")


async def provider(name: str, client: ProviderClientSettings, settings: Settings) -> AsyncIterator[Finding]:
    spec = catalog.load()[name]
    if not client.client_id:
        yield Finding(spec.label, None, "no client id: not offered")
        return
    secret = bool(client.client_secret.get_secret_value())
    yield Finding(
        f"{spec.label} credentials", secret, "client id and secret present" if secret else "client secret missing"
    )
    redirect = f"{settings.public_url}/v1/oauth/callback/{name}"
    yield Finding(f"{spec.label} redirect URI", *redirect_verdict(settings, redirect))
    yield await reachable(name, settings)


def redirect_verdict(settings: Settings, redirect: str) -> tuple[bool | None, str]:
    """What we will send; the provider's side can only be seen when somebody connects."""
    if settings.is_local or redirect.startswith("https://"):
        return None, f"register exactly {redirect} at the provider"
    return False, f"{redirect} is not https; providers refuse it"


async def reachable(name: str, settings: Settings) -> Finding:
    """An invalid token request: any 4xx answer proves the address, and its Date header the clocks."""
    async with open_runtime(settings, application="mailwarden-doctor") as rt:
        return await _ask(name, rt)


async def _ask(name: str, rt: Runtime) -> Finding:
    spec = catalog.load()[name]
    url = token_endpoint_url(spec, rt.config.providers[name], spec.auth.token_path)
    what = f"{spec.label} reachable"
    try:
        answer = await rt.http.post(url, data={"grant_type": "refresh_token", "refresh_token": "doctor"}, timeout=10)
    except httpx.TransportError as exc:
        return Finding(what, False, f"{httpx.URL(url).host}: {type(exc).__name__}")
    consent = httpx.URL(authorize_url(spec, rt.config.providers[name])).host
    sent = answer.headers.get("date")
    skew = abs(parsedate_to_datetime(sent).timestamp() - rt.clock.timestamp()) if sent else 0.0
    detail = f"token endpoint answers {answer.status_code}; consent page at {consent}; clocks {skew:.0f} s apart"
    return Finding(what, answer.status_code < 500 and skew < SKEW_ALARM_S, detail)

"""`mailwarden doctor`: what an operator would check first, in the order in which things depend on each other."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from mailwarden.accounts import openid
from mailwarden.compose import MissingSetting, async_dsn, make_redis, open_runtime, required
from mailwarden.connections.incident_texts import incident_out, misconfiguration
from mailwarden.connections.models import Incident
from mailwarden.connections.our_app import is_registrable, redirect_uri
from mailwarden.connections.queries import open_incidents
from mailwarden.core.db import reader
from mailwarden.core.key_check import wrong_keys
from mailwarden.core.skew import ALARM_S, skew_of
from mailwarden.diagnostics.provider_apps import accepted
from mailwarden.migrate import current_revision, newest_revision
from mailwarden.providers import catalog
from mailwarden.providers.app import ProviderApp
from mailwarden.settings import ProviderClientSettings, Settings
from mailwarden.tables import metadata

opened = partial(open_runtime, application="mailwarden-doctor", keys_checked=False)
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
    yield mail(settings)
    for check in (migrations, encryption_keys, redis, workers, database_clock, incidents, operators):
        yield await guarded(check.__name__.replace("_", " "), check(settings))
    for name, client in settings.providers:
        for finding in provider(name, client, settings):
            yield finding
        if client.client_id:
            label = f"{catalog.load()[name].label} app"
            skews: list[float] = []
            yield await guarded(label, ask_provider(label, name, settings, skews))
            for skew in skews:
                yield provider_clock(label, skew)


async def guarded(what: str, check: Awaitable[Finding]) -> Finding:
    """A check that breaks is a finding, too: the others still run."""
    try:
        async with asyncio.timeout(20):
            return await check
    except MissingSetting as exc:
        return Finding(what, False, str(exc))
    except Exception as exc:  # noqa: BLE001 - whatever is wrong is the finding
        return Finding(what, False, f"{type(exc).__name__}: {str(exc).splitlines()[0] if str(exc) else 'no answer'}")


def mail(settings: Settings) -> Finding:
    if settings.mail.mode == "smtp":
        return Finding("mail", True, f"through {settings.mail.host}:{settings.mail.port}")
    where = f"written to files in {settings.data_dir}/mail; nobody receives them"
    return Finding("mail", None if settings.is_local else False, where)


async def migrations(settings: Settings) -> Finding:
    url = async_dsn(required(settings.database.url, "DATABASE__URL"))
    current, newest = await current_revision(url), newest_revision()
    detail = f"schema at {current}, newest {newest}" + ("" if current == newest else "; run `mailwarden migrate`")
    return Finding("migrations", current == newest, detail)


async def encryption_keys(settings: Settings) -> Finding:
    """Asked apart, since with wrong ones nothing starts."""
    async with opened(settings) as rt:
        wrong = await wrong_keys(rt.sessions, rt.keys, metadata)
    right = f"they open what is stored; new secrets are sealed under {rt.keys.primary!r}"
    return Finding("encryption keys", not wrong, "\n".join(wrong) or right)


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
    async with opened(settings) as rt, rt.system() as session:
        asked = text("SELECT count(*), max(seen_at) FROM worker_heartbeats WHERE seen_at > app_now() - interval '30 s'")
        count, seen = (await session.execute(asked)).one()
    detail = (
        f"{count} alive, last seen {seen:%H:%M:%S} UTC" if count else "none alive: nothing refreshes, probes or syncs"
    )
    return Finding("workers", count > 0, detail)


async def incidents(settings: Settings) -> Finding:
    async with opened(settings) as rt, reader(rt.sessions) as tx:
        return told(await open_incidents(tx))


def told(rows: Sequence[Incident]) -> Finding:
    """Our own mistakes are trouble; a provider's are worth knowing."""
    ours = [misconfiguration(row) for row in rows if row.kind == "misconfigured"]
    theirs = [incident_out(row) for row in rows if row.kind != "misconfigured"]
    lines = [f"{one.detail} Expected: {one.expected or '-'}. Actual: {one.actual or '-'}." for one in ours]
    lines += [f"{one.title} since {one.started_at:%d %B, %H:%M} UTC" for one in theirs]
    return Finding("incidents", False if ours else None if theirs else True, "\n".join(lines) or "none open")


async def operators(settings: Settings) -> Finding:
    async with opened(settings) as rt, reader(rt.sessions) as tx:
        count = len(list(await tx.session.scalars(text("SELECT list_operators()"))))
    if count:
        return Finding("operators", True, f"{count} told of incidents by mail")
    return Finding("operators", None, "nobody is told of incidents; `mailwarden operator add EMAIL` adds somebody")


async def database_clock(settings: Settings) -> Finding:
    async with opened(settings) as rt:
        skew = abs(rt.clock.timestamp() - time.time())
    return Finding("database clock", skew < ALARM_S, f"{skew:.1f} s from this machine's")


def provider(name: str, client: ProviderClientSettings, settings: Settings) -> Iterator[Finding]:
    spec = catalog.load()[name]
    if not client.client_id:
        yield Finding(spec.label, None, "no client id: not offered")
        return
    secret = bool(client.client_secret.get_secret_value())
    said = "client id and secret present" if secret else "client secret missing"
    yield Finding(f"{spec.label} credentials", secret, said)
    redirect = redirect_uri(settings.public_url, name)
    yield Finding(f"{spec.label} redirect URI", *redirect_verdict(settings, redirect))
    if openid.signs_in(name):
        redirect = openid.redirect_uri(settings.public_url, name)
        yield Finding(f"{spec.label} sign-in redirect URI", *redirect_verdict(settings, redirect))


def redirect_verdict(settings: Settings, redirect: str) -> tuple[bool | None, str]:
    """What we will send; the provider's side can only be seen when somebody connects or signs in."""
    if is_registrable(settings.public_url):
        return None, f"register exactly {redirect} at the provider"
    return False, f"{redirect} is not https; providers refuse it"


def provider_clock(label: str, skew: float) -> Finding:
    wrong = abs(skew) > ALARM_S
    return Finding(f"{label} clock", None if wrong else True, f"{skew:+.0f} s from ours")


async def ask_provider(what: str, name: str, settings: Settings, skews: list[float]) -> Finding:
    async with opened(settings) as rt:

        def on_date(date: str) -> None:
            if (skew := skew_of(date, rt.clock.timestamp())) is not None:
                skews.append(skew)

        app = ProviderApp(
            spec=catalog.load()[name],
            settings=rt.config.providers[name],
            http=rt.http,
            budget=rt.budget,
            on_date=on_date,
        )
        return Finding(what, *await accepted(app))

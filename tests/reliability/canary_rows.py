"""Row S5: whatever goes wrong, no secret lies in the open: logs, database, Redis, files, answers, metrics, bundle."""

import asyncio
import base64
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mailwarden.connections import refresh
from mailwarden.core.db import reader
from mailwarden.core.ids import format_id
from mailwarden.diagnostics.secrets import secrets_of
from mailwarden.settings import DEVELOPMENT_KEY
from tests.reliability.live import connected, lift, living, strike
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import PASSWORD, Browser
from tests.support.world import Linked, World

MINUTE_S = 60
PROVIDERS = ("hubspot", "klaviyo", "keap", "google", "microsoft")
FAULTS: Sequence[tuple[str, dict[str, Any]]] = (
    ("status", {"code": 500}),
    ("garbled", {}),
    ("status", {"code": 401}),
    ("wrong_content_type", {}),
    ("lost_refresh_response", {"count": 1}),
    ("reset", {"count": 3}),
    ("random_invalid_grant", {"rate": 1.0, "count": 2}),
    ("revoke", {}),
)
SHORTEST = 12  # letters; anything shorter is found in any text
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
PAGES = (
    "/v1/me",
    "/v1/connections",
    "/v1/alerts",
    "/v1/syncs",
    "/v1/integrations",
    "/v1/status",
    "/v1/diagnostics/callbacks",
    "/v1/diagnostics/refreshes",
    "/v1/diagnostics/webhooks",
    "/v1/diagnostics/connections",
)
OF_CONNECTIONS = ("", "/history", "/usability", "/receipts", "/disconnect-preview", "/syncs")


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """With the product's own formatter, and more talkative than any instance."""
    told, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(told)
    handler.setFormatter(root.handlers[0].formatter)
    before, ours = root.level, logging.getLogger("mailwarden")
    terminal = root.handlers[0]
    terminal.setLevel(logging.CRITICAL)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    try:
        yield told
    finally:
        root.removeHandler(handler)
        terminal.setLevel(logging.NOTSET)
        root.setLevel(before)
        ours.setLevel(logging.NOTSET)


def forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw).rstrip(b"=")}


async def _known(world: World, browsers: Sequence[Browser]) -> set[str]:
    """Every secret that the product holds at this moment."""
    found = {PASSWORD, DEVELOPMENT_KEY}
    for browser in browsers:
        async with reader(world.runtime.sessions, browser.org_id) as tx:
            found |= await secrets_of(world.runtime, tx, browser.org_id)
        found |= {value for value in browser.http.cookies.values() if value}
    return {one for one in found if len(one) >= SHORTEST}


async def _redis(world: World) -> bytes:
    redis, parts = world.runtime.redis, []
    async for key in redis.scan_iter(count=1000):
        kind = await redis.type(key)
        value: Any = b""
        if kind == b"string":
            value = await redis.get(key)
        elif kind == b"hash":
            value = await redis.hgetall(key)
        elif kind == b"zset":
            value = await redis.zrange(key, 0, -1)
        parts += [key, repr(value).encode()]
    return b"\n".join(parts)


async def _answers(browsers: Sequence[Browser], links: Sequence[Linked]) -> bytes:
    asked = [(browser, path) for browser in browsers for path in PAGES]
    for link in links:
        asked += [(link.browser, f"/v1/connections/{format_id('conn', link.id)}{more}") for more in OF_CONNECTIONS]
    told = [(await browser.get(path)).content for browser, path in asked]
    for browser in browsers:
        told.append((await browser.post("/v1/diagnostics/support-bundle", {"error_text": "It is broken"})).content)
        told.append((await browser.get("/metrics")).content)
    return b"\n".join(told)


async def _rows(world: World) -> bytes:
    tables = [row["tablename"] for row in await world.admin.fetch(TABLES)]
    rows = [row[0] for name in tables for row in await world.admin.fetch(f"SELECT one::text FROM {name} one")]
    return "\n".join(rows).encode()


async def _places(world: World, log: io.StringIO, links: Sequence[Linked]) -> dict[str, bytes]:
    browsers = list({id(link.browser): link.browser for link in links}.values())
    files = [path for path in world.runtime.config.data_dir.rglob("*") if path.is_file()]
    places = {
        "an answer": await _answers(browsers, links),
        "the database": await _rows(world),
        "Redis": await _redis(world),
        "a file": b"\n".join(path.read_bytes() for path in files),
    }
    return places | {"the log": log.getvalue().encode()}


async def canaries(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with living(ground, "S5") as world:
        with everything_logged() as log:
            links = await connected(world, n, PROVIDERS, access_ttl_s=300)
            browsers = list({id(link.browser): link.browser for link in links}.values())
            secrets = await _known(world, browsers)
            for turn in range(2):
                for number, link in enumerate(links):
                    kind, params = FAULTS[(number + turn * 3) % len(FAULTS)]
                    await strike(world, [link], kind, **params)
                await world.run_for(6 * MINUTE_S, finest=10)
                secrets |= await _known(world, browsers)
                await lift(world, links)
                await world.run_for(2 * MINUTE_S, finest=10)
                secrets |= await _known(world, browsers)
            places = await _places(world, log, links)
    tally.figures |= {f"kB of {name}": round(len(text) / 1000) for name, text in places.items()}
    await asyncio.to_thread(_search, tally, secrets, places)
    return tally


def _search(tally: Tally, secrets: set[str], places: dict[str, bytes]) -> None:
    for secret in sorted(secrets):
        where = [name for name, text in places.items() if any(form in text for form in forms(secret))]
        tally.see(not where, f"a secret of {len(secret)} letters, {secret[:4]}…, lies in {', '.join(where)}")


async def canaries_told(ground: Ground, n: int) -> Tally:
    """The broken variant says in its log what it received."""
    tell = refresh._tell

    async def telling(rt: Any, claim: Any, stored: Any, grant: Any, started: float) -> None:
        refresh.log.info("refreshed to %s", grant.access_token)
        await tell(rt, claim, stored, grant, started)

    with broken(refresh, "_tell", telling):
        return await canaries(ground, n)


ROWS = [Row("S5", "secrets while things go wrong", "none in the open", 30, canaries, canaries_told)]

"""Rows P10 and P11: listings whose shape drifts, and listings that lose, repeat or miscount their rows."""

import asyncio
import copy
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from mailwarden.core.ids import format_id
from mailwarden.providers.base import Campaign, ProviderError, Window
from mailwarden.providers.capabilities import ListsCampaigns
from mailwarden.providers.hubspot import EMAILS
from mailwarden.providers.registry import PROVIDERS
from mailwarden.sync import progress
from tests.providers.support import fixture
from tests.reliability.hostile import Asked, Reply, hostile
from tests.reliability.live import living
from tests.reliability.ours import Client, client
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser
from tests.support.sandbox import Sandbox
from tests.support.world import Linked, World

# P10

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGES = {"hubspot": "hubspot/emails-1.json", "klaviyo": "klaviyo/campaigns-1.json"}
ODD: list[Any] = [None, True, -1, 2**70, 1.5, "", "x" * 300, [], {}, [{}], "0000-00-00T00:00:00Z", "NEW_VALUE"]


def drifted(rng: random.Random, body: Any) -> Any:
    """Up to four fields gone, renamed, null or of another type."""
    for _ in range(rng.randint(1, 4)):
        holder = body
        while holder:
            key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            if not isinstance(holder[key], dict | list) or not holder[key] or rng.random() < 0.2:
                _spoil(rng, holder, key)
                break
            holder = holder[key]
    return body


def _spoil(rng: random.Random, holder: Any, key: Any) -> None:
    what = rng.choice(["gone", "renamed", "odd"]) if isinstance(holder, dict) else "odd"
    if what == "odd":
        holder[key] = rng.choice(ODD)
    else:
        value = holder.pop(key)
        if what == "renamed":
            holder[f"{key}_v2"] = value


async def schema_drift(ground: Ground, n: int, *, naive: bool = False) -> Tally:
    """A page in another shape becomes records or a failure of ours; it never crashes and never invents a record."""
    rng, tally = ground.rng("P10"), Tally()
    window = Window(datetime(2026, 10, 1, tzinfo=UTC), NOW)
    body: list[Any] = [None]
    async with hostile(lambda _: Reply(200, json.dumps(body[0]).encode())) as server:
        for name, file in PAGES.items():
            page = fixture(file)
            async with client(name, server.url) as one:
                for _ in range(n // len(PAGES)):
                    body[0] = drifted(rng, copy.deepcopy(page))
                    told = await _read(name, one, window, body[0] if naive else None)
                    tally.see(told is None, f"{name}: {told}"[:200])
    return tally


async def _read(name: str, one: Client, window: Window, body: Any) -> str | None:
    """What is wrong with what was made of the page; None: records, or a failure of ours."""
    adapter = PROVIDERS[name]
    try:
        if body is not None:
            found = tuple(_naive(name, row) for row in body[_LIST[name]])
        elif isinstance(adapter, ListsCampaigns):
            found = (await adapter.page(one.api(), window, adapter.segments(window)[0], None)).campaigns
    except ProviderError:
        return None
    except Exception as exc:  # noqa: BLE001 - that there is none is what is measured
        return repr(exc)
    return None if all(c.external_id and c.name for c in found) else repr(found)


_LIST = {"hubspot": "results", "klaviyo": "data"}


def _naive(name: str, row: Any) -> Campaign:
    """The broken variant reads what the documentation promises."""
    told = row["attributes"] if name == "klaviyo" else row
    at = datetime.fromisoformat(told["createdAt" if name == "hubspot" else "created_at"])
    return Campaign(row["id"], told["name"].strip(), None, told.get("state", "x"), "email", at, at, at, False, None)


async def naive_drift(ground: Ground, n: int) -> Tally:
    return await schema_drift(ground, n, naive=True)


# P11

Spoil = Callable[[dict[str, Any], bool], Reply | None]
"""Given a page and whether it is the first: an answer instead of it, or None after changing it in place."""


def _repeat(page: dict[str, Any], _: bool) -> None:
    page["results"] = [*page["results"], *page["results"][-3:]]


def _lose(page: dict[str, Any], first: bool) -> None:
    if not first:
        del page["results"][:2]


def _miscount(page: dict[str, Any], first: bool) -> None:
    page["total"] += 0 if first else 5


def _circle(page: dict[str, Any], first: bool) -> None:
    if not first and "paging" in page:
        page["paging"]["next"]["after"] = "100"


def _break(_: dict[str, Any], first: bool) -> Reply | None:
    return None if first else Reply(500, b"{}")


ANOMALIES: Mapping[str, Spoil] = {
    "rows twice": _repeat,
    "rows missing": _lose,
    "another total": _miscount,
    "cursor in a circle": _circle,
    "page 2 is a 500": _break,
}


class Front(Sandbox):
    """The real sandbox behind a server that spoils some of its listings."""

    def __init__(self, real: Sandbox, url: str) -> None:
        self.url, self.http, self._seen = url, real.http, 0


@asynccontextmanager
async def spoiling(ground: Ground) -> AsyncIterator[tuple[Front, list[Spoil | None]]]:
    chosen: list[Spoil | None] = [None]
    with httpx.Client(base_url=ground.sandbox.url, timeout=30) as real:
        async with hostile(lambda asked: _pass_on(real, asked, chosen[0])) as server:
            yield Front(ground.sandbox, server.url), chosen


def _pass_on(real: httpx.Client, asked: Asked, spoil: Spoil | None) -> Reply:
    kept = {k: v for k, v in asked.headers.items() if k in ("authorization", "content-type", "accept", "revision")}
    answer = real.request(asked.method, asked.path, content=asked.body, headers=kept)
    headers = {k: v for k, v in answer.headers.items() if k in ("content-type", "location", "retry-after")}
    if spoil is None or EMAILS not in asked.path or answer.status_code != 200:
        return Reply(answer.status_code, answer.content, headers)
    page = answer.json()
    first = "after" not in parse_qs(urlsplit(asked.path).query)
    return spoil(page, first) or Reply(200, json.dumps(page).encode(), headers)


async def broken_listings(ground: Ground, n: int, kinds: Mapping[str, Spoil] = ANOMALIES) -> Tally:
    """While a listing is wrong no run is a success with rows missing; once it is right again all rows are there."""
    tally = Tally()
    async with AsyncExitStack() as stack:
        front, chosen = await stack.enter_async_context(spoiling(ground))
        world = await stack.enter_async_context(living(replace(ground, sandbox=front), "P11"))
        browser = await world.sign_up()
        for name, spoil in kinds.items():
            chosen[0] = spoil
            links = [await _connect(world, browser) for _ in range(-(-n // len(kinds)))]
            await world.run_for(300, widest=300)
            lying = [await _lies(world, link) for link in links]
            chosen[0] = None
            await _read_again(world, links)
            for link, lies in zip(links, lying, strict=True):
                missing = await _missing(world, link)
                tally.see(not lies and missing == 0, f"{name}: {lies} false successes, {missing} rows missing after")
    return tally


async def _connect(world: World, browser: Browser) -> Linked:
    account = await asyncio.to_thread(world.sandbox.make_account, "hubspot", campaigns=250)
    return await world.connect(browser, "hubspot", account, history_range="all", sync_frequency="daily")


async def _read_again(world: World, links: list[Linked]) -> None:
    await world.run_for(600, widest=300)
    for link in links:  # refused if a run is open already
        await link.browser.post(f"/v1/connections/{format_id('conn', link.id)}/syncs")
    await world.run_for(360, widest=300)


RUNS = "SELECT count(*) FROM sync_runs WHERE connection_id = $1 AND status = 'success' AND NOT partial"
HELD = "SELECT count(*) FROM campaigns WHERE connection_id = $1"


async def _lies(world: World, link: Linked) -> int:
    """Complete successes although rows are missing."""
    if await _missing(world, link) == 0:
        return 0
    found: int = await world.admin.fetchval(RUNS, link.id)
    return found


async def _missing(world: World, link: Linked) -> int:
    truth = await asyncio.to_thread(world.sandbox.truth, link.provider, link.account)
    held: int = await world.admin.fetchval(HELD, link.id)
    return int(truth["campaigns"]) - held


async def trusting_listings(ground: Ground, n: int) -> Tally:
    """The broken variant believes that what came is all there is, so it cannot notice that rows are missing."""
    with broken(progress.Reading, "is_complete", lambda *_: True):
        return await broken_listings(ground, n, {"rows missing": _lose})


ROWS = [
    Row(
        "P10",
        "listings in another shape",
        "records or a failure, no crash",
        40_000,
        schema_drift,
        naive_drift,
        quick=400,
    ),
    Row(
        "P11",
        "listings that lose or repeat rows",
        "no success with rows missing",
        20,
        broken_listings,
        trusting_listings,
        sign="rows missing: 1 false",
    ),
]

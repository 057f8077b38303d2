"""Exports as a browser asks for them, and what is in their files."""

import csv
import io
import random
from datetime import timedelta
from typing import Any

import httpx

from mailwarden.alerts.models import Alert
from mailwarden.connections.models import Connection
from mailwarden.core.csv import text_of
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers import base
from mailwarden.sync.models import SyncRun
from tests.exports.payloads import some
from tests.metrics.test_routes import campaign, store
from tests.support.browser import Browser

PATH = "/v1/exports"


async def ask(browser: Browser, report: str, format: str = "csv", **over: Any) -> httpx.Response:
    return await browser.post(PATH, {"report": report, "format": format, **over})


def read(answer: httpx.Response) -> list[dict[str, str]]:
    """Rows by title, with texts as they were."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True)
    return [{title: text_of(cell) for title, cell in row.items()} for row in rows]


async def begin(browser: Browser, report: str, **over: Any) -> dict[str, Any]:
    answer = await ask(browser, report, background=True, **over)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{found['id']}"
    return found


async def state(browser: Browser, export: dict[str, Any]) -> dict[str, Any]:
    answer = await browser.get(f"{PATH}/{export['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def fill(rt: Runtime, connection: Connection, count: int, seed: int = 3) -> None:
    """Campaigns with names that spreadsheets and pages stumble over."""
    rng, names = random.Random(seed), some(count, seed)
    made = [
        campaign(
            rt,
            f"x{seed}-{n}",
            days_ago=rng.randrange(60) if n % 9 else None,
            name=names[n] or "unnamed",
            archived=bool(n % 4 == 0),
            figures=base.Figures(sent=rng.randrange(1000), delivered=rng.randrange(900)) if n % 5 else None,
        )
        for n in range(count)
    ]
    await store(rt, connection, *made)


async def fill_runs(rt: Runtime, connection: Connection, count: int) -> None:
    now = rt.clock.now()
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        for n in range(count):
            at = now - timedelta(minutes=n // 2)
            status = ("success", "failed")[n % 3 == 0]
            error = {"code": "x", "title": "=1+1", "detail": "d", "provider_code": None, "provider_request_id": None}
            tx.session.add(
                SyncRun(
                    id=new_id(),
                    org_id=connection.org_id,
                    connection_id=connection.id,
                    type=("manual", "auto")[n % 2],
                    status=status,
                    error=error if status == "failed" else None,
                    created_at=at,
                    started_at=at,
                    finished_at=at + timedelta(milliseconds=1500),
                )
            )


async def fill_alerts(rt: Runtime, connection: Connection, count: int) -> None:
    now = rt.clock.now()
    kinds = ("integration_disconnected", "integration_recovered")
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        for n, text in enumerate(some(count)):
            tx.session.add(
                Alert(
                    id=new_id(),
                    org_id=connection.org_id,
                    kind=kinds[n % 2],
                    connection_id=connection.id,
                    title=text,
                    body=text,
                    card={"provider": "hubspot", "account_label": "acme.test"},
                    created_at=now - timedelta(minutes=n // 3),
                    read_at=now if n % 4 == 0 else None,
                )
            )


async def listed(browser: Browser, path: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Every row that the page shows, in its order."""
    found: list[dict[str, Any]] = []
    asked = {**params, "limit": 100}
    while True:
        answer = await browser.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]

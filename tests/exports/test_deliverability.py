"""Scores, records and listings in one file, each as its own page shows it."""

from datetime import timedelta
from typing import Any

import pytest

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.models import BlocklistListing
from mailwarden.deliverability.domains.models import Domain
from mailwarden.deliverability.domains.rules import Standing
from mailwarden.deliverability.domains.written import of_standing
from mailwarden.deliverability.score.models import ScoreSnapshot
from mailwarden.exports import report
from tests.exports.steps import ask, listed, read
from tests.support.browser import Browser

DAYS = 40


def score(rt: Runtime, browser: Browser, domain: str, ago: int) -> ScoreSnapshot:
    return ScoreSnapshot(
        id=new_id(),
        org_id=browser.org_id,
        domain=domain,
        day=(rt.clock.now() - timedelta(days=ago)).date(),
        version="ds-1",
        inputs={},
        result={"lines": [{"name": "bounces", "points": 900}]},
        score=None if ago % 7 == 0 else 60 + ago,
        band=None if ago % 7 == 0 else "good",
        points=6000,
        cap="listed" if ago % 5 == 0 else None,
        confidence="medium",
        provisional=False,
    )


def listing(rt: Runtime, browser: Browser, asset: str, ago: int) -> BlocklistListing:
    at = rt.clock.now() - timedelta(days=ago)
    return BlocklistListing(
        id=new_id(),
        org_id=browser.org_id,
        asset_kind="domain",
        asset=asset,
        list_key=f"list-{ago}",
        operator="Somebody",
        tier="A",
        said="=cmd|'/C calc'!A0",
        first_seen_at=at,
        confirmed_at=at,
        last_seen_at=at,
        ended_at=at + timedelta(days=1) if ago % 2 else None,
        ending="delisted" if ago % 2 else None,
    )


def domain(rt: Runtime, browser: Browser, name: str) -> Domain:
    now = rt.clock.now()
    fault = Standing(
        check="spf",
        part="",
        name=name,
        verdict="fault",
        definite="fault",
        definite_at=now,
        since=now,
        seen_at=now,
        summary="-all is missing",
        records=("v=spf1",),
    )
    written = {"spf": of_standing(fault)}
    return Domain(id=new_id(), org_id=browser.org_id, name=name, registered=name, source="entered", standing=written)


@pytest.fixture
async def filled(runtime: Runtime, owner: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(report, "BATCH", 7)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        for name in ("", "a.example"):
            tx.session.add_all([score(runtime, owner, name, ago) for ago in range(DAYS)])
        for name in ("a.example", "b.example"):
            tx.session.add_all([listing(runtime, owner, name, ago) for ago in range(10)])
            tx.session.add(domain(runtime, owner, name))
    return owner


async def parts(browser: Browser, filters: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    rows = read(await ask(browser, "deliverability", filters=filters))
    return {part: [row for row in rows if row["Part"] == part] for part in ("score", "record", "blocklist")}


async def test_it_holds_what_the_pages_hold(filled: Browser, runtime: Runtime) -> None:
    first = (runtime.clock.now() - timedelta(days=20)).date().isoformat()
    for filters in ({}, {"domain": "a.example"}, {"first": first}, {"last": first, "domain": "a.example"}):
        found = await parts(filled, filters)
        days = await listed(filled, "/v1/deliverability/history", filters)
        assert [row["Day"] for row in found["score"]] == [one["day"] for one in days]
        assert [row["Score"] for row in found["score"]] == [str(one["score"] or "") for one in days]
        asset = {"asset": filters["domain"]} if "domain" in filters else {}
        seen = await listed(filled, "/v1/blocklists/listings", asset)
        assert [(row["Of"], row["Check or list"]) for row in found["blocklist"]] == [
            (one["asset"], one["list_name"]) for one in seen
        ]
        domains = (await filled.get("/v1/domains")).json()["data"]
        wanted = [one["name"] for one in domains if one["name"] == filters.get("domain", one["name"])]
        assert [row["Of"] for row in found["record"]] == wanted
    assert {row["State"] for row in found["record"]} == {"fault"}
    assert {row["Explanation"] for row in found["blocklist"]} == {"=cmd|'/C calc'!A0"}


async def test_open_listings_alone(filled: Browser) -> None:
    found = await parts(filled, {"status": "open"})
    assert {row["State"] for row in found["blocklist"]} == {"listed"}
    assert len(found["blocklist"]) == 10


async def test_it_gets_onto_paper(filled: Browser, owner: Browser) -> None:
    answer = await ask(filled, "deliverability", "pdf")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")

"""Reports of receivers as a browser brings them, and what becomes of them."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import new_id, parse_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dmarc_reports.condensing import MOST_SOURCES
from mailwarden.deliverability.dmarc_reports.models import DmarcReport, DmarcSource
from mailwarden.deliverability.dmarc_reports.report import Record, Report
from mailwarden.deliverability.domains.dmarc_turns import (
    AT_ONCE,
    OF_A_DAY,
    OF_A_MINUTE,
    SOURCES_OF_A_DAY,
    key_of,
    place,
)
from mailwarden.deliverability.domains.facts import authentication_facts
from mailwarden.main import create_app
from mailwarden.providers.budget import LocalBudget, Quota
from tests.conftest import NewClient
from tests.deliverability.dmarc_reports.written import RECORDS, a_report, gz, mailed, xml_of, zipped
from tests.organizations.steps import audit_rows, join
from tests.support.browser import Browser, sign_up
from tests.support.budgets import spend
from tests.support.jobs import drain
from tests.support.time import TimeMachine

NEW = {"name": "shop.example", "sending_ips": [{"address": "192.0.2.25"}]}


async def add(owner: Browser, **over: Any) -> str:
    answer = await owner.post("/v1/domains", NEW | over)
    assert answer.status_code == 201, answer.text
    return f"/v1/domains/{answer.json()['id']}"


def recent(runtime: Runtime, records: Sequence[Record] = RECORDS, days: int = 1, **over: Any) -> Report:
    ends_at = (runtime.clock.now() - timedelta(days=days)).replace(microsecond=0)
    return a_report(records, **{"begins_at": ends_at - timedelta(days=1), "ends_at": ends_at} | over)


async def bring(who: Browser, path: str, file: Report | bytes, **more: Any) -> httpx.Response:
    content = xml_of(file) if isinstance(file, Report) else file
    return await who.post(f"{path}/dmarc-reports", {"content": base64.b64encode(content).decode()}, **more)


async def more_of_the_same(runtime: Runtime, owner: Browser, report_id: UUID, count: int) -> None:
    """Each as large as one may be, without its sources."""
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(DmarcReport).where(DmarcReport.id == report_id))).one()
        same = {column.key: getattr(row, column.key) for column in DmarcReport.__mapper__.columns}
        for number in range(count):
            its = {"id": new_id(), "external_id": f"more-{number}", "sources": MOST_SOURCES}
            tx.session.add(DmarcReport(**same | its))


async def test_a_report_is_kept_once(runtime: Runtime, owner: Browser) -> None:
    path, report = await add(owner), recent(runtime)
    answer = await bring(owner, path, report)
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert (stored["reporter"], stored["external_id"]) == ("receiver.example", "r-1")
    counts = {name: stored[name] for name in ("messages", "dkim_aligned", "spf_aligned", "passing", "records")}
    assert counts == {"messages": 100, "dkim_aligned": 95, "spf_aligned": 80, "passing": 95, "records": 3}
    assert stored["policy"]["np"] == "none"
    assert datetime.fromisoformat(stored["ends_at"]) == report.ends_at
    for packed in (gz, mailed, lambda xml: zipped({"a.xml": xml})):
        again = await bring(owner, path, packed(xml_of(report)))
        assert (again.status_code, again.json()) == (200, stored)
    assert (await owner.get(f"{path}/dmarc-reports")).json()["data"] == [stored]
    detail = (await owner.get(f"{path}/dmarc-reports/{stored['id']}")).json()
    assert [one["address"] for one in detail.pop("largest_sources")] == ["192.0.2.25", "2001:db8::7", "198.51.100.9"]
    assert detail == stored
    [row] = [one for one in await audit_rows(runtime, owner) if one.action == "domain.dmarc_report_added"]
    assert row.target_label == "shop.example"


async def test_the_same_one_at_once_and_with_a_key(runtime: Runtime, owner: Browser) -> None:
    path, report = await add(owner), recent(runtime)
    answers = await asyncio.gather(*(bring(owner, path, report) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    other = replace(report, report_id="r-2")
    first, second = [await bring(owner, path, other, headers={"Idempotency-Key": "abc"}) for _ in range(2)]
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert (await owner.get(path)).json()["dmarc_reports"]["messages"] == 200


async def test_what_the_domains_page_tells(runtime: Runtime, owner: Browser) -> None:
    path = await add(owner)
    empty = (await owner.get(path)).json()
    assert (empty["dmarc_reports"]["reports"], empty["dmarc_reports"]["passing_share"]) == (0, None)
    assert (empty["suggested_ips"], empty["dmarc_reports"]["aligned"]) == ([], None)
    private = Record("10.0.0.1", 10, True, True, "shop.example")
    await bring(owner, path, recent(runtime, [*RECORDS, private]))
    await bring(owner, path, recent(runtime, days=2, report_id="r-2"))
    await bring(owner, path, recent(runtime, days=31, report_id="old"))
    found = (await owner.get(path)).json()
    summary = found["dmarc_reports"]
    assert (summary["days"], summary["reports"], summary["messages"], summary["passing"]) == (30, 2, 210, 200)
    assert summary["passing_share"] == pytest.approx(200 / 210)
    assert summary["aligned"] is True
    [failing] = summary["unaligned_sources"]
    assert (failing["address"], failing["messages"], failing["passing"]) == ("198.51.100.9", 10, 0)
    [suggested] = found["suggested_ips"]
    assert (suggested["address"], suggested["messages"], suggested["spf_passes"]) == ("2001:db8::7", 30, False)
    assert [one["address"] for one in found["sending_ips"]] == ["192.0.2.25"]
    wanted = {"sending_ips": [*found["sending_ips"], {"address": "2001:db8::7", "shared": True}]}
    changed = await owner.patch(path, wanted, headers={"If-Match": f'"v{found["version"]}"'})
    assert changed.status_code == 200, changed.text
    assert (await owner.get(path)).json()["suggested_ips"] == []


async def test_selectors_of_reports_are_looked_at_and_can_be_dropped(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    path = await add(owner, selectors=["mine"])
    await drain(runtime)
    await bring(owner, path, recent(runtime))
    found = (await owner.get(path)).json()
    named = [{"selector": "mine", "source": "entered"}, {"selector": "s9", "source": "report"}]
    assert found["selectors"] == named
    await time_machine.advance(60)
    looked = (await owner.post(f"{path}/verify")).json()
    assert {one["part"]: one["verdict"] for one in looked["standings"] if one["check"] == "dkim"}["s9"] == "valid"
    dropped = await owner.patch(path, {"drop_selectors": ["S9"]}, headers={"If-Match": f'"v{found["version"]}"'})
    assert dropped.json()["selectors"] == named[:1]
    await bring(owner, path, recent(runtime, report_id="r-2"))
    assert (await owner.get(path)).json()["selectors"] == named[:1]


async def test_old_reports_name_no_selectors(runtime: Runtime, owner: Browser) -> None:
    path = await add(owner, selectors=[])
    assert (await bring(owner, path, recent(runtime, days=40))).status_code == 201
    assert (await owner.get(path)).json()["selectors"] == []


async def test_the_score_learns_whether_mail_is_aligned(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    async def is_aligned(at: datetime | None = None) -> bool:
        async with reader(runtime.sessions, owner.org_id) as tx:
            return (await authentication_facts(tx, owner.org_id, "shop.example", at)).dmarc_aligned

    path, before = await add(owner), runtime.clock.now()
    await time_machine.advance(60)
    failing = replace(RECORDS[0], dkim=False, spf=False, messages=99)
    await bring(owner, path, recent(runtime, [failing]))
    assert await is_aligned()
    await bring(owner, path, recent(runtime, [replace(failing, messages=1)], report_id="r-2"))
    assert not await is_aligned()
    assert await is_aligned(before)
    await bring(owner, path, recent(runtime, [replace(RECORDS[0], messages=100)], report_id="r-3"))
    assert await is_aligned()


async def test_newest_first_page_by_page(runtime: Runtime, owner: Browser) -> None:
    path = await add(owner)
    for days in (3, 1, 2):
        await bring(owner, path, recent(runtime, days=days, report_id=f"r-{days}"))
    first = (await owner.get(f"{path}/dmarc-reports?limit=2")).json()
    rest = (await owner.get(f"{path}/dmarc-reports?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["external_id"] for one in first["data"] + rest["data"]] == ["r-1", "r-2", "r-3"]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)


async def test_what_is_no_report_of_the_domain_is_refused(runtime: Runtime, owner: Browser) -> None:
    path = await add(owner)
    other = await bring(owner, path, recent(runtime, domain="other.example"))
    assert (other.status_code, other.json()["code"]) == (422, "dmarc_report_domain")
    assert "other.example" in other.json()["detail"]
    broken = await bring(owner, path, b"<feedback>")
    assert (broken.status_code, broken.json()["code"]) == (422, "dmarc_report")
    assert broken.json()["errors"][0]["pointer"] == "#/content"
    assert (await owner.post(f"{path}/dmarc-reports", {"content": "no base64!"})).status_code == 422
    assert (await bring(owner, path, b"<" * (4 << 20))).status_code == 413
    assert (await bring(owner, path, b"<" * (3 << 20) + b"<")).status_code == 422
    assert (await owner.get(f"{path}/dmarc-reports")).json()["data"] == []


async def test_they_come_only_so_often(runtime: Runtime) -> None:
    """What is refused counts as well: reading it took the same time."""
    now = [0.0]
    limited = replace(runtime, budget=LocalBudget(lambda: now[0]))
    transport = httpx.ASGITransport(create_app(limited), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        owner = await sign_up(http, "eager@example.com")
        path, report, key = await add(owner), recent(runtime), key_of(owner.org_id)
        await spend(limited.budget, Quota(key, *OF_A_MINUTE), left=3)
        said = [(await bring(owner, path, one)).status_code for one in (b"<feedback>", report, report, report)]
        assert said == [422, 201, 200, 429]
        now[0] = 60.0
        await spend(limited.budget, Quota(f"{key}:day", *OF_A_DAY), left=4)  # three of a minute ago count
        assert (await bring(owner, path, report)).status_code == 200
        refused = await bring(owner, path, report)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_requests", "86340")
        assert refused.headers["content-type"] == "application/problem+json"


async def test_only_a_few_at_once(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    """Of one organization; others wait for their turn no longer than for those."""
    path, files = await add(owner), [recent(runtime, report_id=f"r-{one}") for one in range(AT_ONCE)]
    stranger = await sign_up(new_client(), "stranger@other.example", "Other")
    theirs = await add(stranger)
    async with place(owner.org_id):
        waiting = [asyncio.create_task(bring(owner, path, one)) for one in files]
        other = asyncio.create_task(bring(stranger, theirs, files[0]))
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        [refused] = [one.result() for one in done]
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    answers = await asyncio.gather(*waiting, other)
    assert sorted(one.status_code for one in answers) == [201] * AT_ONCE + [429]


async def test_no_more_sources_than_fit_into_a_day(runtime: Runtime, owner: Browser, time_machine: TimeMachine) -> None:
    path, report = await add(owner), recent(runtime)
    stored = await bring(owner, path, report)
    assert stored.status_code == 201
    await more_of_the_same(runtime, owner, parse_id("dmr", stored.json()["id"]), SOURCES_OF_A_DAY // MOST_SOURCES)
    second = replace(report, report_id="r-2")
    refused = await bring(owner, path, second)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert (await bring(owner, path, report)).status_code == 200
    for _ in range(4):  # whoever is away for long is signed out
        await time_machine.advance(timedelta(hours=7))
        await owner.get(path)
    assert (await bring(owner, path, second)).status_code == 201


async def test_owners_and_managers_bring_them_and_others_do_not(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    path, report = await add(owner), recent(runtime)
    stored = (await bring(owner, path, report)).json()
    manager = await join(runtime, owner, new_client, "manager", "Jo")
    assert (await bring(manager, path, replace(report, report_id="r-2"))).status_code == 201
    member = await join(runtime, owner, new_client, "member")
    assert (await bring(member, path, report)).status_code == 403
    assert len((await member.get(f"{path}/dmarc-reports")).json()["data"]) == 2
    stranger = await sign_up(new_client(), "stranger@other.example", "Other")
    assert (await bring(stranger, path, report)).status_code == 404
    for more in ("", f"/{stored['id']}"):
        assert (await stranger.get(f"{path}/dmarc-reports{more}")).status_code == 404
    theirs = await add(stranger)
    assert (await stranger.get(f"{theirs}/dmarc-reports/{stored['id']}")).status_code == 404
    assert (await bring(stranger, theirs, report)).status_code == 201


async def test_reports_go_with_their_domain(runtime: Runtime, owner: Browser) -> None:
    path = await add(owner)
    await bring(owner, path, recent(runtime))
    assert (await owner.delete(path)).status_code == 204
    async with reader(runtime.sessions, owner.org_id) as tx:
        assert await tx.session.scalar(select(func.count()).select_from(DmarcSource)) == 0

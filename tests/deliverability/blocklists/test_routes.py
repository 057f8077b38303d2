"""Blocklists as a browser sees them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from mailwarden.core.runtime import Billing, Runtime
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.main import create_app
from tests.conftest import NewClient
from tests.deliverability.blocklists.conftest import NAMES, Watched, add_domain, only
from tests.deliverability.blocklists.zones import honest, list_of
from tests.organizations.steps import join
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine

URL = "/v1/blocklists"
SOON = timedelta(minutes=13)


class Page:
    """A signed-in owner, and their watched organization."""

    def __init__(self, browser: Browser, watched: Watched) -> None:
        self.browser = browser
        self.watched = watched

    async def get(self, path: str = "") -> Any:
        answer = await self.browser.get(f"{URL}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest_asyncio.fixture(loop_scope="session")
async def page(runtime: Runtime, time_machine: TimeMachine) -> Any:
    dns = MemoryResolver()
    for name in NAMES:
        dns.put(honest(list_of(name)))
    rt = replace(only(runtime, *NAMES), resolver=dns)
    transport = httpx.ASGITransport(create_app(rt), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        owner = await sign_up(http, "owner@example.com")
        await add_domain(rt, owner.org_id, "example.com", "192.0.2.7")
        yield Page(owner, Watched(rt, dns, owner.org_id, time_machine))


async def listed(page: Page) -> Any:
    page.watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "https://check.spamhaus.org/sbl/query/SBL1")
    await page.watched.check()
    [one] = (await page.get("/listings"))["data"]
    return one


async def test_the_registry_tells_health_use_and_what_is_retired(page: Page):
    await page.watched.check()
    found = await page.get()
    lists = {one["key"]: one for one in found["lists"]}
    zen = lists["spamhaus_zen"]
    assert (zen["used"], zen["tier"], zen["health"][0]["status"]) == (True, "A", "healthy")
    assert zen["health"][1]["status"] == "unchecked"  # nobody asked of IPv6
    assert lists["abusix"]["used"] is False
    [sorbs] = [one for one in found["retired"] if one["name"] == "SORBS"]
    assert sorbs["ended"] == "2024-06-05"
    assert "Proofpoint" in sorbs["reason"]


async def test_each_asset_with_what_each_list_says(page: Page):
    await listed(page)
    found = await page.get("/assets?limit=1")
    assert (found["data"][0]["asset"], found["data"][0]["clear"], found["has_more"]) == ("example.com", 1, True)
    second = await page.get(f"/assets?limit=1&cursor={found['next_cursor']}")
    [ip] = second["data"]
    assert (ip["asset"], ip["domains"], ip["listed"], ip["clear"]) == ("192.0.2.7", ["example.com"], 1, 2)
    lists = {one["list_key"]: one for one in ip["lists"]}
    assert lists["spamhaus_zen"]["status"] == "listed"
    assert lists["spamhaus_zen"]["lookup_url"] == "https://check.spamhaus.org/results?query=192.0.2.7"
    assert not any("{" in one["lookup_url"] for one in lists.values())


async def test_a_listing_names_list_reason_and_the_way_off(page: Page):
    one = await listed(page)
    assert one["operator"] == "Spamhaus"
    assert (one["list_name"], one["asset"], one["tier"], one["times"]) == ("Spamhaus ZEN", "192.0.2.7", "A", 1)
    assert one["said"].endswith("SBL1")
    steps = {step["step"]: step for step in one["checklist"]}
    assert list(steps) == [
        "find_list",
        "visit_list",
        "find_process",
        "fix_cause",
        "request_removal",
        "keep_watching",
    ]
    assert steps["request_removal"]["link"] == "https://check.spamhaus.org/results?query=192.0.2.7"
    assert "double opt-in" in steps["fix_cause"]["text"]
    assert (steps["keep_watching"]["automatic"], steps["keep_watching"]["done"]) == (True, False)
    assert await page.get(f"/listings/{one['id']}") == one


async def test_who_ticked_what_and_when_and_the_last_step_ticks_itself(page: Page):
    one = await listed(page)
    path = f"{URL}/listings/{one['id']}/checklist"
    answer = await page.browser.patch(path, {"step": "fix_cause", "done": True})
    assert answer.status_code == 200, answer.text
    [step] = [step for step in answer.json()["checklist"] if step["step"] == "fix_cause"]
    assert (step["done"], step["changed_by_name"], step["changed_by"]) == (True, "Pat", page.browser.me["user"]["id"])
    assert step["changed_at"] is not None
    again = await page.browser.patch(path, {"step": "fix_cause", "done": False})
    assert [step["done"] for step in again.json()["checklist"]] == [False] * 6
    refused = await page.browser.patch(path, {"step": "keep_watching", "done": True})
    assert refused.status_code == 422
    page.watched.unlist("spamhaus_zen", "192.0.2.7")
    await page.watched.check(timedelta(minutes=61))
    await page.watched.check(SOON)
    [gone] = (await page.get("/listings?status=ended"))["data"]
    assert gone["checklist"][-1]["done"] is True
    assert gone["checklist"][-1]["changed_at"] == gone["ended_at"]
    assert (await page.get("/listings?status=open"))["data"] == []


async def test_listings_come_page_by_page_and_by_asset(page: Page):
    page.watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    page.watched.list_("spamhaus_dbl", "example.com", "127.0.1.2", "reason")
    await page.watched.check()
    first = await page.get("/listings?limit=1")
    assert first["has_more"]
    second = await page.get(f"/listings?limit=1&cursor={first['next_cursor']}")
    assert {first["data"][0]["asset"], second["data"][0]["asset"]} == {"192.0.2.7", "example.com"}
    assert [one["asset"] for one in (await page.get("/listings?asset=Example.com"))["data"]] == ["example.com"]


async def test_a_check_is_asked_for_and_only_of_ones_own(page: Page):
    answer = await page.browser.post(f"{URL}/check", {"asset": None})
    assert (answer.status_code, answer.json()) == (202, {"assets": 2, "questions": 4})
    await drain(page.watched.runtime)
    assert (await page.browser.post(f"{URL}/check", {})).json() == {"assets": 2, "questions": 0}
    await page.watched.time.advance(timedelta(minutes=6))
    page.watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    asked = await page.browser.post(f"{URL}/check", {"asset": "192.0.2.7"})
    assert asked.json() == {"assets": 1, "questions": 3}
    await drain(page.watched.runtime)
    assert len((await page.get("/listings"))["data"]) == 1
    for stranger in ("198.51.100.1", "example.org", "127.0.0.2", "not a name"):
        assert (await page.browser.post(f"{URL}/check", {"asset": stranger})).status_code == 404


async def test_who_does_not_pay_may_look_but_not_ask(page: Page):
    one = await listed(page)
    rt = page.watched.runtime
    billing = Billing(stripe_key="sk_test_key", trial_days=0, api_base="http://stripe.test")
    unpaid = replace(rt, config=replace(rt.config, billing=billing))
    transport = httpx.ASGITransport(create_app(unpaid), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://127.0.0.1:8000",
        cookies=page.browser.http.cookies,
        headers={"x-csrf": page.browser.http.headers["x-csrf"]},
    ) as http:
        refused = await http.post(f"{URL}/check", json={})
        assert (refused.status_code, refused.json()["code"]) == (402, "subscription_inactive")
        assert (await http.get(f"{URL}/listings/{one['id']}")).status_code == 200


async def test_a_shared_address_leads_to_its_provider(page: Page):
    await add_domain(page.watched.runtime, page.browser.org_id, "other.example", "198.51.100.5", shared=True)
    page.watched.list_("spamhaus_zen", "198.51.100.5", "127.0.0.2", "reason")
    await page.watched.check()
    [one] = (await page.get("/listings?asset=198.51.100.5"))["data"]
    request = next(step for step in one["checklist"] if step["step"] == "request_removal")
    assert (one["shared"], request["link"]) == (True, None)
    assert "provider" in request["text"]


async def test_a_listing_of_somebody_else_does_not_exist(page: Page):
    unknown = "lst_" + "0" * 32
    assert (await page.browser.get(f"{URL}/listings/{unknown}")).status_code == 404
    body = {"step": "fix_cause", "done": True}
    assert (await page.browser.patch(f"{URL}/listings/{unknown}/checklist", body)).status_code == 404


async def test_members_look_and_owners_act(page: Page, new_client: NewClient):
    one = await listed(page)
    member = await join(page.watched.runtime, page.browser, new_client, "member")
    assert (await member.get(f"{URL}/listings/{one['id']}")).status_code == 200
    body = {"step": "fix_cause", "done": True}
    for refused in (
        await member.patch(f"{URL}/listings/{one['id']}/checklist", body),
        await member.post(f"{URL}/check", {}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "role_required")


async def test_others_see_nothing_of_it(page: Page, new_client: NewClient):
    one = await listed(page)
    stranger = await sign_up(new_client(), "stranger@other.example", "Other")
    body = {"step": "fix_cause", "done": True}
    assert (await stranger.get(f"{URL}/listings/{one['id']}")).status_code == 404
    assert (await stranger.patch(f"{URL}/listings/{one['id']}/checklist", body)).status_code == 404
    assert (await stranger.post(f"{URL}/check", {"asset": "192.0.2.7"})).status_code == 404
    for path in ("/listings", "/assets"):
        assert (await stranger.get(f"{URL}{path}")).json()["data"] == []

"""Sending domains as a browser sees them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import httpx
import pytest
from sqlalchemy import select

from mailwarden.core.db import reader
from mailwarden.core.jobs import due_at
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dns.answers import Answer, Reason
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.domains.facts import authentication_facts
from mailwarden.deliverability.domains.jobs import CHECK
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.service import OF_ONE_DAY
from mailwarden.deliverability.domains.store import sending_addresses, sending_domains
from mailwarden.deliverability.facts import Authentication
from mailwarden.events.models import Event
from mailwarden.main import create_app
from mailwarden.providers.budget import LocalBudget, Quota
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import join
from tests.support.browser import Browser, sign_up
from tests.support.budgets import spend
from tests.support.jobs import drain
from tests.support.time import TimeMachine

AT = "_dmarc.shop.example"
NEW = {"name": "Shop.Example", "selectors": ["s9"], "sending_ips": [{"address": "192.0.2.25"}]}


async def add(owner: Browser, **over: Any) -> dict[str, Any]:
    answer = await owner.post("/v1/domains", NEW | over)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def verify(owner: Browser, domain: dict[str, Any]) -> dict[str, Any]:
    answer = await owner.post(f"/v1/domains/{domain['id']}/verify")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def states(domain: dict[str, Any]) -> dict[str, str | None]:
    return {one["check"]: one["standing"] for one in domain["standings"] if not one["part"]}


async def changes(runtime: Runtime, owner: Browser) -> list[dict[str, Any]]:
    async with reader(runtime.sessions, owner.org_id) as tx:
        asked = select(Event.data).where(Event.org_id == owner.org_id, Event.type == "domain.changed")
        return list(await tx.session.scalars(asked.order_by(Event.sequence)))


async def test_a_new_domain_is_looked_at_by_itself(runtime: Runtime, owner: Browser) -> None:
    added = await add(owner)
    assert (added["name"], added["registered"], added["source"]) == ("shop.example", "shop.example", "entered")
    assert (added["checked_at"], added["standings"]) == (None, [])
    await drain(runtime)
    [listed] = (await owner.get("/v1/domains")).json()["data"]
    expected = dict.fromkeys(("spf", "dkim", "dmarc", "mx", "fcrdns"), "valid")
    assert states(listed) == expected | dict.fromkeys(("mta_sts", "tls_rpt", "bimi"), "absent")
    detail = (await owner.get(f"/v1/domains/{added['id']}")).json()
    assert detail["latest"]["trigger"] == "added"
    dmarc = next(one for one in detail["latest"]["results"] if one["check"] == "dmarc")
    assert dmarc["records"] == ["v=DMARC1; p=reject; rua=mailto:d@shop.example"]
    asked = next(one for one in detail["latest"]["answers"] if one["name"] == AT)
    assert (asked["type"], asked["outcome"]) == ("TXT", "found")
    assert await changes(runtime, owner) == []


async def test_verify_sees_what_was_just_published(runtime: Runtime, owner: Browser, dns: MemoryResolver) -> None:
    dns.remove(AT)
    added = await add(owner)
    await drain(runtime)
    missing = await verify(owner, added)
    assert states(missing)["dmarc"] == "absent"
    dmarc = next(one for one in missing["latest"]["results"] if one["check"] == "dmarc")
    assert dmarc["publish"][0]["name"] == AT
    dns.put({AT: {"TXT": [dmarc["publish"][0]["value"]]}})
    assert states(await verify(owner, added))["dmarc"] == "valid"
    [told] = await changes(runtime, owner)
    assert (told["domain"], told["domain_id"]) == ("shop.example", added["id"])
    [change] = told["changes"]
    assert (change["check"], change["from"]["verdict"], change["to"]["verdict"]) == ("dmarc", "absent", "valid")


async def test_silence_keeps_the_last_answer_for_two_days_and_is_never_missing(
    runtime: Runtime, owner: Browser, dns: MemoryResolver, time_machine: TimeMachine
) -> None:
    added = await add(owner)
    await drain(runtime)
    dns.put({AT: Reason.SERVFAIL, "shop.example": Reason.TIMEOUT})
    silent = await verify(owner, added)
    assert (states(silent)["dmarc"], states(silent)["spf"]) == ("valid", "valid")
    assert {one["verdict"] for one in silent["standings"] if one["check"] in ("dmarc", "spf")} == {"unknown"}
    for _ in range(7):  # whoever is away for long is signed out
        await time_machine.advance(timedelta(hours=7))
        await owner.get("/v1/domains")
    still = await verify(owner, added)
    assert (states(still)["dmarc"], states(still)["dkim"]) == (None, "valid")
    assert await changes(runtime, owner) == []


async def test_the_score_reads_definite_facts(
    runtime: Runtime, owner: Browser, dns: MemoryResolver, time_machine: TimeMachine
) -> None:
    async def facts() -> Authentication:
        async with reader(runtime.sessions, owner.org_id) as tx:
            return await authentication_facts(tx, owner.org_id, "shop.example")

    assert await facts() == Authentication()
    added = await add(owner)
    await drain(runtime)
    good = Authentication("covers", "strong", "reject", False, True, True, True, own_ip=True)
    assert await facts() == good
    before = runtime.clock.now()
    dns.put({AT: Reason.TIMEOUT})
    await time_machine.advance(timedelta(hours=1))
    await verify(owner, added)
    assert await facts() == good
    dns.put({AT: {"TXT": ["v=DMARC1; p=quarantine; t=y"]}})
    await time_machine.advance(timedelta(hours=1))
    await verify(owner, added)
    found = await facts()
    assert (found.dmarc, found.dmarc_testing, found.dmarc_rua) == ("quarantine", True, False)
    async with reader(runtime.sessions, owner.org_id) as tx:
        assert await authentication_facts(tx, owner.org_id, "shop.example", before) == good
    await time_machine.advance(timedelta(hours=49))
    assert await facts() == Authentication()


async def test_the_rhythm_after_a_change(
    runtime: Runtime, owner: Browser, dns: MemoryResolver, time_machine: TimeMachine
) -> None:
    added = await add(owner)

    async def looks(hours: int) -> int:
        """How often it was looked at in that time, if every job runs within ten minutes."""
        before = await count(runtime, owner)
        for _ in range(hours * 6):
            await time_machine.advance(timedelta(minutes=10))
            await drain(runtime)
        return await count(runtime, owner) - before

    await drain(runtime)
    assert await looks(1) == 0
    dns.put({AT: {"TXT": ["v=DMARC1; p=none; rua=mailto:d@shop.example"]}})
    await verify(owner, added)
    assert 4 <= await looks(2) <= 9
    [told] = await changes(runtime, owner)
    assert told["changes"][0]["to"]["records"] == ["v=DMARC1; p=none; rua=mailto:d@shop.example"]
    shown = (await owner.get(f"/v1/domains/{added['id']}")).json()
    assert shown["watched_until"] is not None


async def count(runtime: Runtime, owner: Browser) -> int:
    async with reader(runtime.sessions, owner.org_id) as tx:
        return len(list(await tx.session.scalars(select(DomainCheck.id).where(DomainCheck.org_id == owner.org_id))))


async def test_selectors_and_addresses_can_be_changed(runtime: Runtime, owner: Browser, dns: MemoryResolver) -> None:
    added = await add(owner, selectors=[], sending_ips=[])
    await drain(runtime)
    path = f"/v1/domains/{added['id']}"
    loaded = await owner.get(path)
    assert states(loaded.json())["dkim"] is None
    body = {"selectors": ["S9", "old"], "sending_ips": [{"address": "2001:0db8::1", "shared": True}]}
    [listed] = (await owner.get("/v1/domains")).json()["data"]
    verified = await owner.post(f"{path}/verify")
    assert {loaded.headers["etag"], verified.headers["etag"]} == {f'"v{listed["version"]}"'}
    changed = await owner.patch(path, body, headers={"If-Match": loaded.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert [one["selector"] for one in changed.json()["selectors"]] == ["s9", "old"]
    assert changed.json()["sending_ips"] == [{"address": "2001:db8::1", "shared": True}]
    again = await owner.patch(path, body, headers={"If-Match": loaded.headers["etag"]})
    assert again.status_code == 412
    await drain(runtime)
    seen = (await owner.get(path)).json()
    assert seen["latest"]["trigger"] == "settings"
    assert states(seen)["dkim"] == "fault"
    async with reader(runtime.sessions, owner.org_id) as tx:
        assert await sending_domains(tx, owner.org_id) == ("shop.example",)
        assert await sending_addresses(tx, owner.org_id) == (("shop.example", "2001:db8::1", True),)


async def test_a_key_that_was_found_is_remembered(runtime: Runtime, owner: Browser, dns: MemoryResolver) -> None:
    key = {"TXT": [str(dns._zones["s9._domainkey.shop.example"]["TXT"][0])]}  # type: ignore[index]
    dns.put({"google._domainkey.shop.example": key})
    added = await add(owner)
    await drain(runtime)
    found = (await owner.get(f"/v1/domains/{added['id']}")).json()
    assert {"selector": "google", "source": "found"} in found["selectors"]
    assert "google" in [one["provider"] for one in found["hints"]]
    dns.remove("google._domainkey.shop.example")
    gone = await verify(owner, added)
    assert states(gone)["dkim"] == "valid"
    [told] = await changes(runtime, owner)
    assert [(one["part"], one["to"]["verdict"]) for one in told["changes"]] == [("google", "absent")]


async def test_connected_accounts_suggest_domains_and_bring_hints(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection
) -> None:
    await make_connection(provider="google", external_id="1", account_label="news@shop.example")
    await make_connection(provider="google", external_id="2", account_label="somebody@gmail.com")
    await make_connection(provider="hubspot", external_id="123456", account_label="Shop")
    [suggested] = (await owner.get("/v1/domains/suggestions")).json()["data"]
    assert (suggested["domain"], suggested["provider"]) == ("shop.example", "google")
    added = await add(owner, selectors=[], sending_ips=[])
    assert added["source"] == "connection"
    assert (await owner.get("/v1/domains/suggestions")).json()["data"] == []
    hints = {one["provider"]: one for one in (await owner.get(f"/v1/domains/{added['id']}")).json()["hints"]}
    assert set(hints) == {"google", "hubspot"}
    assert hints["hubspot"]["publish"][0] == {
        "name": "hs1-123456._domainkey.shop.example",
        "type": "CNAME",
        "value": "shop-example.hs01a.dkim.hubspotemail.net",
        "instead": False,
    }


async def test_a_domain_goes_with_its_history(runtime: Runtime, owner: Browser) -> None:
    added = await add(owner)
    await drain(runtime)
    assert (await owner.delete(f"/v1/domains/{added['id']}")).status_code == 204
    await drain(runtime)
    assert (await owner.get(f"/v1/domains/{added['id']}")).status_code == 404
    async with reader(runtime.sessions, owner.org_id) as tx:
        assert (await tx.session.scalars(select(DomainCheck))).all() == []
        assert (await tx.session.scalars(select(Domain))).all() == []


async def test_every_look_is_kept(owner: Browser, runtime: Runtime, time_machine: TimeMachine) -> None:
    added = await add(owner)
    await drain(runtime)
    for _ in range(2):
        await time_machine.advance(60)
        await verify(owner, added)
    path = f"/v1/domains/{added['id']}/checks"
    first = (await owner.get(f"{path}?limit=2")).json()
    assert [one["trigger"] for one in first["data"]] == ["verify", "verify"]
    rest = (await owner.get(f"{path}?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["trigger"] for one in rest["data"]] == ["added"]
    assert rest["data"][0]["verdicts"]["dkim:s9"] == "valid"
    look = (await owner.get(f"{path}/{rest['data'][0]['id']}")).json()
    assert {one["check"] for one in look["results"]} >= {"spf", "dkim", "dmarc"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "co.uk"}, 422),
        ({"name": "nothing"}, 422),
        ({"name": "shop.example", "selectors": ["a b"]}, 422),
        ({"name": "shop.example", "sending_ips": [{"address": "1.2.3"}]}, 422),
    ],
)
async def test_what_is_refused(owner: Browser, body: dict[str, Any], status: int) -> None:
    assert (await owner.post("/v1/domains", body)).status_code == status


async def test_twice_is_a_conflict(owner: Browser) -> None:
    await add(owner)
    again = await owner.post("/v1/domains", NEW)
    assert (again.status_code, again.json()["code"]) == (409, "domain_exists")


async def test_others_neither_see_nor_change_it(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    added = await add(owner)
    member = await join(runtime, owner, new_client, "member")
    assert (await member.get(f"/v1/domains/{added['id']}")).status_code == 200
    assert (await member.post(f"/v1/domains/{added['id']}/verify")).status_code == 403
    assert (await member.delete(f"/v1/domains/{added['id']}")).status_code == 403
    stranger = await sign_up(new_client(), "stranger@other.example", "Other")
    for path in ("", "/checks"):
        assert (await stranger.get(f"/v1/domains/{added['id']}{path}")).status_code == 404
    assert (await stranger.post(f"/v1/domains/{added['id']}/verify")).status_code == 404
    assert (await stranger.get("/v1/domains")).json()["data"] == []


class Delayed:
    """Tells what the DNS said before ``meanwhile`` happened."""

    def __init__(self, dns: MemoryResolver, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._dns = dns
        self._meanwhile = meanwhile
        self._is_first = True

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Self]:
        yield self

    async def ask(self, name: str, type: str) -> Answer:
        answer = await self._dns.ask(name, type)
        if name == AT and self._is_first:
            self._is_first = False
            await self._meanwhile()
        return answer


async def test_a_slow_look_does_not_bring_back_what_was_before(
    runtime: Runtime, owner: Browser, dns: MemoryResolver, time_machine: TimeMachine
) -> None:
    """Somebody published and verified it while the schedule's look, begun before, was still on its way."""
    added = await add(owner)
    await drain(runtime)

    async def meanwhile() -> None:
        dns.put({AT: {"TXT": ["v=DMARC1; p=none; rua=mailto:d@shop.example"]}})
        await verify(owner, added)

    for _ in range(4):  # whoever is away for long is signed out
        await time_machine.advance(timedelta(hours=7))
        await owner.get("/v1/domains")
    await drain(replace(runtime, resolver=Delayed(dns, meanwhile)))
    [told] = await changes(runtime, owner)
    assert told["changes"][0]["to"]["records"] == ["v=DMARC1; p=none; rua=mailto:d@shop.example"]
    async with reader(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(Domain))).one()
        assert await due_at(tx, CHECK, row.id) == row.next_check_at


async def test_two_who_add_it_at_once(owner: Browser) -> None:
    answers = await asyncio.gather(*(owner.post("/v1/domains", NEW) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]


async def test_an_own_address_is_not_blamed_for_a_shared_one(runtime: Runtime, owner: Browser) -> None:
    """Without a name is only the provider's: no address of one's own lacks one."""

    async def own(ips: list[dict[str, Any]]) -> tuple[bool | None, bool]:
        added = await add(owner, sending_ips=ips)
        await drain(runtime)
        async with reader(runtime.sessions, owner.org_id) as tx:
            found = await authentication_facts(tx, owner.org_id, "shop.example")
        await owner.delete(f"/v1/domains/{added['id']}")
        return found.fcrdns, found.own_ip

    named, nameless = {"address": "192.0.2.25"}, {"address": "192.0.2.26"}
    assert await own([named, nameless | {"shared": True}]) == (False, False)
    assert await own([named | {"shared": True}, nameless]) == (False, True)
    assert await own([named]) == (True, True)
    assert await own([named | {"shared": True}]) == (True, False)


async def test_with_the_last_domain_goes_its_score(runtime: Runtime, owner: Browser, time_machine: TimeMachine) -> None:
    added = await add(owner)
    await drain(runtime)
    await time_machine.advance(timedelta(minutes=1))
    await drain(runtime)
    assert (await owner.get("/v1/deliverability/score")).json()["score"] == 84
    assert (await owner.delete(f"/v1/domains/{added['id']}")).status_code == 204
    await time_machine.advance(timedelta(minutes=1))
    await drain(runtime)
    found = (await owner.get("/v1/deliverability/score")).json()
    assert (found["score"], found["domains"]) == (None, [])


async def test_verify_asks_only_so_often(runtime: Runtime) -> None:
    """Of a domain by the minute, of an organization by the day."""
    limited = replace(runtime, budget=LocalBudget(lambda: 0.0))
    transport = httpx.ASGITransport(create_app(limited), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        owner = await sign_up(http, "eager@example.com")
        added = await add(owner)
        for _ in range(6):
            await verify(owner, added)
        refused = await owner.post(f"/v1/domains/{added['id']}/verify")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert refused.headers["retry-after"] == "60"
        await spend(limited.budget, Quota(f"domain-verify:{owner.org_id}:day", *OF_ONE_DAY), left=7)  # six are spent
        other = await add(owner, name="other.example")
        assert (await owner.post(f"/v1/domains/{other['id']}/verify")).status_code == 200
        refused = await owner.post(f"/v1/domains/{other['id']}/verify")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "86400")

"""Nothing is asked for who does not pay; what was found stays readable."""

from dataclasses import replace
from datetime import timedelta

import httpx
from sqlalchemy import select

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import due_at
from mailwarden.core.runtime import Billing, Runtime
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.domains.jobs import CHECK
from mailwarden.deliverability.domains.models import Domain
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.main import create_app
from tests.support.browser import sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine


async def test_an_inactive_organization(runtime: Runtime, dns: MemoryResolver, time_machine: TimeMachine) -> None:
    billing = Billing(stripe_key="sk_test_key", trial_days=1, api_base="http://stripe.test")
    paid = replace(runtime, config=replace(runtime.config, billing=billing))
    transport = httpx.ASGITransport(create_app(paid), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        owner = await sign_up(http, "payer@example.com")
        added = (await owner.post("/v1/domains", {"name": "shop.example"})).json()
        await drain(paid)
        for _ in range(4):  # whoever is away for long is signed out
            await time_machine.advance(timedelta(hours=7))
            await owner.get("/v1/domains")
        asked = len(dns.asked)
        path = f"/v1/domains/{added['id']}"
        assert (await owner.post(f"{path}/verify")).status_code == 402
        assert (await owner.post(f"{path}/dmarc-reports", {"content": "PGZlZWRiYWNrLz4="})).status_code == 402
        assert (await owner.get(f"{path}/dmarc-reports")).status_code == 200
        assert (await owner.post("/v1/domains", {"name": "other.example"})).status_code == 402
        assert (await owner.get(path)).status_code == 200
        await drain(paid)
        assert len(dns.asked) == asked
        assert (await owner.delete(path)).status_code == 204


async def test_looking_goes_on_when_somebody_pays(runtime: Runtime, owner, dns: MemoryResolver) -> None:
    await owner.post("/v1/domains", {"name": "shop.example"})
    await drain(runtime)
    asked = len(dns.asked)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await record(tx, EventType.SUBSCRIPTION_REACTIVATED)
    await drain(runtime)
    assert len(dns.asked) > asked
    async with reader(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(Domain))).one()
        assert await due_at(tx, CHECK, row.id) == row.next_check_at

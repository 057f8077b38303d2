"""What owners, Stripe and time do, in one call each."""

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

from mailwarden.billing.jobs import LOOK
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.stripe.state import StripeState
from tests.support.browser import PASSWORD, Browser
from tests.support.jobs import SURELY, drain
from tests.support.time import TimeMachine


async def sign_in(browser: Browser, email: str) -> None:
    """Again, after a time in which sessions end."""
    answer = await browser.post("/v1/auth/sign-in", {"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    browser.http.headers["x-csrf"] = answer.json()["csrf_token"]


@dataclass
class Desk:
    rt: Runtime
    owner: Browser
    sandbox: Sandbox
    time: TimeMachine
    mails: Path

    async def declare_endpoint(self, secret: str) -> None:
        self.sandbox.world.outbox.transport = self.owner.http._transport
        body = {"url": "http://127.0.0.1:8000/hooks/stripe", "secret": secret}
        await self.stripe("PUT", "/_sandbox/stripe/endpoint", json=body)

    async def stripe(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = await self.rt.http.request(method, f"http://stripe.test{path}", **more)
        assert answer.is_success or answer.is_redirect, answer.text
        return answer

    async def billing(self) -> dict[str, Any]:
        answer = await self.owner.get("/v1/billing")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def state(self) -> tuple[str, str | None]:
        standing = (await self.billing())["standing"]
        return standing["status"], standing["reason"]

    async def do(self, action: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        answer = await self.owner.post(f"/v1/billing/{action}", body)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def pay(self, plan: str = "team", card: str = "ok") -> httpx.Response:
        """On the hosted page; the app is told by nobody yet."""
        url = (await self.do("checkout", {"plan": plan}))["url"]
        return await self.rt.http.get(url, params={"_sandbox_card": card})

    async def buy(self, plan: str = "team") -> dict[str, Any]:
        assert (await self.pay(plan)).status_code == 303
        return await self.do("refresh")

    @property
    def customer(self) -> dict[str, Any]:
        found: dict[str, Any] = next(iter(self.sandbox.world.part(StripeState).customers.values()))
        return found

    @property
    def subscriptions(self) -> list[dict[str, Any]]:
        return list(self.sandbox.world.part(StripeState).subscriptions.values())

    @property
    def charges(self) -> list[dict[str, Any]]:
        return list(self.sandbox.world.part(StripeState).charges.values())

    async def card(self, *, declined: bool) -> None:
        await self.stripe("PUT", f"/_sandbox/stripe/customers/{self.customer['id']}/card", json={"declined": declined})

    async def fault(self, kind: str, **params: Any) -> None:
        await self.stripe("POST", "/_sandbox/providers/stripe/faults", json={"kind": kind, **params})

    async def mend(self) -> None:
        await self.stripe("DELETE", "/_sandbox/providers/stripe/faults")

    async def pass_time(self, by: timedelta) -> None:
        """For the product and for Stripe, which do what is due; events travel."""
        await self.time.advance(by)
        await sign_in(self.owner, "payer@example.com")
        await self.stripe("POST", "/_sandbox/stripe/settle")
        await self.deliver()
        await self.work()

    async def deliver(self) -> int:
        return await self.sandbox.world.outbox.flush()

    async def look(self) -> None:
        async with unit_of_work(self.rt.sessions, self.owner.org_id) as tx:
            await enqueue(tx, LOOK, self.owner.org_id, due_at=self.rt.clock.now() - SURELY)
        await self.work()

    async def work(self) -> None:
        await drain(self.rt)

    def subjects(self) -> list[str]:
        found = [message_from_bytes(one.read_bytes(), policy=default) for one in sorted(self.mails.glob("*.eml"))]
        return [str(one["subject"]) for one in found]

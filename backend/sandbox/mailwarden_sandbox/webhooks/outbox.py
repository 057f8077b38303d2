"""What is to be sent, what came of it, and the loop that sends what is due by the sandbox's clock."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.webhooks.schedule import Schedule

Headers = Mapping[str, str]
MakeHeaders = Callable[[float], Headers]
"""From the sandbox's time of the attempt: signatures that hold a time are made anew for each attempt."""

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Delivery:
    """One event, or batch of events, on its way to one address."""

    number: int
    provider: str
    account: str | None
    url: str
    body: bytes
    headers: MakeHeaders
    schedule: Schedule
    topic: str
    due_at: float
    state: str = "waiting"
    """waiting | held | delivered | failed | dropped"""
    forged: bool = False
    attempts: list[dict[str, Any]] = field(default_factory=list)
    on_settled: "Callable[[Delivery], None] | None" = None

    @property
    def status(self) -> int | None:
        """Of the last attempt; None if it got no answer."""
        return self.attempts[-1]["status"] if self.attempts else None

    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number, "provider": self.provider, "account": self.account, "url": self.url,
            "topic": self.topic, "state": self.state, "forged": self.forged, "attempts": self.attempts,
            "body": self.body.decode("utf-8", "replace"), "due_at": iso_millis(self.due_at),
        }  # fmt: skip


class Outbox:
    """Retries, too, wait for the sandbox's clock: moving it sends what became due."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0
        self.deliveries: list[Delivery] = []
        self.transport: httpx.AsyncBaseTransport | None = None
        """In-process tests put the receiver here."""
        self._moved = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def next_number(self) -> int:
        self._last += 1
        return self._last

    def add(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        del self.deliveries[:-KEPT]
        self.wake()

    def wake(self) -> None:
        """The clock was moved, or there is something new; without a running loop there is nobody to send it."""
        self._moved.set()
        if self._loop is None or self._loop.done():
            with contextlib.suppress(RuntimeError):
                self._loop = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()

    async def _run(self) -> None:
        while waiting := self._waiting():
            self._moved.clear()
            await self.flush()
            left = min((d.due_at for d in self._waiting()), default=0.0) - self._now()
            if waiting and left > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), left)

    def _waiting(self) -> list[Delivery]:
        return [d for d in self.deliveries if d.state == "waiting"]

    async def flush(self) -> int:
        """Send everything that is due now; how many attempts that were. Side by side, but in order per address."""
        sent = 0
        async with self._turn:
            while due := sorted((d for d in self._waiting() if d.due_at <= self._now()), key=_order):
                by_url: dict[str, list[Delivery]] = {}
                for delivery in due:
                    by_url.setdefault(delivery.url, []).append(delivery)
                await asyncio.gather(*(self._send_all(group) for group in by_url.values()))
                sent += len(due)
        return sent

    async def _send_all(self, group: Iterable[Delivery]) -> None:
        for delivery in group:
            await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        at, began = self._now(), time.monotonic()
        headers = delivery.headers(at)
        answer = await self.ask("POST", delivery.url, headers, delivery.body, delivery.schedule.timeout_s)
        status = answer.status if answer else None
        took = round((time.monotonic() - began) * 1000, 1)
        delivery.attempts.append({"at": iso_millis(at), "status": status, "duration_ms": took})
        self._judge(delivery, status)

    def _judge(self, delivery: Delivery, status: int | None) -> None:
        schedule, tried = delivery.schedule, len(delivery.attempts)
        if schedule.satisfied(status):
            delivery.state = "delivered"
        elif status in schedule.final or tried >= len(schedule.delays_s):
            delivery.state = "failed"
        else:
            delivery.due_at = self._now() + schedule.delays_s[tried]
            return
        if delivery.on_settled is not None:
            delivery.on_settled(delivery)

    async def ask(self, method: str, url: str, headers: Headers, body: bytes, timeout_s: float) -> Answer | None:
        """One request now; None if it was not answered in time, or not at all. Redirects are not followed."""
        try:
            async with httpx.AsyncClient(transport=self.transport, trust_env=False, timeout=timeout_s) as http:
                reply = await http.request(method, url, headers=dict(headers), content=body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
        return Answer(reply.status_code, reply.headers, reply.content)


def _order(delivery: Delivery) -> tuple[float, int]:
    return delivery.due_at, delivery.number

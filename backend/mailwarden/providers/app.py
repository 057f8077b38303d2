"""Our app at one provider: its catalogue entry, the operator's settings and the shared means of calling it."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from mailwarden.core.http import Answer, send_once
from mailwarden.core.metrics import PROVIDER_CALLS
from mailwarden.providers.base import RateLimited
from mailwarden.providers.budget import Budget, Claim
from mailwarden.providers.catalog import ProviderSpec
from mailwarden.providers.classify import Call
from mailwarden.providers.settings import ProviderSettings

LONGEST_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class ProviderApp:
    spec: ProviderSpec
    settings: ProviderSettings
    http: httpx.AsyncClient
    budget: Budget
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    rng: random.Random = field(default_factory=random.Random)
    on_date: Callable[[str], None] | None = None  # told each answer's ``Date``


async def wait_for_turn(app: ProviderApp, claim: Claim, call: Call) -> None:
    """Sleep through short waits; RateLimited for longer ones, so that the caller gives its place to other work."""
    left = LONGEST_WAIT_S
    while (wait := await app.budget.take(claim)) > 0:
        if wait > left:
            raise RateLimited(call.evidence("our budget for this provider is used up for now"), wait)
        left -= wait
        await app.sleep(wait)


async def counted_send(
    app: ProviderApp,
    call: Call,
    request: httpx.Request,
    *,
    deadline_s: float,
    max_bytes: int,
    leave_by: float = math.inf,
) -> Answer:
    """``send_once``, seen in the metrics and by who compares clocks."""
    outcome = "no_answer"
    try:
        answer = await send_once(app.http, request, deadline_s=deadline_s, max_bytes=max_bytes, leave_by=leave_by)
        outcome = f"{answer.status // 100}xx"
        if app.on_date is not None and "date" in answer.headers:
            app.on_date(answer.headers["date"])
    finally:
        PROVIDER_CALLS.labels(app.spec.name, call.operation, outcome).inc()
    return answer

"""How requests pass the limits: strangers by their address, everybody else by who they are."""

from dataclasses import dataclass, field
from uuid import UUID

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailwarden.core.errors import TooManyRequests
from mailwarden.core.limiter.rules import Quota, Verdict, headers
from mailwarden.core.peer import client_address, network
from mailwarden.core.runtime import Runtime

STATE = "mailwarden.passage"


class OverLimit(TooManyRequests):
    code, title = "rate_limited", "Too many requests"


class TooManyAtOnce(TooManyRequests):
    code, title = "too_many_at_once", "Too many requests at the same time"


@dataclass
class Passage:
    """Of one request: what its answer says about limits, and the place it holds among those of its organization."""

    headers: dict[str, str] = field(default_factory=dict)
    place: str | None = None


def passage_of(request: Request) -> Passage:
    found: Passage = request.scope.setdefault(STATE, Passage())
    return found


async def admit(request: Request, rt: Runtime, org_id: UUID, user_id: UUID, program: str | None) -> None:
    """Raises OverLimit, TooManyAtOnce. ``program``: the key or device; None for somebody at a browser.

    Only programs are held to a number of requests at once: a page asks for many things when it opens.
    """
    limits = rt.config.limits
    if not limits.enabled:
        return
    quotas = [Quota("user", str(user_id), limits.user), Quota("organization", str(org_id), limits.organization)]
    if program is not None:
        quotas = [Quota("key", program, limits.key), quotas[1]]
    here, now = passage_of(request), rt.clock.timestamp()
    live, name = f"limit:live:{org_id}", request.scope.get("mailwarden.request_id", "")
    cap = limits.at_once if program is not None else 0
    verdict = await rt.limiter.take(rt.redis, quotas, now, live, name, cap)
    _settle(here, verdict, now)
    here.place = live if cap else None


async def admit_stranger(request: Request, rt: Runtime) -> None:
    """For whoever shows no credential, or a wrong one. Raises OverLimit."""
    limits = rt.config.limits
    if not limits.enabled:
        return
    address = client_address(request, rt.config.trusted_proxies)
    holder = str(address) if address.version == 4 else network(address)
    now = rt.clock.timestamp()
    _settle(passage_of(request), await rt.limiter.take(rt.redis, [Quota("address", holder, limits.address)], now), now)


def _settle(here: Passage, verdict: Verdict, now: float) -> None:
    here.headers.update(headers(verdict, now))
    if verdict.refused is not None:
        wait = verdict.refused.retry_after(now)
        raise OverLimit(f"Come again in {wait} seconds.", headers={"Retry-After": str(wait)})
    if verdict.busy:
        raise TooManyAtOnce("Wait for earlier answers first.", headers={"Retry-After": "1"})


class LimitHeaders:
    """Writes what was counted onto the answer, and gives the place back once it has left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        here = scope[STATE] = Passage()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in here.headers.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            if here.place is not None:
                rt: Runtime = scope["app"].state.runtime
                await rt.limiter.leave(rt.redis, here.place, scope["mailwarden.request_id"])

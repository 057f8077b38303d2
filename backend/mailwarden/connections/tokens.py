"""The tokens of one connection, as an authenticated call asks for them."""

import asyncio
import time
from uuid import UUID

from mailwarden.connections.credentials import ALIVE, Held, read_held
from mailwarden.connections.refresh import MARGIN, Result, own_evidence, refresh_once
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, ProviderError, Signal, Unavailable

WAIT_S = 10.0
POLL_S = 0.1


class StoredTokens:
    """For `RefreshOnce`. Reading takes no lock (R0)."""

    def __init__(
        self, rt: Runtime, org_id: UUID, connection_id: UUID, provider: str, *, statuses: tuple[str, ...] = ALIVE
    ) -> None:
        self._rt = rt
        self._org_id = org_id
        self._id = connection_id
        self._provider = provider
        self._statuses = statuses
        self._held: Held | None = None

    async def access_token(self) -> str:
        held = self._held
        if held is None or self._rt.clock.now() >= held.refresh_after:
            held = await self._read()
        if held.expires_at - self._rt.clock.now() > MARGIN:
            return held.access_token
        return await self._renew(held)

    async def refresh(self, rejected: str, claims: str | None = None) -> str:
        """After a 401: what somebody else stored meanwhile, or one forced refresh (R8)."""
        held = await self._read()
        if held.access_token != rejected and held.expires_at - self._rt.clock.now() > MARGIN:
            return held.access_token
        return await self._renew(held, claims)

    async def _read(self) -> Held:
        self._held = await read_held(self._rt, self._org_id, self._id)
        return self._held

    async def _renew(self, held: Held, claims: str | None = None) -> str:
        """Of those in this process who want the same token one asks for it: hundreds would take every connection of
        the pool, and the one that is to store the answer would wait behind them."""
        renewing: dict[tuple[object, ...], asyncio.Future[str]] = self._rt.under_way
        key = ("renew", self._id, held.version, self._statuses)
        while (other := renewing.get(key)) is not None:
            await asyncio.wait([other])
            if not other.cancelled():
                return other.result()
        mine = renewing[key] = asyncio.get_running_loop().create_future()
        try:
            token = await self._renew_alone(held, claims)
            mine.set_result(token)
            return token
        except Exception as exc:
            mine.set_exception(exc)
            mine.exception()  # it is raised here, whether somebody else waits for it or not
            raise
        finally:
            del renewing[key]
            mine.cancel()  # if this caller was cancelled, one of the others does it

    async def _renew_alone(self, held: Held, claims: str | None) -> str:
        owner, only = (self._org_id, self._id, self._provider), held.version
        tried = await refresh_once(self._rt, *owner, only_version=only, statuses=self._statuses, claims=claims)
        if tried.error is not None:
            raise tried.error
        if tried.result is Result.REFRESHED:
            return (await self._read()).access_token
        return await self._await_newer(held)

    async def _await_newer(self, old: Held) -> str:
        """Uses what the winner stores, for up to ten seconds; no longer than somebody is at it."""
        deadline = time.monotonic() + WAIT_S
        while True:
            held = await self._read()
            if held.version > old.version:  # perhaps spent for another service: then there is no new token for us
                return held.access_token if held.access_token != old.access_token else await self._renew(held)
            if held.lease_until is None or time.monotonic() > deadline:
                raise self._why_not(held)
            await asyncio.sleep(POLL_S)

    def _why_not(self, held: Held) -> ProviderError:
        if held.refusals:
            said = own_evidence("refused a moment ago; it is being checked", Signal.REFRESH_REFUSED)
            return AccessRevoked(said)
        return Unavailable(own_evidence("no fresh token yet"), sent=False)

"""Provider quotas shared by all workers, counted as the provider counts them.

A quota of N requests per W seconds keeps the times of the last N requests: the next may go once the oldest of them is
W old. Unlike a bucket that refills, this never lets more than N through in any stretch of W, whenever the provider's
window starts.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from redis.exceptions import RedisError

from mailwarden.providers.catalog import Limit, Rate

_REDIS_DEADLINE_S = 0.5
_REDIS_PAUSE_S = 5.0

# KEYS: two bans, then one list per quota. ARGV: now, then requests and seconds per quota. Answers the wait in
# milliseconds.
_TAKE = """
local now = tonumber(ARGV[1])
local wait = math.max(tonumber(redis.call('GET', KEYS[1]) or now), tonumber(redis.call('GET', KEYS[2]) or now)) - now
for i = 3, #KEYS do
  local most, span = tonumber(ARGV[2 * i - 4]), tonumber(ARGV[2 * i - 3])
  local newest = tonumber(redis.call('LINDEX', KEYS[i], -1) or now)
  if newest > now + span then redis.call('DEL', KEYS[i]) end
  local length = redis.call('LLEN', KEYS[i])
  if length >= most then
    wait = math.max(wait, tonumber(redis.call('LINDEX', KEYS[i], length - most)) + span - now)
  end
end
if wait > 0 then return math.ceil(wait * 1000) end
for i = 3, #KEYS do
  redis.call('RPUSH', KEYS[i], ARGV[1])
  redis.call('LTRIM', KEYS[i], -tonumber(ARGV[2 * i - 4]), -1)
  redis.call('PEXPIRE', KEYS[i], math.ceil(tonumber(ARGV[2 * i - 3]) * 1000) + 1000)
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Quota:
    key: str
    requests: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Claim:
    """What one request counts against: the quotas that cover its path, and the ban that a 429 on it would set.

    ``app_ban_key``: a ban that all accounts of our app keep, where they share a quota.
    """

    ban_key: str
    quotas: tuple[Quota, ...]
    app_ban_key: str | None = None

    @property
    def of_app(self) -> "Claim":
        """To be banned when the quota that all accounts share is spent."""
        return replace(self, ban_key=self.app_ban_key or self.ban_key)

    @property
    def ban_keys(self) -> tuple[str, str]:
        return self.ban_key, self.app_ban_key or self.ban_key


def claim_for(provider: str, limits: Sequence[Limit], path: str, *, client_id: str, account: str | None) -> Claim:
    """Before the account is known (while it is being connected) its quotas are counted under our client."""
    covering = [limit for limit in limits if limit.covers(path)]
    quotas: list[Quota] = []
    owner = f"{client_id}:{account or '-'}"
    for limit in covering:
        holder = client_id if limit.scope == "client" else owner
        for rate in limit.rates:
            quotas.append(Quota(f"budget:{provider}:{limit.name}:{holder}:{rate.per_s:g}", rate.requests, rate.per_s))
    name = covering[0].name if covering else "all"
    shared = next((limit.name for limit in covering if limit.scope == "client"), None)
    app_ban = f"budget:{provider}:{shared}:{client_id}:ban" if shared else None
    return Claim(f"budget:{provider}:{name}:{owner}:ban", tuple(quotas), app_ban)


def token_claim(provider: str, rates: Sequence[Rate], *, client_id: str) -> Claim:
    """Token endpoints are counted for our whole app, apart from its API calls."""
    key = f"budget:{provider}:token:{client_id}"
    return Claim(f"{key}:ban", tuple(Quota(f"{key}:{rate.per_s:g}", rate.requests, rate.per_s) for rate in rates))


class Budget(Protocol):
    async def take(self, claim: Claim, /) -> float:
        """0 and the request counts, or the seconds to wait and nothing is counted."""
        ...

    async def ban(self, claim: Claim, seconds: float, /) -> None:
        """The provider refused for so long: nobody calls meanwhile."""
        ...


class Unlimited:
    """For tests and measurements against a provider without quotas."""

    async def take(self, _claim: Claim, /) -> float:
        return 0.0

    async def ban(self, _claim: Claim, _seconds: float, /) -> None:
        return None


class LocalBudget:
    """The same count inside one process, for the time when Redis does not answer."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}
        self._bans: dict[str, float] = {}

    async def take(self, claim: Claim) -> float:
        now = self._clock()
        self._forget(now)
        wait = max(self._bans.get(key, now) for key in claim.ban_keys) - now
        for quota in claim.quotas:
            taken = self._taken.setdefault(quota.key, deque(maxlen=quota.requests))
            if taken and taken[-1] > now + quota.per_s:
                taken.clear()  # the clock was set back
            if len(taken) == quota.requests:
                wait = max(wait, taken[0] + quota.per_s - now)
        if wait > 0:
            return wait
        for quota in claim.quotas:
            self._taken[quota.key].append(now)
        return 0.0

    async def ban(self, claim: Claim, seconds: float) -> None:
        self._bans[claim.ban_key] = self._clock() + seconds

    def _forget(self, now: float) -> None:
        if len(self._taken) + len(self._bans) < 10_000:
            return
        self._bans = {key: until for key, until in self._bans.items() if until > now}
        self._taken = {key: taken for key, taken in self._taken.items() if taken and taken[-1] > now - 60}


class Scripts(Protocol):
    """The part of an asyncio Redis client that is used here."""

    def eval(self, script: str, numkeys: int, /, *keys_and_args: Any) -> Awaitable[Any]: ...

    def set(self, name: str, value: Any, /, *, px: int) -> Awaitable[Any]: ...


class RedisBudget:
    """Counts in Redis; while it is away each process counts for itself, so work goes on."""

    def __init__(self, redis: Scripts, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._clock = clock
        self._local = LocalBudget(clock)
        self._skip_until = 0.0

    async def take(self, claim: Claim) -> float:
        keys = [*claim.ban_keys, *(quota.key for quota in claim.quotas)]
        rates = [number for quota in claim.quotas for number in (quota.requests, quota.per_s)]
        waited = await self._ask(lambda: self._redis.eval(_TAKE, len(keys), *keys, repr(self._clock()), *rates))
        return await self._local.take(claim) if waited is None else waited / 1000

    async def ban(self, claim: Claim, seconds: float) -> None:
        await self._local.ban(claim, seconds)
        until, px = repr(self._clock() + seconds), max(1, round(seconds * 1000))
        await self._ask(lambda: self._redis.set(claim.ban_key, until, px=px))

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        if time.monotonic() < self._skip_until:
            return None
        try:
            async with asyncio.timeout(_REDIS_DEADLINE_S):
                return await question()
        except (RedisError, OSError, TimeoutError):
            self._skip_until = time.monotonic() + _REDIS_PAUSE_S
            return None

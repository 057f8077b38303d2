"""Counts in Redis, for all processes together; while Redis is away each process counts for itself."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from mailwarden.core.limiter.rules import Count, Quota, Verdict

log = logging.getLogger(__name__)

# Waiting is part of a request and of its transaction: rather count alone.
DEADLINE_S = 0.25
AWAY_S = 5.0
LIVE_S = 120  # a request of a process that died counts as running for so long

# Looks at all quotas first, so that what one refuses uses up none of the others.
SCRIPT = """
local now, id, cap, ttl = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local found, refused = {}, 0
for i = 1, (#ARGV - 4) / 2 do
  local quota, seconds = tonumber(ARGV[3 + i * 2]), tonumber(ARGV[4 + i * 2])
  local before = tonumber(redis.call('GET', KEYS[i * 2]) or 0)
  local present = tonumber(redis.call('GET', KEYS[i * 2 + 1]) or 0)
  local passed = (now % seconds) / seconds
  if refused == 0 and before * (1 - passed) + present + 1 > quota then refused = i end
  found[i * 2 - 1], found[i * 2] = before, present
end
if refused > 0 then return {refused, 0, unpack(found)} end
if cap > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= cap then return {0, 1, unpack(found)} end
  redis.call('ZADD', KEYS[1], now + ttl, id)
  redis.call('EXPIRE', KEYS[1], ttl)
end
for i = 1, (#ARGV - 4) / 2 do
  redis.call('INCR', KEYS[i * 2 + 1])
  redis.call('EXPIRE', KEYS[i * 2 + 1], tonumber(ARGV[4 + i * 2]) * 2)
  found[i * 2] = found[i * 2] + 1
end
return {0, 0, unpack(found)}
"""


class Alone:
    """The same in the memory of this process."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._live: defaultdict[str, set[str]] = defaultdict(set)
        self._cleared_at = 0.0

    def take(self, quotas: Sequence[Quota], now: float, live: str, request: str, cap: int) -> Verdict:
        self._clear(now)
        counts = tuple(self._count(quota, now) for quota in quotas)
        full = next((one for one in counts if one.is_full(now)), None)
        busy = full is None and 0 < cap <= len(self._live[live])
        if full is not None or busy:
            return Verdict(counts, full, busy)
        if cap:
            self._live[live].add(request)
        for quota in quotas:
            self._counts[quota.key(quota.window(now))] += 1
        return Verdict(tuple(self._count(quota, now) for quota in quotas))

    def learn(self, verdict: Verdict, now: float) -> None:
        """What all processes counted together: should Redis go away, nobody starts anew."""
        self._clear(now)
        for one in verdict.counts:
            window = one.quota.window(now)
            self._counts[one.quota.key(window - 1)] = one.before
            self._counts[one.quota.key(window)] = one.present

    def leave(self, live: str, request: str) -> None:
        here = self._live.get(live)
        if here is not None:
            here.discard(request)
            if not here:
                del self._live[live]

    def _count(self, quota: Quota, now: float) -> Count:
        window = quota.window(now)
        return Count(quota, self._counts[quota.key(window - 1)], self._counts[quota.key(window)])

    def _clear(self, now: float) -> None:
        """Old windows would pile up; a forgotten one costs a caller nothing."""
        if abs(now - self._cleared_at) > 600:
            self._counts.clear()
            self._cleared_at = now


class Limiter:
    """One for each process."""

    def __init__(self) -> None:
        self._alone = Alone()
        self._away_until = 0.0
        self._script: Any = None

    async def take(
        self, redis: Any, quotas: Sequence[Quota], now: float, live: str = "", request: str = "", cap: int = 0
    ) -> Verdict:
        """Counts one request for each quota, or for none. ``cap`` > 0 also takes one of the places of ``live``."""
        if time.monotonic() >= self._away_until:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    verdict = await self._together(redis, quotas, now, live, request, cap)
                self._alone.learn(verdict, now)
                return verdict
            except (RedisError, OSError) as exc:  # a TimeoutError is an OSError
                self._away_until = time.monotonic() + AWAY_S
                log.warning("rate limits are counted by each process alone", extra={"why": type(exc).__name__})
        return self._alone.take(quotas, now, live, request, cap)

    async def _together(
        self, redis: Any, quotas: Sequence[Quota], now: float, live: str, request: str, cap: int
    ) -> Verdict:
        if self._script is None:
            self._script = redis.register_script(SCRIPT)
        keys, arguments = [live], [now, request, cap, LIVE_S]
        for quota in quotas:
            window = quota.window(now)
            keys += [quota.key(window - 1), quota.key(window)]
            arguments += [quota.requests, quota.seconds]
        refused, busy, *found = await self._script(keys=keys, args=arguments, client=redis)
        counts = tuple(Count(quota, *found[at * 2 : at * 2 + 2]) for at, quota in enumerate(quotas))
        return Verdict(counts, counts[refused - 1] if refused else None, bool(busy))

    async def leave(self, redis: Any, live: str, request: str) -> None:
        """Gives the place back, wherever it was taken."""
        self._alone.leave(live, request)
        if time.monotonic() >= self._away_until:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await redis.zrem(live, request)
            except (RedisError, OSError):
                self._away_until = time.monotonic() + AWAY_S

"""Sliding windows of requests. Pure.

A window holds what was counted since its start, plus the share of the window before that still lies within its span.
So a burst gets the quota once, and never twice around a boundary.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """So many requests in so many seconds, counted for one ``holder``. ``name`` is what the headers call it."""

    name: str
    holder: str
    requests: int
    seconds: int = 60

    def key(self, window: int) -> str:
        return f"limit:{self.name}:{self.holder}:{window}"

    def window(self, now: float) -> int:
        return int(now // self.seconds)


@dataclass(frozen=True)
class Count:
    """What stands in the present window and the one before."""

    quota: Quota
    before: int
    present: int

    def used(self, now: float) -> float:
        return self.before * (1 - self._passed(now)) + self.present

    def _passed(self, now: float) -> float:
        return (now % self.quota.seconds) / self.quota.seconds

    def is_full(self, now: float) -> bool:
        return self.used(now) + 1 > self.quota.requests

    def remaining(self, now: float) -> int:
        return max(0, math.floor(self.quota.requests - self.used(now)))

    def resets_in(self, now: float) -> int:
        return math.ceil(self.quota.seconds - now % self.quota.seconds)

    def retry_after(self, now: float) -> int:
        """Seconds until one more is taken, if nobody else comes first."""
        seconds, room = self.quota.seconds, self.quota.requests - 1
        if self.present <= room:  # the share of the window before must shrink
            needed = 1 - (room - self.present) / max(1, self.before)
            return max(1, math.ceil((needed - self._passed(now)) * seconds))
        shrunk = 1 - room / self.present
        return max(1, math.ceil(seconds - now % seconds + shrunk * seconds))


@dataclass(frozen=True)
class Verdict:
    """``refused``: the quota that was full, or None. ``busy``: too many requests of one organization at once."""

    counts: tuple[Count, ...]
    refused: Count | None = None
    busy: bool = False

    def tightest(self, now: float) -> Count | None:
        return self.refused or min(self.counts, key=lambda one: one.remaining(now), default=None)


def headers(verdict: Verdict, now: float) -> dict[str, str]:
    """draft-ietf-httpapi-ratelimit-headers-11, and the older spelling that clients know."""
    count = verdict.tightest(now)
    if count is None:
        return {}
    left, resets_in = count.remaining(now), count.resets_in(now)
    policies = (f'"{one.quota.name}";q={one.quota.requests};w={one.quota.seconds}' for one in verdict.counts)
    return {
        "RateLimit-Policy": ", ".join(policies),
        "RateLimit": f'"{count.quota.name}";r={left};t={resets_in}',
        "X-RateLimit-Limit": str(count.quota.requests),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(math.ceil(now) + resets_in),
    }

"""Quotas that are nearly spent, without asking for anything a thousand times."""

from mailwarden.providers.budget import Budget, Claim, Quota


async def spend(budget: Budget, quota: Quota, left: int) -> None:
    """All but ``left`` of it, as if nothing had been spent before."""
    for _ in range(quota.requests - left):
        assert not await budget.take(Claim(f"{quota.key}:spent", (quota,)))

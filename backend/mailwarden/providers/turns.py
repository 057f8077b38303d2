"""What people ask for may cost somebody else's patience: so often, and no more. Counted as providers' quotas are."""

from mailwarden.core.errors import TooManyRequests
from mailwarden.providers.budget import Budget, Claim, Quota


async def take_turn(budget: Budget, key: str, *quotas: Quota, said: str) -> None:
    """Raises TooManyRequests, which spends nothing. ``{seconds}`` in ``said`` becomes how long to wait."""
    if wait := await budget.take(Claim(f"{key}:ban", quotas)):
        seconds = max(1, round(wait))
        raise TooManyRequests(said.format(seconds=seconds), headers={"Retry-After": str(seconds)})

"""Rows T11 and T13: what needs no database: reading a token's life, and spreading ten thousand of them."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any
from uuid import UUID

from mailwarden.connections.rules import refresh_after
from mailwarden.core.http import Answer
from mailwarden.providers.base import ProviderError
from mailwarden.providers.budget import Budget, LocalBudget, Unlimited, token_claim
from mailwarden.providers.catalog import load
from mailwarden.providers.classify import Call
from mailwarden.providers.grants import read_grant
from tests.reliability.row import Ground, Row, Tally

# T11

MONTH_S = 31 * 24 * 3600
CALL = Call("refresh", "POST", "h", "/token")
Life = Callable[[Any], float]


def _odd(rng: random.Random) -> Any:
    fixed: list[Any] = [
        None,
        0,
        -1,
        "3600",
        "abc",
        "",
        1e12,
        -1e12,
        True,
        False,
        [],
        {},
        "1e400",
        "NaN",
        0.5,
        59,
        2**80,
    ]
    return rng.choice([*fixed, rng.uniform(-1e6, 1e9), rng.randint(1, 10**6)])


def our_life(said: Any) -> float:
    body = dumps({"access_token": "a" * 20, "refresh_token": "r" * 20, "expires_in": said}).encode()
    return read_grant(load()["hubspot"], CALL, Answer(200, {"content-type": "application/json"}, body, 1)).expires_in_s


def naive_life(said: Any) -> float:
    return float(said)


async def lives(ground: Ground, n: int, life: Life = our_life) -> Tally:
    """Whatever ``expires_in`` says: no refresh in a tight loop, none in a thousand years."""
    rng, tally = ground.rng("T11"), Tally()
    for _ in range(n):
        said = _odd(rng)
        try:
            found: float | str = life(said)
        except ProviderError as exc:
            found = str(exc)
        except (TypeError, ValueError, OverflowError) as exc:
            found = f"crash: {exc}"
        tally.see(isinstance(found, int | float) and 60 <= found <= MONTH_S, f"expires_in {said!r}: {found}"[:200])
    return tally


async def naive_lives(ground: Ground, n: int) -> Tally:
    return await lives(ground, n, naive_life)


# T13

HOUR = timedelta(hours=1)
ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
MOST_PER_S = 20


async def herd(ground: Ground, n: int, *, spread: bool = True) -> Tally:
    """``n`` tokens issued in the same second, refreshed by jitter and budget: posts per second, and none too late."""
    rng, now = ground.rng("T13"), [0.0]
    budget: Budget = LocalBudget(lambda: now[0]) if spread else Unlimited()
    claim = token_claim("hubspot", load()["hubspot"].refresh.rates, client_id="c")
    due = sorted(_due(rng, number, spread=spread) for number in range(n))
    posts: Counter[int] = Counter()
    late = 0
    for at in due:
        now[0] = max(now[0], at)
        while (wait := await budget.take(claim)) > 0:
            now[0] += wait
        posts[int(now[0])] += 1
        late += now[0] > HOUR.total_seconds() - 60
    tally = Tally(n, [f"{late} refreshed too late"] * bool(late))
    tally.violations += [f"{count} posts in second {second}" for second, count in posts.items() if count > MOST_PER_S]
    tally.figures["most posts per s"] = max(posts.values())
    return tally


def _due(rng: random.Random, version: int, *, spread: bool) -> float:
    if not spread:
        return 0.75 * HOUR.total_seconds()
    at = refresh_after(ISSUED, ISSUED + HOUR, UUID(int=rng.getrandbits(128)), version)
    return (at - ISSUED).total_seconds()


async def stampede(ground: Ground, n: int) -> Tally:
    return await herd(ground, n, spread=False)


ROWS = [
    Row("T11", "expires_in of every kind", "1 min to 31 days", 100_000, lives, naive_lives, quick=1_000),
    Row(
        "T13", "10,000 tokens expire at once", "at most 20 posts per s, none late", 10_000, herd, stampede, quick=2_000
    ),
]

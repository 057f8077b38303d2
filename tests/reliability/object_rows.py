"""Rows P12-P14: a provider refuses one token, one permission, one object."""

import json
from functools import partial

from mailwarden.connections.consent import BearerOnce
from mailwarden.providers.base import AccessRevoked, ObjectGone, ProviderError, ScopesMissing, Unavailable
from tests.reliability.hostile import Asked, Reply
from tests.reliability.ours import FIGURES, IDENTITY, OBJECT, failure_of
from tests.reliability.provider_http import Reading, dead, facing, naive
from tests.reliability.row import Ground, Row, Tally

SCOPES = {
    "hubspot": (
        {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["content"]}}]},
        "content",
    ),
    "klaviyo": ({"errors": [{"code": "permission_denied", "detail": "no"}]}, "accounts:read"),
}

# P12 - P14


async def refused_once(_ground: Ground, n: int, *, refreshes: bool = True) -> Tally:
    """A token that the provider forgot too early: one refresh, one retry, nobody suspects anything."""
    tally = Tally()

    def answer(asked: Asked) -> Reply:
        return Reply(401, b"{}") if asked.headers["authorization"].endswith("token-0") else Reply()

    async with facing(answer) as (_, clients):
        for number in range(n):
            one = clients[number % 2]
            one.tokens.refreshes = 0
            auth = None if refreshes else BearerOnce("token-0")
            error = await failure_of(one.get(IDENTITY[one.app.spec.name], auth))
            tally.see(error is None and one.tokens.refreshes == 1, f"{error!r}, {one.tokens.refreshes} refreshes"[:200])
    return tally


async def never_refreshed(ground: Ground, n: int) -> Tally:
    return await refused_once(ground, n, refreshes=False)


async def scope_removed(_ground: Ground, n: int, *, label: type[ProviderError] = ScopesMissing) -> Tally:
    """A working token without a permission: the permission is named, the grant is not suspected."""
    tally = Tally()
    for provider in FIGURES:
        body, scope = SCOPES[provider]
        refusal = Reply(403, json.dumps(body).encode())
        async with facing(partial(_always, refusal)) as (_, clients):
            one = clients[FIGURES.index(provider)]
            for _ in range(n // 2):
                error = await failure_of(one.get(IDENTITY[provider]))
                named = isinstance(error, ScopesMissing) and error.scopes == (scope,)
                tally.see(isinstance(error, label) and named, f"{provider}: {error!r}"[:200])
    return tally


def _always(reply: Reply, _: Asked) -> Reply:
    return reply


async def as_revoked(ground: Ground, n: int) -> Tally:
    return await scope_removed(ground, n, label=AccessRevoked)


async def gone(ground: Ground, n: int, is_dead: Reading = dead) -> Tally:
    """404 and 410 on one object are a tombstone of it."""
    rng, tally = ground.rng("P14"), Tally()
    async with facing(lambda _: Reply(rng.choice([404, 410]), b"{}")) as (_, clients):
        for number in range(n):
            one = clients[number % 2]
            error = await failure_of(one.get(OBJECT[one.app.spec.name]))
            good = isinstance(error, ObjectGone) or (
                one.app.spec.name == "klaviyo" and not isinstance(error, Unavailable)
            )
            tally.see(good and not is_dead(error), f"{one.app.spec.name}: {error!r}"[:200])
    return tally


async def naive_gone(ground: Ground, n: int) -> Tally:
    return await gone(ground, n, naive)


ROWS = [
    Row("P12", "401 once", "one refresh, one retry", 10_000, refused_once, never_refreshed, quick=100),
    Row(
        "P13", "403 for a missing permission", "permission missing, named", 5_000, scope_removed, as_revoked, quick=100
    ),
    Row("P14", "404 and 410", "the object is gone, not the connection", 5_000, gone, naive_gone, quick=100),
]

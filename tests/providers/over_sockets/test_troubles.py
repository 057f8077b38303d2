"""What is not definite: the provider's troubles and its quotas."""

from dataclasses import replace
from typing import Any

import pytest

from mailwarden.providers.base import RateLimited, Unavailable
from mailwarden.providers.budget import LocalBudget
from tests.providers.over_sockets.linked import IDENTITY, LISTING, connect

TROUBLES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"code": 500}),
    ("status", {"code": 503, "retry_after": 3}),
    ("status", {"code": 502}),
    ("timeout", {}),
    ("slow", {"ms": 3000}),
    ("reset", {}),
    ("garbled", {}),
    ("wrong_content_type", {}),
    ("huge_body", {}),
    ("html_403", {}),
]


NEVER_IN_TIME = {"timeout", "slow"}


@pytest.mark.parametrize(("kind", "params"), TROUBLES, ids=lambda value: str(value))
async def test_trouble_of_the_provider_never_looks_like_a_dead_grant(sandbox, linked, kind, params):
    sandbox.fault(linked.name, linked.account, kind, **params)
    waits = linked.hasty if kind in NEVER_IN_TIME else linked
    with pytest.raises(Unavailable):
        await waits.api.get(IDENTITY[linked.name])
    with pytest.raises(Unavailable) as caught:
        await waits.refresh()
    assert caught.value.sent
    sandbox.lift(linked.name, linked.account)
    await linked.api.get(IDENTITY[linked.name])
    await linked.refresh()


async def test_a_refresh_whose_answer_is_lost_may_have_had_its_effect(sandbox, linked):
    sandbox.fault(linked.name, linked.account, "lost_refresh_response", count=1)
    with pytest.raises(Unavailable) as caught:
        await linked.refresh()
    assert caught.value.sent


async def test_a_quota_stops_calls_until_its_ban_ends(sandbox, app):
    now = [1000.0]
    linked = await connect(sandbox, replace(app, budget=LocalBudget(lambda: now[0])))
    sandbox.fault(linked.name, linked.account, "status", code=429, retry_after=40)
    with pytest.raises(RateLimited) as caught:
        await linked.api.get(IDENTITY[linked.name])
    assert (caught.value.retry_after_s, caught.value.evidence.status) == (40, 429)
    sandbox.lift(linked.name, linked.account)
    with pytest.raises(RateLimited) as caught:
        await linked.api.get(IDENTITY[linked.name])
    assert caught.value.evidence.status is None
    now[0] += 41
    await linked.api.get(IDENTITY[linked.name])


async def test_our_budgets_keep_to_the_providers_quotas(sandbox, app):
    """A hundred calls as fast as our budget lets them, while the sandbox counts as the provider does."""
    now = [1000.0]

    async def let_time_pass(seconds: float) -> None:
        now[0] += seconds
        sandbox.advance(seconds)

    budget = LocalBudget(lambda: now[0])
    linked = await connect(sandbox, replace(app, budget=budget, sleep=let_time_pass))
    sandbox.ask("POST", "/quotas", {"enabled": True})
    try:
        path = {"hubspot": IDENTITY["hubspot"], "klaviyo": LISTING["klaviyo"]}[linked.name]
        asked = None if linked.name == "hubspot" else {"filter": "equals(messages.channel,'email')"}
        for _ in range(115):
            await linked.api.get(path, asked)
    finally:
        sandbox.ask("POST", "/quotas", {"enabled": False})

import asyncio
import random
from collections.abc import Callable
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as RedisGone

from mailwarden.providers.budget import Budget, Claim, LocalBudget, Quota, RedisBudget, Scripts, claim_for, token_claim
from mailwarden.providers.catalog import load

MakeBudget = Callable[[], Budget]


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["local", "redis"])
def make_budget(request: pytest.FixtureRequest, clock: Clock) -> MakeBudget:
    """Each call is another worker; in Redis they share their count."""
    if request.param == "local":
        shared = LocalBudget(clock)
        return lambda: shared
    redis = request.getfixturevalue("redis")
    return lambda: RedisBudget(cast(Scripts, redis), clock)


def claim(*rates: tuple[int, float], key: str = "k") -> Claim:
    return Claim(f"{key}:ban", tuple(Quota(f"{key}:{span}", most, span) for most, span in rates))


async def test_what_fits_goes_at_once_and_the_rest_waits_for_the_oldest(make_budget, clock):
    budget = make_budget()
    for _ in range(3):
        assert await budget.take(claim((3, 10))) == 0
        clock.now += 1
    assert await budget.take(claim((3, 10))) == pytest.approx(7, abs=0.01)
    clock.now += 7.01
    assert await budget.take(claim((3, 10))) == 0
    assert await budget.take(claim((3, 10))) == pytest.approx(1, abs=0.02)


async def test_the_tightest_of_several_quotas_decides_and_a_refusal_counts_nowhere(make_budget, clock):
    budget = make_budget()
    both = claim((1, 1), (2, 60))
    assert await budget.take(both) == 0
    assert await budget.take(both) == pytest.approx(1, abs=0.01)
    clock.now += 1.5
    assert await budget.take(both) == 0
    clock.now += 1.5
    assert await budget.take(both) == pytest.approx(57, abs=0.01)


async def test_workers_share_a_quota_and_accounts_do_not(make_budget):
    one, other = make_budget(), make_budget()
    assert await one.take(claim((1, 60))) == 0
    assert await other.take(claim((1, 60))) > 0
    assert await other.take(claim((1, 60), key="another")) == 0


async def test_no_stretch_of_the_span_ever_holds_more_than_the_quota(make_budget, clock):
    budget, rng = make_budget(), random.Random(5)
    gone: list[float] = []
    for _ in range(400):
        if await budget.take(claim((5, 10), (20, 60))) == 0:
            gone.append(clock.now)
        clock.now += rng.choice((0.0, 0.1, 0.7, 3.0))
    for most, span in ((5, 10), (20, 60)):
        assert max(sum(1 for at in gone if start <= at < start + span - 0.001) for start in gone) == most


async def test_many_tasks_at_once_get_no_more_than_there_is(make_budget):
    workers = [make_budget() for _ in range(4)]
    waits = await asyncio.gather(*(workers[i % 4].take(claim((10, 60))) for i in range(100)))
    assert sum(1 for wait in waits if wait == 0) == 10


async def test_a_ban_holds_for_everybody_until_it_ends(make_budget, clock):
    one, other = make_budget(), make_budget()
    await one.ban(claim((100, 1)), 30)
    assert await other.take(claim((100, 1))) == pytest.approx(30, abs=0.01)
    assert await other.take(claim((100, 1), key="another")) == 0
    clock.now += 31
    assert await other.take(claim((100, 1))) == 0


async def test_a_clock_set_back_does_not_block_for_longer_than_the_span(make_budget, clock):
    budget = make_budget()
    assert await budget.take(claim((1, 10))) == 0
    clock.now -= 3600
    assert await budget.take(claim((1, 10))) == 0


class Gone:
    """A Redis that is down in the given way."""

    def __init__(self, trouble: Exception | None) -> None:
        self.trouble = trouble
        self.asked = 0

    async def eval(self, *_asked: Any) -> Any:
        return await self._fail()

    async def set(self, *_asked: Any, **_how: Any) -> Any:
        return await self._fail()

    async def _fail(self) -> Any:
        self.asked += 1
        if self.trouble is None:
            await asyncio.sleep(60)
        raise self.trouble or AssertionError


@pytest.mark.parametrize("trouble", [RedisGone(), OSError(), None], ids=["refused", "network", "hangs"])
async def test_without_redis_each_process_counts_for_itself_and_asks_seldom(clock, trouble):
    gone = Gone(trouble)
    budget = RedisBudget(gone, clock)
    assert await budget.take(claim((1, 10))) == 0
    assert await budget.take(claim((1, 10))) == pytest.approx(10)
    await budget.ban(claim((1, 10)), 50)
    assert await budget.take(claim((1, 10))) == pytest.approx(50)
    assert gone.asked == 1


async def test_a_ban_of_the_app_is_kept_by_all_its_accounts(make_budget):
    budget, limits = make_budget(), load()["keap"].limits
    one, other = (claim_for("keap", limits, "/crm/rest/v2/emails", client_id="c", account=name) for name in "ab")
    await budget.ban(one, 5)
    assert await budget.take(other) == 0
    await budget.ban(one.of_app, 50)
    assert await budget.take(other) == pytest.approx(50, abs=0.1)


def test_hubspot_counts_all_calls_of_an_account_together():
    limits = load()["hubspot"].limits
    one = claim_for("hubspot", limits, "/marketing/emails/2026-09", client_id="c", account="7")
    other = claim_for("hubspot", limits, "/account-info/2026-09/details", client_id="c", account="7")
    assert one == other
    assert [(q.requests, q.per_s) for q in one.quotas] == [(110, 10)]
    assert one != claim_for("hubspot", limits, "/marketing/emails/2026-09", client_id="c", account="8")


def test_klaviyo_counts_each_endpoint_of_an_account():
    limits = load()["klaviyo"].limits
    report = claim_for("klaviyo", limits, "/api/campaign-values-reports", client_id="c", account="7")
    assert [(q.requests, q.per_s) for q in report.quotas] == [(1, 1), (2, 60), (225, 86400)]
    listing = claim_for("klaviyo", limits, "/api/campaigns", client_id="c", account="7")
    assert not {q.key for q in report.quotas} & {q.key for q in listing.quotas}
    assert report.ban_key != listing.ban_key


def test_token_endpoints_are_counted_for_our_whole_app():
    rates = load()["klaviyo"].refresh.rates
    assert [(q.requests, q.per_s) for q in token_claim("klaviyo", rates, client_id="c").quotas] == [(20, 1)]

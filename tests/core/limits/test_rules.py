"""Sliding windows: never much more than the quota in any minute, and the waits that we name are true."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.core.limiter.counting import Alone
from mailwarden.core.limiter.rules import Count, Quota, headers

MINUTE = 60.0
START = 1_000_000 * MINUTE


def run(times: list[float], quota: Quota) -> list[float]:
    """The moments that were let through."""
    counter = Alone()
    return [at for at in times if counter.take([quota], at, "", "", 0).refused is None]


@pytest.mark.parametrize("quota", [20, 100, 600])
@pytest.mark.parametrize("offset", [0, 17, 59.5])
def test_ten_times_too_many_are_cut_to_the_quota(quota: int, offset: float) -> None:
    """As one burst, and spread over five minutes."""
    burst = [START + offset + place / (quota * 40) for place in range(quota * 10)]
    assert len(run(burst, Quota("key", "a", quota))) == pytest.approx(quota, rel=0.05)
    spread = [START + offset + place * 6 / quota for place in range(quota * 50)]
    let_through = run(spread, Quota("key", "a", quota))
    assert len(let_through) == pytest.approx(quota * 5, rel=0.05, abs=quota)
    for begin in range(int(offset) + 60, int(offset) + 240):
        inside = [at for at in let_through if START + begin <= at < START + begin + MINUTE]
        assert len(inside) <= quota * 1.05 + 1


@settings(max_examples=200, deadline=None)
@given(
    before=st.integers(0, 100),
    present=st.integers(0, 100),
    requests=st.integers(1, 80),
    passed=st.floats(0, 59.9, allow_nan=False),
)
def test_whoever_waits_as_told_is_let_in(before: int, present: int, requests: int, passed: float) -> None:
    quota = Quota("key", "a", requests)
    now = START + passed
    count = Count(quota, min(before, requests), min(present, requests))
    if not count.is_full(now):
        return
    wait = count.retry_after(now)
    later = now + wait
    moved = quota.window(later) - quota.window(now)
    seen = {0: count, 1: Count(quota, count.present, 0)}.get(moved, Count(quota, 0, 0))
    assert not seen.is_full(later + 1e-6)
    assert wait <= 2 * MINUTE


def test_the_tightest_quota_is_told() -> None:
    counter = Alone()
    key, organization = Quota("key", "a", 10), Quota("organization", "b", 100)
    told = headers(counter.take([key, organization], START + 10, "", "", 0), START + 10)
    assert told == {
        "RateLimit-Policy": '"key";q=10;w=60, "organization";q=100;w=60',
        "RateLimit": '"key";r=9;t=50',
        "X-RateLimit-Limit": "10",
        "X-RateLimit-Remaining": "9",
        "X-RateLimit-Reset": str(int(START) + 60),
    }


def test_what_one_quota_refuses_uses_up_no_other() -> None:
    counter = Alone()
    key, other, organization = Quota("key", "a", 3), Quota("key", "b", 100), Quota("organization", "b", 50)
    for _ in range(100):
        counter.take([key, organization], START, "", "", 0)
    let_through = [counter.take([other, organization], START, "", "", 0).refused is None for _ in range(100)]
    assert sum(let_through) == 47

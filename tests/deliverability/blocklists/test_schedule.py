"""When lists are asked: politely, for who pays, and their test questions before anybody needs them."""

import random
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Billing
from mailwarden.deliverability.blocklists.asking import PATIENCE_S, Asker
from mailwarden.deliverability.blocklists.jobs import start_up
from mailwarden.deliverability.blocklists.models import BlocklistHealth
from mailwarden.deliverability.blocklists.use import Use, use_of
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.domains.models import Domain
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.budget import LocalBudget
from tests.deliverability.blocklists.conftest import Watched
from tests.deliverability.blocklists.zones import honest, list_of
from tests.support.jobs import drain

PAID = Billing(stripe_key="sk_test_key", trial_days=1, api_base="http://stripe.test")


class Watch:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_no_list_is_asked_faster_than_it_likes() -> None:
    psbl, watch, dns = list_of("psbl"), Watch(), MemoryResolver(honest(list_of("psbl")))
    asking = Asker(dns, LocalBudget(watch), random.Random(1), watch.sleep)
    for number in range(60):
        await asking.tell(Use(psbl, psbl.zone), f"192.0.2.{number}")
    assert watch.now - 1000 >= 60 / psbl.limits.a_second - 1


async def test_a_question_that_would_wait_too_long_is_left_for_later() -> None:
    psbl, watch, dns = list_of("psbl"), Watch(), MemoryResolver(honest(list_of("psbl")))

    async def no_time(_: float) -> None:
        watch.now += 0.3

    asking = Asker(dns, LocalBudget(watch), random.Random(1), no_time)
    told = [await asking.tell(Use(psbl, psbl.zone), f"192.0.2.{number % 250}") for number in range(120)]
    later = [one for one in told if not one.asked]
    assert later
    assert {one.reading.verdict for one in later} == {"unknown"}
    assert watch.now - 1000 < 120 * PATIENCE_S


async def test_a_key_is_asked_with_and_kept_nowhere(watched: Watched):
    wishes = replace(watched.runtime.config.blocklists, keys={"spamhaus": "s3cretkey"})
    watched.runtime = replace(watched.runtime, config=replace(watched.runtime.config, blocklists=wishes))
    use = use_of(list_of("spamhaus_zen"), wishes)
    assert isinstance(use, Use)
    watched.say({f"2.0.0.127.{use.zone}": {"A": ["127.0.0.2"]}, f"7.2.0.192.{use.zone}": {"A": ["127.0.0.2"]}})
    await watched.check()
    await watched.check(timedelta(minutes=13))
    [listing] = await watched.listings()
    said = [listing.said, *(row.why for row in (await watched.standings()).values()), str(await watched.events())]
    async with reader(watched.runtime.sessions) as tx:
        said += [f"{row.why} {row.answers}" for row in await tx.session.scalars(select(BlocklistHealth))]
    assert any("s3cretkey" in name for name, _ in watched.dns.asked)
    assert not any("s3cretkey" in one for one in said)


async def test_test_questions_go_on_for_lists_that_somebody_asked(watched: Watched):
    async def rounds() -> int:
        name = f"2.0.0.127.{list_of('psbl').zone}"
        return sum(asked == name for asked, _ in watched.dns.asked)

    await start_up(watched.runtime)
    await drain(watched.runtime)
    assert await rounds() == 0
    await watched.check()
    assert await rounds() == 1
    await watched.time.advance(timedelta(minutes=55))
    await drain(watched.runtime)
    assert await rounds() == 2
    async with unit_of_work(watched.runtime.sessions, watched.org_id) as tx:
        for row in await tx.session.scalars(select(Domain).where(Domain.org_id == watched.org_id)):
            await tx.session.delete(row)
    await watched.check(timedelta(days=2))
    before = await rounds()
    await watched.time.advance(timedelta(minutes=55))
    await drain(watched.runtime)
    assert await rounds() == before


async def test_nothing_is_asked_for_who_does_not_pay_and_goes_on_once_they_do(watched: Watched):
    free = watched.runtime
    watched.runtime = replace(free, config=replace(free.config, billing=PAID))
    await watched.time.advance(timedelta(days=2))
    await watched.check()
    assert watched.dns.asked == []
    watched.runtime = free
    async with unit_of_work(free.sessions, watched.org_id) as tx:
        await record(tx, EventType.SUBSCRIPTION_REACTIVATED)
    await drain(free)
    assert len(await watched.standings()) == 4

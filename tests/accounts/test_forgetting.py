"""Records of mails and counts of attempts go after their days, and not before."""

from datetime import timedelta

from sqlalchemy import func, select

from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.accounts.throttle_models import Throttle
from mailwarden.core.db import unit_of_work
from mailwarden.core.housekeeping import prune_instance
from mailwarden.core.runtime import Runtime
from tests.support.browser import Browser
from tests.support.time import TimeMachine


async def left(rt: Runtime, browser: Browser) -> tuple[int, int]:
    """(letters, throttles)."""
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(browser.user_id)
        letters = await tx.session.scalar(select(func.count()).select_from(AccountLetter))
        throttles = await tx.session.scalar(select(func.count()).select_from(Throttle))
    return letters or 0, throttles or 0


async def test_old_ones_go(runtime: Runtime, owner: Browser, time_machine: TimeMachine) -> None:
    await prune_instance(runtime)
    assert await left(runtime, owner) == (1, 1)
    await time_machine.advance(timedelta(days=2, hours=1))
    await prune_instance(runtime)
    assert await left(runtime, owner) == (1, 0)
    await time_machine.advance(timedelta(days=28))
    await prune_instance(runtime)
    assert await left(runtime, owner) == (0, 0)

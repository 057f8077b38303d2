"""Servers that refuse good passwords at random: inactive is whoever was refused as the rule says, and nobody else.

The rule for passwords is three refusals in a row over ten minutes. At 30 % each such rows happen now and then, so
"nobody" cannot be promised; the oracle here reads the servers' own logs and says who it must be.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest

from tests.faults.mail_rows import IMAP_LOGIN, MAIL_SOFT, REFUSED_LOGIN
from tests.faults.play import play_soft, settle, stage
from tests.faults.report import table
from tests.faults.row import Soft
from tests.faults.watch import ProviderCall, Watch
from tests.support.world import MAIL, Linked, World

pytestmark = pytest.mark.timeout(300)
MAILBOXES, HOURS = 4, 2
IN_A_ROW, SPAN = 3, timedelta(minutes=10, seconds=-2)  # the servers' clock is not quite ours
EVER = "SELECT count(*) FROM transitions WHERE to_status = 'inactive' AND connection_id = $1"


def verdicts(calls: Sequence[ProviderCall]) -> int:
    """How often the refusals in a row were enough. After a verdict only a success begins anew."""
    found, row, down = 0, list[ProviderCall](), False
    for call in calls:
        if not call.refused:
            row, down = [], False
            continue
        row.append(call)
        if not down and len(row) >= IN_A_ROW and call.at - row[0].at >= SPAN:
            found, down = found + 1, True
    return found


async def refuse_at_random(world: World, links: Sequence[Linked], rate: float) -> None:
    for link in links:
        await asyncio.to_thread(partial(world.sandbox.fault, MAIL, link.account, **REFUSED_LOGIN, rate=rate))


async def test_thirty_percent_of_refused_logins_end_only_what_was_refused_three_times_over_ten_minutes(
    world: World,
) -> None:
    links = await stage(world, MAIL, [Soft("reply", None)] * MAILBOXES)
    watch = Watch(world, {link.id: link for link in links})
    began = world.now()
    await refuse_at_random(world, links, 0.3)
    await world.run_for(HOURS * 3600, watch.look, finest=60, widest=120)
    logins = {link.id: [c for c in watch.calls_of(link, began) if c.path == IMAP_LOGIN] for link in links}
    assert sum(call.refused for calls in logins.values() for call in calls) >= MAILBOXES
    for mailbox, calls in logins.items():
        assert await world.admin.fetchval(EVER, mailbox) == verdicts(calls), calls
    for link in links:
        await asyncio.to_thread(world.sandbox.lift, MAIL, link.account)
    await world.run_for(4000, watch.look, finest=100, widest=300)
    assert {watch.now_of(link).status for link in links} == {"connected"}


async def test_two_refusals_in_a_row_disconnect_nobody(world: World) -> None:
    (link,) = await stage(world, MAIL, [Soft("reply", None)])
    await asyncio.to_thread(partial(world.sandbox.fault, MAIL, link.account, **REFUSED_LOGIN, count=2))
    watch = Watch(world, {link.id: link})
    began = world.now()
    await world.run_for(1500, watch.look, finest=30, widest=60)
    assert [c.refused for c in watch.calls_of(link, began) if c.path == IMAP_LOGIN][:3] == [True, True, False]
    assert watch.now_of(link).status == "connected"
    assert await world.admin.fetchval(EVER, link.id) == 0


async def test_trouble_of_the_servers_is_over_for_us_a_minute_after_its_end(world: World) -> None:
    rows = [row for row in MAIL_SOFT if row.quick]
    links = await stage(world, MAIL, rows)
    await settle(world)
    findings = await play_soft(world, list(zip(links, rows, strict=True)), at_once=len(rows))
    assert all(one.ok for one in findings), "\n" + table(findings)

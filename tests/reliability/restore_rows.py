"""Row D8: the database comes back from a backup of an hour ago; what was sent in that hour is written down nowhere.

The backup is a copy of every row, and the restore puts it back: as a dump would, with the clock going on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import asyncpg

from mailwarden.cli.restored import doubt_all
from mailwarden.core.runtime import Runtime
from tests.outreach.steps import people, ready, start
from tests.outreach.test_over_sandbox import ALL_DAY, slot_of
from tests.reliability.live import living
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.sending_rows import ROUND_S, TWICE, mortal, post
from tests.sending.core.steps import WAYS, Box, open_box

HELD = "held_back"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
OFFER = {"subject": "Offer {{first_name|there}}", "html": "<p>Hi</p>"}
GAP_ROUNDS = 3  # of sending, of which the backup knows nothing
Careful = Callable[[Runtime], Awaitable[object]]


async def back_up(admin: asyncpg.Connection) -> None:
    await admin.execute(f"CREATE SCHEMA {HELD}")
    for row in await admin.fetch(TABLES):
        await admin.execute(f"CREATE TABLE {HELD}.{row['tablename']} AS TABLE public.{row['tablename']}")


async def restore(admin: asyncpg.Connection) -> None:
    """Without triggers, as a dump is restored: each of them had its effect when the row was written."""
    tables = [row["tablename"] for row in await admin.fetch(TABLES)]
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")
        await admin.execute(f"TRUNCATE {', '.join(f'public.{one}' for one in tables)}")
        for one in tables:
            await admin.execute(f"INSERT INTO public.{one} OVERRIDING SYSTEM VALUE SELECT * FROM {HELD}.{one}")


async def restored(ground: Ground, n: int, careful: Careful = doubt_all) -> Tally:
    """``n`` mails of people, and half as many recipients of a campaign."""
    tally = Tally()
    async with living(ground, "D8", api_deadline_s=20) as world:
        mail = await post(world, WAYS, each=1)
        await mail.write(n)
        box = await open_box(world, "google")  # with no mail of people, which would go first
        await box.set(**ALL_DAY)
        campaign = await ready(box.linked.browser, [await slot_of(box)], people(n // 2), [OFFER])
        await start(box.linked.browser, campaign)
        with mortal(ground.rng("D8")):  # some were just being sent
            await mail.turn(ROUND_S)
        await back_up(world.admin)
        known = await _out(box)
        for _ in range(GAP_ROUNDS):
            await mail.turn(ROUND_S)
        unwritten = await _out(box)
        await world.advance(3600)
        await restore(world.admin)
        await careful(world.runtime)
        await mail.until_quiet(rounds=n + 8)
        tally.figures["offers of the hour"] = (unwritten - known).total()
        await mail.judge(tally)
        for address, times in (await _out(box)).items():
            tally.see(times == 1, f"the offer to {address} {TWICE}: {times} at the provider")
    return tally


async def _out(box: Box) -> Counter[str]:
    """Offers at the provider, by recipient."""
    held = await asyncio.to_thread(box.sent)
    return Counter(str(one.parsed["To"]) for one in held if one.subject.startswith("Offer"))


async def nothing(_: Runtime) -> None:
    """Whoever starts the workers at once."""


async def restored_carelessly(ground: Ground, n: int) -> Tally:
    return await restored(ground, min(max(n, 16), 40), nothing)


ROWS = [
    Row("D8", "restored from a backup of an hour ago", "0 mails twice, none lost in silence", 400, restored,
        restored_carelessly, quick=16, sign=TWICE),
]  # fmt: skip

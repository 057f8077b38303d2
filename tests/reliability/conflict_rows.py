"""Row D4: PostgreSQL gives transactions up for deadlocks and serialization failures, and work goes on."""

from collections.abc import Sequence
from typing import Any

from mailwarden.connections import credentials, refresh
from mailwarden.connections.journal import TokenJournal
from tests.reliability.live import connected, ever_inactive, living, states
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import World

MINUTE_S = 60
CONNECTIONS = 9
PROVIDERS = ("hubspot", "klaviyo", "keap")
LONGEST_MIN = 60
CERTAIN_MIN = 25  # by then every doubt has been settled, at Keap too
STRUCK = ("connections", "credentials", "refresh_attempts", "sync_runs", "observations", "transitions")
# A sequence counts what is rolled back, too.
INJECT = """
CREATE SEQUENCE injected;
CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE state text := CASE WHEN random() < 0.5 THEN '40P01' ELSE '40001' END;
BEGIN
  IF random() < 0.15 THEN
    PERFORM nextval('public.injected');
    RAISE EXCEPTION 'given up' USING ERRCODE = state;
  END IF;
  RETURN NEW;
END $$;
"""
EACH = "CREATE TRIGGER give_up BEFORE INSERT OR UPDATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION give_up()"
INJECTED = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM injected"
REAL = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
DEAD = "SELECT kind FROM jobs WHERE state = 'dead'"


async def _inject(world: World, n: int) -> int:
    """How many transactions were given up, while the product syncs, probes and refreshes."""
    await world.admin.execute(INJECT)
    for table in STRUCK:
        await world.admin.execute(EACH.format(table))
    for _ in range(LONGEST_MIN // 5):
        await world.run_for(5 * MINUTE_S, finest=15, widest=60)
        if await world.admin.fetchval(INJECTED) >= n:
            break
    for table in STRUCK:
        await world.admin.execute(f"DROP TRIGGER give_up ON {table}")
    found: int = await world.admin.fetchval(INJECTED)
    return found


async def given_up(ground: Ground, n: int, providers: Sequence[str] = PROVIDERS) -> Tally:
    """What was given up is done again; no grant is lost by it, and none of our own work deadlocks."""
    tally = Tally()
    async with living(ground, "D4") as world:
        links = await connected(world, CONNECTIONS, providers, access_ttl_s=300)
        tally.n = await _inject(world, n)
        await world.run_for(CERTAIN_MIN * MINUTE_S, finest=15, widest=60)
        for link in links:
            now = (await states(world, [link]))[link.id]
            well = now["status"] == "connected" and not await ever_inactive(world, [link])
            tally.violations += [f"{link.provider} {link.account}: {now['status']} {now['cause']}"] * (not well)
        dead = await world.admin.fetch(DEAD)
        tally.violations += [f"job {row['kind']} was given up for good" for row in dead]
        tally.figures["deadlocks of our own"] = deadlocks = await world.admin.fetchval(REAL)
        tally.violations += [f"{deadlocks} deadlocks of our own"] * bool(deadlocks)
    return tally


async def given_up_once(ground: Ground, n: int) -> Tally:
    """The broken variant stores a token answer once, and writes it down nowhere else."""

    async def once(rt: Any, answer: Any) -> credentials.Stored:
        return await credentials.store(rt, answer)

    with broken(TokenJournal, "append", lambda *_: None), broken(refresh, "store_for_sure", once):
        return await given_up(ground, n * 4, ("keap",))  # where a lost answer is the end of the grant


ROWS = [
    Row(
        "D4",
        "deadlocks, serialization failures",
        "done again, nothing lost",
        150,
        given_up,
        given_up_once,
        sign=": inactive",
    )
]

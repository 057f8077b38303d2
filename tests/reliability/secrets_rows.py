"""Row D9: sealed values that were damaged, moved or sealed under another key, and starts with a wrong key."""

import base64
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

from mailwarden import compose
from mailwarden.connections import unreadable as stored
from mailwarden.core.key_check import WrongKeys
from mailwarden.core.roles import Role
from mailwarden.settings import Settings
from tests.reliability.live import connected, living, states
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import MAIL, Linked, World

MINUTE_S = 60
SECRETS = {
    "credentials": ("access_token", "refresh_token"),
    "mail_servers": ("password", "smtp_password"),
}
VERSIONS = "SELECT connection_id, version FROM credentials WHERE connection_id = ANY($1)"
OVERDUE = "SELECT count(*) FROM jobs WHERE state = 'ready' AND due_at < app_now() - interval '60 seconds'"
DOUBTED = """
    SELECT (SELECT count(*) FROM signals WHERE connection_id = $1)
         + (SELECT count(*) FROM call_outcomes WHERE connection_id = $1 AND failure IS NOT NULL)
         + (SELECT count(*) FROM transitions WHERE connection_id = $1 AND to_status = 'verifying')
"""
LAST_WORD = "SELECT evidence->'items'->-1->>'message' FROM connections WHERE id = $1"
NOT_SAID, STARTED = "is not said to be unreadable", "started with"


def damaged(sealed: bytes, how: str, rng: Random, other: bytes) -> bytes:
    at = rng.randrange(len(sealed) // 2, len(sealed))
    header = 2 + sealed[1]
    return {
        "a bit": sealed[:at] + bytes([sealed[at] ^ 1 << rng.randrange(8)]) + sealed[at + 1 :],
        "cut": sealed[:at],
        "of another row": other,
        "of a lost key": bytes([sealed[0], 4]) + b"lost" + sealed[header:],
        "empty": b"",
        "noise": rng.randbytes(len(sealed)),
    }[how]


WAYS = ("a bit", "cut", "of another row", "of a lost key", "empty", "noise")


def _table(link: Linked) -> str:
    return "mail_servers" if link.provider == MAIL else "credentials"


async def _stored(world: World, link: Linked) -> list[bytes | None]:
    first, second = SECRETS[_table(link)]
    asked = f"SELECT {first}, {second} FROM {_table(link)} WHERE connection_id = $1"
    return list(await world.admin.fetchrow(asked, link.id))


async def _write(world: World, link: Linked, pair: Sequence[bytes | None]) -> None:
    first, second = SECRETS[_table(link)]
    change = f"UPDATE {_table(link)} SET {first} = $2, {second} = $3 WHERE connection_id = $1"
    await world.admin.execute(change, link.id, *pair)


async def _damage(world: World, struck: Sequence[Linked], other: Linked, rng: Random) -> dict[UUID, str]:
    theirs = await _stored(world, other)
    ways = {}
    for number, link in enumerate(struck):
        way = ways[link.id] = WAYS[number % len(WAYS)]
        pairs = zip(await _stored(world, link), theirs, strict=True)
        await _write(world, link, [damaged(mine, way, rng, its or b"") if mine else None for mine, its in pairs])
    return ways


async def _versions(world: World, links: Sequence[Linked]) -> dict[UUID, int]:
    return {
        row["connection_id"]: row["version"] for row in await world.admin.fetch(VERSIONS, [one.id for one in links])
    }


async def unreadable(ground: Ground, n: int) -> Tally:
    """Half of the connections cannot be opened any more: they are inactive and say why, no provider is doubted, the
    others live on, and what was damaged comes back with its value. No other key starts the instance."""
    tally, rng = Tally(), ground.rng("D9")
    async with living(ground, "D9") as world:
        mailboxes = max(2, n // 4)
        links = await connected(world, (n - mailboxes) * 2, access_ttl_s=300)
        links += await connected(world, mailboxes * 2, (MAIL,))
        struck, well = links[::2], links[1::2]
        whole = {link.id: await _stored(world, link) for link in struck}
        ways = await _damage(world, struck, well[0], rng)
        before = await _versions(world, well)
        await world.run_for(12 * MINUTE_S, finest=10)
        await _judge(world, tally, struck, ways)
        after, now = await _versions(world, well), await states(world, links)
        for link in well:
            renewed = link.provider == MAIL or after[link.id] > before[link.id]
            if now[link.id]["status"] != "connected" or not renewed:
                tally.violations.append(f"{link.provider} {link.account} suffers, too: {now[link.id]}")
        overdue = await world.admin.fetchval(OVERDUE)
        tally.violations += [f"{overdue} jobs overdue"] * bool(overdue)
        await _bring_back(world, tally, struck, whole)
        await _start(ground, world, tally, rng)
    return tally


async def _judge(world: World, tally: Tally, struck: Sequence[Linked], ways: dict[UUID, str]) -> None:
    now = await states(world, struck)
    shown = 0
    for link in struck:
        one, doubts = now[link.id], await world.admin.fetchval(DOUBTED, link.id)
        said = (one["status"], one["cause"]) == ("inactive", "unknown")
        said = said and await world.admin.fetchval(LAST_WORD, link.id) == stored.SAID
        shown += one["status"] == "connected"
        what = f"{link.provider} {ways[link.id]}: {one['status']} {one['cause']}, {doubts} doubts"
        tally.see(said and not doubts, what if said else f"{what}; it {NOT_SAID}")
    tally.figures["still shown as connected"] = shown


async def _bring_back(
    world: World, tally: Tally, struck: Sequence[Linked], whole: dict[UUID, list[bytes | None]]
) -> None:
    """As a key does that was found again: nobody does anything else."""
    for link in struck:
        await _write(world, link, whole[link.id])
    await world.run_for(12 * MINUTE_S, finest=10)
    now = await states(world, struck)
    left = [f"{one.provider} does not come back" for one in struck if now[one.id]["status"] != "connected"]
    tally.violations += left


async def _start(ground: Ground, world: World, tally: Tally, rng: Random) -> None:
    mine = world.runtime.keys
    right = mine.keys[mine.primary]
    flipped = right[:-1] + bytes([right[-1] ^ 1 << rng.randrange(8)])
    tally.see(await _starts(ground, world, {mine.primary: right}), "the right key does not start")
    wrong: dict[str, dict[str, bytes]] = {
        "another key of the same id": {mine.primary: rng.randbytes(32)},
        "one bit of the key different": {mine.primary: flipped},
        "only a new key": {"new": rng.randbytes(32)},
        "a new key first, and the old id wrong": {"new": rng.randbytes(32), mine.primary: flipped},
    }
    for how, keys in wrong.items():
        tally.see(not await _starts(ground, world, keys), f"{STARTED} {how}")


async def _starts(ground: Ground, world: World, keys: dict[str, bytes]) -> bool:
    database = world.dsn.rsplit("/", 1)[1]
    spelled = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in keys.items())
    urls = {"url": ground.servers.dsn(Role.APP, database), "system_url": ground.servers.dsn(Role.SYSTEM, database)}
    given: dict[str, Any] = {"database": urls, "redis": {"url": ground.servers.redis_url}}
    settings = Settings(_env_file=None, environment="test", security={"encryption_keys": spelled}, **given)
    try:
        async with compose.open_runtime(settings, application="test-start"):
            return True
    except WrongKeys:
        return False


async def unreadable_unsaid(ground: Ground, n: int) -> Tally:
    """The broken variant stops the work of a connection without a word, and starts with whatever key it is given."""

    async def silent(*_: Any) -> None:
        return

    with broken(stored, "_report", silent), broken(compose, "check_keys", silent):
        found = await unreadable(ground, n)
    both = all(any(sign in one for one in found.violations) for sign in (NOT_SAID, STARTED))
    return found if both else Tally(found.n)


ROWS = [
    Row(
        "D9",
        "sealed values damaged or moved, a wrong key",
        "inactive with the reason, others live on, no grant doubted; a wrong key starts nothing",
        24,
        unreadable,
        unreadable_unsaid,
        sign=NOT_SAID,
    ),
]

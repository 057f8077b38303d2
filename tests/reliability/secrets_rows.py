"""Row D9: sealed values that were damaged, moved or sealed under another key."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from mailwarden.core.crypto import CannotOpen, Keyring, Place
from tests.reliability.live import connected, living, states
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import Linked, World

MINUTE_S = 60
TOKENS = "SELECT access_token, refresh_token FROM credentials WHERE connection_id = $1"
DAMAGE = "UPDATE credentials SET access_token = $2, refresh_token = $3 WHERE connection_id = $1"
VERSIONS = "SELECT connection_id, version FROM credentials WHERE connection_id = ANY($1)"
OVERDUE = "SELECT count(*) FROM jobs WHERE state = 'ready' AND due_at < app_now() - interval '60 seconds'"
DOUBTED = "SELECT count(*) FROM transitions WHERE connection_id = $1 AND to_status IN ('verifying', 'inactive')"


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


async def _damage(world: World, struck: Sequence[Linked], other: Linked, rng: Random) -> dict[UUID, str]:
    theirs = await world.admin.fetchrow(TOKENS, other.id)
    ways = {}
    for number, link in enumerate(struck):
        ways[link.id] = WAYS[number % len(WAYS)]
        mine = await world.admin.fetchrow(TOKENS, link.id)
        pair = [damaged(mine[n], ways[link.id], rng, theirs[n]) if mine[n] else None for n in (0, 1)]
        await world.admin.execute(DAMAGE, link.id, *pair)
    return ways


async def _versions(world: World, links: Sequence[Linked]) -> dict[UUID, int]:
    return {
        row["connection_id"]: row["version"] for row in await world.admin.fetch(VERSIONS, [one.id for one in links])
    }


async def unreadable(ground: Ground, n: int) -> Tally:
    """Half of the connections cannot be opened any more: the others live on, and as no provider refused anything,
    no grant is doubted."""
    tally, rng = Tally(), ground.rng("D9")
    async with living(ground, "D9") as world:
        links = await connected(world, n * 2, access_ttl_s=300)
        struck, well = links[::2], links[1::2]
        ways = await _damage(world, struck, well[0], rng)
        before = await _versions(world, well)
        await world.run_for(12 * MINUTE_S, finest=10)
        after, now = await _versions(world, well), await states(world, links)
        for link in struck:
            one = now[link.id]
            doubts = await world.admin.fetchval(DOUBTED, link.id)
            tally.see(not doubts, f"{link.provider} {ways[link.id]}: {one['status']} {one['cause']}")
        cascade = [link for link in well if now[link.id]["status"] != "connected" or after[link.id] <= before[link.id]]
        tally.figures["still shown as connected"] = sum(now[link.id]["status"] == "connected" for link in struck)
        overdue = await world.admin.fetchval(OVERDUE)
        tally.violations += [f"{link.provider} {link.account} suffers, too: {now[link.id]}" for link in cascade]
        tally.violations += [f"{overdue} jobs overdue"] * bool(overdue)
    return tally


async def unreadable_believed(ground: Ground, n: int) -> Tally:
    """The broken variant opens without authenticating: whatever comes out is sent to the provider."""
    opened = Keyring.open

    def believing(self: Keyring, sealed: bytes, place: Place) -> str:
        try:
            return opened(self, sealed, place)
        except CannotOpen:
            return sealed.hex() or "nothing"

    with broken(Keyring, "open", believing):
        return await unreadable(ground, n)


ROWS = [
    Row(
        "D9", "sealed values damaged or moved", "others live on, no grant doubted", 24, unreadable, unreadable_believed
    ),
]

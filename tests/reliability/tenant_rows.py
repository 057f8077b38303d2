"""Row S3: a neighbour calls every operation with another organization's ids, in every slot, as every kind of caller."""

from contextlib import ExitStack

from mailwarden.core.roles import Role
from tests.isolation.checks import Trial, as_neighbours
from tests.isolation.street import open_street
from tests.isolation.walls import without_filters
from tests.reliability.live import living
from tests.reliability.row import Ground, Row, Tally

SIGN = "tells ["


async def _tried(ground: Ground, *, walls: bool) -> Trial:
    async with living(ground, "S3") as world:
        owner = await world.sign_up()
        url = ground.servers.database_url(Role.OWNER, world.dsn.rpartition("/")[2])
        async with open_street(world.runtime, owner, url) as street:
            with ExitStack() as stack:
                if not walls:
                    stack.enter_context(without_filters(street.past_walls))
                trial = street.trial(second_wall=walls)
                await as_neighbours(trial, await street.parties(trial))
    return trial


async def neighbours(ground: Ground, n: int) -> Tally:
    """Rounds of all operations until ``n`` calls were made, each with organizations of its own."""
    tally, slots, tried = Tally(), set[tuple[str, str]](), set[str]()
    while tally.n < n:
        trial = await _tried(ground, walls=True)
        tally.n += trial.tally.n
        tally.violations += trial.tally.violations
        tried |= trial.tried
        for name, where in trial.described.slots.items():
            slots |= {(name, slot.name) for slot in (*where.path, *where.query, *where.body)}
    tally.figures |= {"operations": len(tried), "slots for ids": len(slots)}
    return tally


async def neighbours_without_walls(ground: Ground, n: int) -> Tally:
    """The broken variant asks for no organization, with a role that no policy binds."""
    found = (await _tried(ground, walls=False)).tally
    told = [one for one in found.violations if "tells []" not in one]
    return Tally(found.n, told, found.figures)


ROWS = [
    Row(
        "S3",
        "a neighbour's ids everywhere",
        "404, nothing told or changed",
        4_000,
        neighbours,
        neighbours_without_walls,
        sign=SIGN,
    )
]

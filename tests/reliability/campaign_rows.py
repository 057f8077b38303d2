"""Rows D10 and X2: hours of campaigns where clocks change, and campaigns that several people command at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from mailwarden.core.db import UnitOfWork
from mailwarden.outreach import source
from mailwarden.outreach.picking import Sending, sending_now
from mailwarden.outreach.queries import accounts_of, get_campaign, steps_of
from mailwarden.outreach.schedule import schedule_of
from mailwarden.outreach.times import rules
from mailwarden.outreach.times.rules import Window, opens_at
from tests.outreach.sending import Box
from tests.outreach.steps import FIRST, PATH, Told, make_mailbox, people, ready, start
from tests.outreach.test_times import WEEK, ZONES
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser

# D10

MINUTE = timedelta(minutes=1)
WRONG_TIME = "would send at"


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Days on which clocks there change, from 2016 to 2035."""
    where, day, found = ZoneInfo(zone), datetime(2016, 1, 1, tzinfo=UTC), []
    while day.year < 2036:
        after = day + timedelta(days=1)
        if day.astimezone(where).utcoffset() != after.astimezone(where).utcoffset():
            found.append(day)
        day = after
    return tuple(found)


@cache
def shown_first(zone: str, day: date, minutes: int) -> datetime:
    """By looking at the clock on the wall there minute by minute."""
    where = ZoneInfo(zone)
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    now = wall.replace(tzinfo=UTC) - timedelta(hours=16)
    while now.astimezone(where).replace(tzinfo=None) < wall:
        now += MINUTE
    return now


def expected(zone: str, begins: int, ends: int, now: datetime) -> datetime:
    today = now.astimezone(ZoneInfo(zone)).date()
    for offset in range(-1, 20):
        day = today + timedelta(days=offset)
        opens, closes = shown_first(zone, day, begins), shown_first(zone, day, ends)
        if opens < closes and now < closes:
            return max(now, opens)
    raise AssertionError("no window in twenty days")


async def hours(ground: Ground, n: int) -> Tally:
    tally, rng = Tally(), ground.rng("D10")
    for number in range(n):
        zone = ZONES[number % len(ZONES)]
        soonest = 5 * 60 if rng.random() < 0.7 else 24 * 60  # clocks change in the small hours
        begins, ends = sorted(rng.sample(range(0, soonest, 15), 2))
        day = rng.choice(changes(zone) or (datetime(2026, 3, 29, tzinfo=UTC),))
        now = day + rng.randrange(-24 * 60, 48 * 60) * MINUTE
        found = opens_at(Window(WEEK, _clock(begins), _clock(ends)), ZoneInfo(zone), now)
        right = expected(zone, begins, ends, now)
        where = f"{zone} {_clock(begins)}-{_clock(ends)} at {now:%F %H:%M}"
        tally.see(found == right, f"{where} {WRONG_TIME} {found:%F %H:%M}, not {right:%F %H:%M}")
    return tally


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


async def hours_as_python_has_them(ground: Ground, n: int) -> Tally:
    """A time inside the gap is read with the offset from before it."""

    def naive(wall: datetime, zone: ZoneInfo) -> datetime:
        return wall.replace(tzinfo=zone).astimezone(UTC)

    with broken(rules, "first_shown", naive):
        return await hours(ground, n)


# X2

LATE, NO_ORDER = "started after the pause was told", "has no order in which it could have happened"
Client = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Op:
    """``done``: a command was obeyed (200), or a mailbox got a mail."""

    name: str
    began: float
    ended: float
    done: bool


def after(state: str, op: Op) -> str | None:
    """What the campaign is after ``op``, if it could happen so in ``state``; None: it could not."""
    if op.name == "claim":
        return state if op.done is (state == "running") else None
    obeyed = {"pause": ("running", "paused"), "resume": ("paused", "running"), "archive": ("paused",)}[op.name]
    if op.done is not (state in obeyed):
        return None
    return {"pause": "paused", "resume": "running", "archive": "archived"}[op.name] if op.done else state


def can_be_ordered(ops: Sequence[Op], state: str) -> bool:
    """Some order that keeps to what ended before what began, and in which each had its outcome (linearizability)."""
    if not ops:
        return True
    first_end = min(op.ended for op in ops)
    for place, op in enumerate(ops):
        following = after(state, op) if op.began <= first_end else None
        if following is not None and can_be_ordered([*ops[:place], *ops[place + 1 :]], following):
            return True
    return False


class Players:
    def __init__(self, owner: Browser, boxes: Sequence[Box], campaign: Told, rng: random.Random) -> None:
        self.owner, self.boxes, self.campaign, self.rng = owner, boxes, campaign, rng
        self.history: list[Op] = []

    async def command(self, name: str) -> None:
        await self._note(name, self._asked(name))

    async def _asked(self, name: str) -> bool:
        answer = await self.owner.post(f"{PATH}/{self.campaign['id']}/{name}")
        assert answer.status_code in (200, 409), answer.text
        return answer.status_code == 200

    async def claim(self, box: Box) -> None:
        async def claimed() -> bool:
            return await box.claim() is not None

        await self._note("claim", claimed())

    async def _note(self, name: str, doing: Awaitable[bool]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        done = await doing
        self.history.append(Op(name, began, clock(), done))

    async def play(self) -> None:
        async def member() -> None:
            for _ in range(3):
                await self.command(self.rng.choice(["pause", "pause", "resume", "archive"]))

        async def mailbox(box: Box) -> None:
            for _ in range(3):
                await self.claim(box)

        await asyncio.gather(member(), member(), *(mailbox(box) for box in self.boxes))


async def histories(ground: Ground, n: int) -> Tally:
    tally, rng = Tally(), ground.rng("X2")
    async with living(ground, "X2", api_deadline_s=20) as world:
        owner = await world.sign_up()
        boxes = []
        for number in (1, 2):
            slot, row = await make_mailbox(world.runtime, owner, number)
            boxes.append(Box(world.runtime, slot, row, world.now()))
        for number in range(n):
            campaign = await ready(owner, [box.slot for box in boxes], people(12), [FIRST])
            await start(owner, campaign)
            for box in boxes:
                box.now = world.now()
            players = Players(owner, boxes, campaign, rng)
            await players.play()
            tally.see(can_be_ordered(players.history, "running"), f"history {number} {NO_ORDER}")
            told = await _end(players)
            late = [op for op in players.history if op.name == "claim" and op.done and op.began > told]
            tally.see(not late, f"history {number}: a mail {LATE}")
    return tally


async def _end(players: Players) -> float:
    """Paused for good, and asked once more: nothing may start, in five seconds or ever. When that was told."""
    await players.command("pause")
    told = players.history[-1].ended
    for box in players.boxes:
        await players.claim(box)
    await players.command("archive")
    return told


async def histories_of_the_deaf(ground: Ground, n: int) -> Tally:
    """Mailboxes do not ask whether the campaign runs."""
    known: dict[UUID, tuple[UUID, UUID]] = {}

    async def deaf(tx: UnitOfWork, slot: object, connection_id: object, *, hold: bool) -> list[Sending]:
        real = await sending_now(tx, slot, connection_id, hold=hold)  # type: ignore[arg-type]
        for one in real:
            known[one.account.id] = (one.campaign.org_id, one.campaign.id)
        found = []
        for account_id, (org_id, campaign_id) in list(known.items()):
            campaign = await get_campaign(tx, org_id, campaign_id)
            accounts = await accounts_of(tx, org_id, campaign_id)
            mine = next(one for one in accounts if one.id == account_id)
            if mine.connection_id == connection_id and campaign.state != "archived":
                steps = await steps_of(tx, org_id, campaign_id)
                found.append(Sending(campaign, mine, steps, schedule_of(campaign.schedule)))
        return found

    with broken(source, "sending_now", deaf):
        return await histories(ground, n)


ROWS = [
    Row("D10", "clocks change: hours of campaigns", "0 mails at a wrong time", 5_000, hours, hours_as_python_has_them,
        quick=150, sign=WRONG_TIME),
    Row("X2", "campaigns commanded by several at once", "no send after a pause is told", 1_000, histories,
        histories_of_the_deaf, quick=5, sign=LATE),
]  # fmt: skip

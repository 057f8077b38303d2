"""A day of sending on a moved clock: campaigns pause and resume, mailboxes are woken for nothing, workers die."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import SendingWay, open_sending
from mailwarden.core.runtime import Runtime
from mailwarden.providers.outgoing import Handed, Outgoing
from mailwarden.sending import deliver
from tests.outreach.steps import ANY_TIME, PATH, Told, ready, start
from tests.outreach.test_over_sandbox import open_mailbox, slot_of
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground
from tests.reliability.sending_rows import Killed, Post
from tests.sending.core.steps import Box
from tests.support.browser import Browser
from tests.support.database import test_servers
from tests.support.sandbox import running_sandbox
from tests.support.world import World

MINUTE = timedelta(minutes=1)
PACES: Sequence[tuple[str, int]] = (("google", 25), ("imap", 60), ("microsoft", 90))  # seconds between two mails
ALL_DAY = {"working_days": ANY_TIME["days"], "working_from": "00:00", "working_until": "23:59"}
MOST = {"daily_limit": 10_000, "domain_daily_limit": 10_000}
FIRST = {"subject": "Hello {{name|there}}", "html": "<p>Hi</p>"}
AT_ONCE = 1_000  # recipients in one request
WOKEN = "UPDATE jobs SET due_at = app_now() WHERE kind = 'slot.send' AND state = 'ready'"
STEPS_S = (1, 40)
DIES, PAUSES, RESUMES, WAKES, WRITES = 0.03, 0.03, 0.2, 0.2, 0.03  # of calls; of steps


@dataclass
class Day:
    hours: float
    mails: int = 0
    pauses: int = 0
    kills: int = 0
    fullest: dict[str, int] = field(default_factory=dict)  # mails in a minute, by way
    wrong: list[str] = field(default_factory=list)

    def judge(self, box: Box, pace_s: int, times: Sequence[datetime]) -> None:
        """By the provider's clock: a minute that begins with any mail holds no more than fit into it at that pace."""
        self.mails += len(times)
        fits = -(-60 // pace_s)
        for place, begun in enumerate(times):
            inside = sum(one < begun + MINUTE for one in times[place : place + fits + 2])
            name = f"{box.linked.provider}, {pace_s} s"
            self.fullest[name] = max(self.fullest.get(name, 0), inside)
            if inside > fits:
                self.wrong.append(f"{name}: {inside} mails in the minute from {begun:%H:%M:%S}")


@contextmanager
def deaths(rng: random.Random, day: Day) -> Iterator[None]:
    """Now and then a worker dies, before the call or after it."""

    async def opened(rt: Runtime, row: Connection) -> SendingWay:
        way, fate = await open_sending(rt, row), rng.random()

        async def hand_over(outgoing: Outgoing) -> Handed:
            handed = await way.hand_over(outgoing) if fate > DIES / 2 else None
            if handed is None or fate < DIES:
                day.kills += 1
                raise Killed
            return handed

        return SendingWay(hand_over, way.look_up)

    with broken(deliver, "open_sending", opened):
        yield


async def live_it(ground: Ground, hours: float) -> Day:
    day, rng = Day(hours), ground.rng("day")
    async with living(ground, "day", api_deadline_s=20) as world:
        owner = await world.sign_up()
        boxes = [await open_mailbox(world, owner, way) for way, _ in PACES]
        for box, (_, pace_s) in zip(boxes, PACES, strict=True):
            await box.set(send_interval_s=pace_s, **ALL_DAY, **MOST)
        campaign = await _campaign(owner, boxes, round(hours * sum(3600 / pace_s for _, pace_s in PACES)))
        with deaths(rng, day):
            await _go_on(world, owner, boxes, campaign, rng, day)
        for box, (_, pace_s) in zip(boxes, PACES, strict=True):
            day.judge(box, pace_s, await asyncio.to_thread(_times, world, box))
    return day


async def _campaign(owner: Browser, boxes: Sequence[Box], count: int) -> Told:
    everybody = [{"address": f"r{number}@else.test"} for number in range(count)]
    slots = [await slot_of(box) for box in boxes]
    campaign = await ready(owner, slots, everybody[:AT_ONCE], [FIRST])
    for at in range(AT_ONCE, count, AT_ONCE):
        added = await owner.post(f"{PATH}/{campaign['id']}/recipients", {"recipients": everybody[at : at + AT_ONCE]})
        assert added.status_code == 200, added.text
    return await start(owner, campaign)


async def _go_on(
    world: World, owner: Browser, boxes: Sequence[Box], campaign: Told, rng: random.Random, day: Day
) -> None:
    post, paused, until = Post(world, list(boxes)), False, world.now() + timedelta(hours=day.hours)
    while world.now() < until:
        if rng.random() < (RESUMES if paused else PAUSES):
            paused = not paused
            day.pauses += paused
            await owner.post(f"{PATH}/{campaign['id']}/{'pause' if paused else 'resume'}")
        if rng.random() < WRITES:
            await rng.choice(boxes).queue(f"w{rng.random()}@else.test")
        if rng.random() < WAKES:
            await world.admin.execute(WOKEN)
        await post.turn(rng.randint(*STEPS_S))


def _times(world: World, box: Box) -> list[datetime]:
    place = f"/accounts/{box.linked.provider}/{box.linked.account}/messages"
    if box.linked.provider == "imap":
        taken = world.sandbox.ask("GET", "/mail/submitted")["messages"]
        held = [one for one in taken if one["sender"] == box.linked.account]
    else:
        held = world.sandbox.ask("GET", place, folder="Sent")["messages"]
    return sorted(datetime.fromisoformat(one["at"]) for one in held)


def lived(folder: Path, hours: float, seed: int) -> Day:
    with test_servers() as servers, running_sandbox(folder, options=["--no-quotas"]) as sandbox:
        return asyncio.run(live_it(Ground(seed, folder, servers, sandbox), hours))

"""L28: whatever is done in whatever order, nobody gets a step twice, and nobody misses one."""

import asyncio
import random
from datetime import timedelta

import pytest

from mailwarden.core.runtime import Runtime
from mailwarden.outreach.rules import OPEN
from mailwarden.sending.source import Outcome
from tests.outreach.sending import Box, steps_sent, watch
from tests.outreach.steps import PATH, Told, add_people, get, make_mailbox, people, ready, rows_of, start
from tests.outreach.test_source import campaign_id
from tests.support.browser import Browser

STEPS = [{"subject": "S", "html": "<p>1</p>"}] + [{"delay_s": 60, "html": f"<p>{n}</p>"} for n in (2, 3)]
ENDS = [Outcome.ACCEPTED] * 6 + [Outcome.NOT_SENT] * 2 + [Outcome.UNKNOWN]


class Life:
    """Random acts upon a rotation of three mailboxes; ``open`` are mails under way."""

    def __init__(self, owner: Browser, boxes: list[Box], campaign: Told, rng: random.Random) -> None:
        self.owner, self.boxes, self.campaign, self.rng = owner, boxes, campaign, rng
        self.unknown: list[tuple[Box, object]] = []
        self.added = 0

    async def act(self) -> None:
        await self.rng.choice(
            [self.send, self.send, self.send, self.toggle, self.wait, self.find, self.add, self.delay]
        )()

    async def send(self) -> None:
        """All three at once."""
        await asyncio.gather(*(self._send(box) for box in self.boxes))

    async def _send(self, box: Box) -> None:
        message = await box.claim()
        if message is None:
            return
        outcome = self.rng.choice(ENDS)
        over = {"due_at": box.now + timedelta(seconds=30)} if outcome is Outcome.NOT_SENT else {}
        await box.settle(message, outcome, **over)
        if outcome is Outcome.UNKNOWN:
            self.unknown.append((box, message))

    async def toggle(self) -> None:
        for what in ("pause", "resume"):
            await self.owner.post(f"{PATH}/{self.campaign['id']}/{what}")
            if self.rng.random() < 0.5:
                await self.send()
        assert (await get(self.owner, self.campaign))["state"] == "running"

    async def wait(self) -> None:
        seconds = self.rng.choice([1, 30, 61, 200])
        for box in self.boxes:
            box.later(seconds=seconds)

    async def find(self) -> None:
        while self.unknown:
            box, message = self.unknown.pop()
            await box.settle(message, Outcome.FOUND)  # type: ignore[arg-type]

    async def add(self) -> None:
        self.added += 1
        await add_people(self.owner, self.campaign, [{"address": f"late{self.added}@example.net"}])

    async def delay(self) -> None:
        delays = [self.rng.choice([0, 60, 120]) for _ in (2, 3)]
        later = [step | {"delay_s": delay} for step, delay in zip(STEPS[1:], delays, strict=True)]
        headers = {"If-Match": (await get(self.owner, self.campaign))["etag"]}
        body = {"steps": [STEPS[0], *later]}  # refused where a step went out with another delay
        answer = await self.owner.http.put(f"{PATH}/{self.campaign['id']}/steps", json=body, headers=headers)
        assert answer.status_code in (200, 409)


@pytest.mark.parametrize("seed", range(4))
async def test_each_step_once_and_all_of_them(owner: Browser, runtime: Runtime, seed: int) -> None:
    boxes = []
    for number in (1, 2, 3):
        slot, row = await make_mailbox(runtime, owner, number)
        boxes.append(Box(runtime, slot, row, runtime.clock.now()))
    campaign = await ready(owner, [box.slot for box in boxes], people(8), STEPS)
    await start(owner, campaign)
    life = Life(owner, boxes, campaign, random.Random(seed))
    for _ in range(40):
        await life.act()
    for _ in range(60):
        if not {row.state for row in (await rows_of(runtime, owner.org_id)).values()} & OPEN:
            break
        await life.find()
        for box in boxes:
            box.now = max(runtime.clock.now(), box.now) + timedelta(seconds=200)
        await life.send()
    rows = await rows_of(runtime, owner.org_id)
    assert {row.state for row in rows.values()} == {"finished"}
    sent = await steps_sent(runtime, owner.org_id)
    assert sorted(sent.values()) == [[1, 2, 3]] * len(rows)
    by_box = [{address for address, _ in box.sent} for box in boxes]
    assert sum(len(one) for one in by_box) == len(set[str]().union(*by_box))  # each from one mailbox only (L29)
    await watch(runtime, owner.org_id, campaign_id(campaign))
    assert (await get(owner, campaign))["state"] == "finished"

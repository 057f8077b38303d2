"""Rows Q2, M1, M2 and M6: workers die around the call that sends, answers get lost, servers refuse at every stage.

Judged by what the providers hold, not by what we believe: no mail twice, none said to be out that is not, and none
said not to be out that is.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import SendingWay, open_sending
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Evidence, Unavailable
from mailwarden.providers.outgoing import Handed, Outgoing
from mailwarden.sending import claim, deliver, outcomes, settle
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.rules import Code
from mailwarden.sending.source import Outcome
from mailwarden.sending.suppression import suppress
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.sending.core.steps import KINDS, WAYS, Box, open_box
from tests.support.world import World

EACH = 2  # mailboxes of a way
ROUND_S = 100.0  # longer than a lease and than the pace of a mailbox
TWICE, LOST, DENIED, LEFT = "was sent twice", "is said to be out and is not", "is said not to be out and is", "lies"
DUE = (
    "SELECT id FROM jobs WHERE kind = any($1) AND due_at <= app_now()"
    " AND (state = 'ready' OR (state = 'leased' AND lease_until < app_now()))"
)


class Killed(BaseException):
    """As a process that ends: nothing catches it, and nothing that it knew is stored."""


@dataclass
class Post:
    """Mailboxes, and what was queued in them: subjects are names."""

    world: World
    boxes: list[Box]
    queued: dict[str, tuple[Box, UUID]] = field(default_factory=dict)

    async def write(self, n: int, to: Callable[[int], str] = "r{}@else.test".format) -> None:
        for number in range(n):
            box, subject = self.boxes[number % len(self.boxes)], f"Mail {number}"
            self.queued[subject] = (box, await box.queue(to(number), subject=subject))

    async def turn(self, seconds: float) -> None:
        """Everything of sending that is due then, side by side; whoever dies leaves a lease behind."""
        await self.world.advance(seconds)
        while rows := await self.world.admin.fetch(DUE, KINDS):
            runs = (self.world.runner.run(row["id"]) for row in rows)
            if not any(done is True for done in await asyncio.gather(*runs, return_exceptions=True)):
                break

    async def states(self) -> dict[str, str]:
        rows = await self.world.admin.fetch("SELECT subject, state FROM messages")
        return {row["subject"]: row["state"] for row in rows}

    async def until_quiet(self, rounds: int, seconds: float = ROUND_S) -> None:
        for _ in range(rounds):
            await self.turn(seconds)
            if not {"queued", "sending"} & set((await self.states()).values()):
                break
        for wait in (15, 61, 301, 1801):
            await self.turn(wait)

    async def judge(self, tally: Tally) -> None:
        held: Counter[str] = Counter()
        for box in self.boxes:
            held.update(mail.subject for mail in await asyncio.to_thread(box.sent))
        told = await self.states()
        for subject in self.queued:
            count, state = held[subject], told[subject]
            fault = _fault(count, state)
            tally.see(fault is None, f"{subject} {fault}: {state}, {count} at the provider")
        tally.figures["unknown"] = sum(state == "unknown" for state in told.values())


def _fault(count: int, state: str) -> str | None:
    if count > 1:
        return TWICE
    if state in ("queued", "sending"):
        return LEFT
    if state == "sent" and not count:
        return LOST
    return DENIED if state == "failed" and count else None


async def post(world: World, ways: tuple[str, ...], each: int = EACH) -> Post:
    boxes = [await open_box(world, way) for way in ways for _ in range(each)]
    for box in boxes:
        await box.set(send_interval_s=10, daily_limit=10_000, domain_daily_limit=10_000)
    return Post(world, boxes)


# Q2


@contextmanager
def mortal(rng: random.Random) -> Iterator[None]:
    """Of ten calls two die before, two after, one has its answer lost, and one never left."""
    real = open_sending

    async def opened(rt: Runtime, row: Connection) -> SendingWay:
        way, fate = await real(rt, row), rng.random()

        async def hand_over(outgoing: Outgoing) -> Handed:
            if fate < 0.2:
                raise Killed
            if fate < 0.3:
                raise Unavailable(EVIDENCE, sent=False)
            handed = await way.hand_over(outgoing)
            if fate < 0.5:
                raise Killed
            if fate < 0.6:
                raise Unavailable(EVIDENCE)
            return handed

        return SendingWay(hand_over, way.look_up)

    with broken(deliver, "open_sending", opened):
        yield


EVIDENCE = Evidence(None, "api", "POST", "/send", "provider.test", None, None, "no answer")


async def deaths(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with living(ground, "Q2", api_deadline_s=20) as world:
        mail = await post(world, WAYS)
        await mail.write(n)
        with mortal(ground.rng("Q2")):
            await mail.until_quiet(rounds=4 * (n // len(mail.boxes) + 4))
        await mail.judge(tally)
    return tally


async def send_again(rt: Runtime, tx: UnitOfWork, message: Message, attempt: SendAttempt, *_: Any) -> None:
    """What a queue does that retries whatever did not succeed."""
    attempt.outcome = Outcome.NOT_SENT
    message.state, message.due_at = "queued", rt.clock.now()
    await tx.session.flush()


async def deaths_retried(ground: Ground, n: int) -> Tally:
    with broken(outcomes, "set_unknown", send_again), broken(settle, "set_unknown", send_again):
        return await deaths(ground, max(n, 24))


# M1

REPLIES = {
    "/smtp/MAIL": ("451 4.3.0 later", "452 4.3.1 no room", "421 4.3.2 closing"),
    "/smtp/RCPT/*": ("450 4.7.1 greylisted", "550 5.1.1 no such user", "550 5.4.5 daily limit", "421 4.7.0 busy"),
    "/smtp/DATA": ("451 4.3.0 later", "554 5.5.1 no valid recipients"),
    "/smtp/MESSAGE": ("451 4.3.0 later", "552 5.3.4 too big", "554 5.7.1 spam", "421 4.3.2 closing"),
}
WIRE = ("/smtp/MAIL", "/smtp/RCPT/*", "/smtp/MESSAGE", "/smtp/DELIVERED")


async def stages(ground: Ground, n: int) -> Tally:
    tally, rng = Tally(), ground.rng("M1")
    async with living(ground, "M1", api_deadline_s=5) as world:
        mail = await post(world, ("imap",), each=4)
        await mail.write(n)
        for _ in range(n // len(mail.boxes) + 1):
            for box in mail.boxes:
                _strike(world, box, rng)
            await mail.turn(ROUND_S)
        for box in mail.boxes:
            await asyncio.to_thread(world.sandbox.lift, "imap", box.linked.account)
        await mail.until_quiet(rounds=40 + n, seconds=1800)  # who was capped rests an hour
        await mail.judge(tally)
    return tally


def _strike(world: World, box: Box, rng: random.Random) -> None:
    if rng.random() < 0.4:
        world.sandbox.fault("imap", box.linked.account, "reset", path=rng.choice(WIRE), count=1)
        return
    stage = rng.choice(sorted(REPLIES))
    world.sandbox.fault("imap", box.linked.account, "reply", path=stage, text=rng.choice(REPLIES[stage]), count=1)


async def stages_retried(ground: Ground, n: int) -> Tally:
    with broken(outcomes, "set_unknown", send_again), broken(settle, "set_unknown", send_again):
        return await stages(ground, max(n, 30))


# M2

CALLS = {"google": "*/messages/send", "microsoft": "*/send", "keap": "*/emails:send"}


async def server_errors(ground: Ground, n: int) -> Tally:
    """Half of them had their effect. None of these mails may be given up as refused."""
    tally, rng = Tally(), ground.rng("M2")
    async with living(ground, "M2", api_deadline_s=20) as world:
        mail = await post(world, tuple(CALLS), each=3)
        await mail.write(n)
        for _ in range(n // len(mail.boxes) + 1):
            for box in mail.boxes:
                code, kept = rng.choice((500, 502, 503, 504)), rng.random() < 0.5
                given = {"code": code, "path": CALLS[box.linked.provider], "count": 1, "processed": kept}
                world.sandbox.fault(box.linked.provider, box.linked.account, "status", **given)
            await mail.turn(ROUND_S)
        await mail.until_quiet(rounds=10)
        await mail.judge(tally)
        for subject, state in (await mail.states()).items():
            tally.see(state != "failed", f"{subject} was given up for good after a server error")
    return tally


def read_as_refused(error: Any) -> settle.Meaning:
    return settle.Meaning(Outcome.REFUSED, Code.REFUSED, str(error))


async def server_errors_final(ground: Ground, n: int) -> Tally:
    with broken(settle, "meaning_of", read_as_refused):
        return await server_errors(ground, n)


# M6


async def late_suppressions(ground: Ground, n: int) -> Tally:
    """Somebody unsubscribes between the queue and the claim."""
    tally = Tally()
    async with living(ground, "M6", api_deadline_s=20) as world:
        mail = await post(world, ("google", "imap"), each=3)
        await mail.write(n)
        for number, (box, _) in enumerate(mail.queued.values()):
            if number % 2:
                async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
                    await suppress(tx, box.org_id, f"R{number}@else.test", "unsubscribed")
        await mail.until_quiet(rounds=n // len(mail.boxes) + 4)
        told = await mail.states()
        for number, subject in enumerate(mail.queued):
            wanted = "failed" if number % 2 else "sent"
            tally.see(told[subject] == wanted, f"{subject} is {told[subject]} instead of {wanted}")
        await mail.judge(tally)
    return tally


async def nobody(*_: Any) -> dict[str, str]:
    return {}


async def late_suppressions_unseen(ground: Ground, n: int) -> Tally:
    with broken(claim, "suppressed_among", nobody):
        return await late_suppressions(ground, n)


ROWS = [
    Row("Q2", "worker dies around the call that sends, answers lost", "0 twice, 0 lost", 2_000, deaths, deaths_retried,
        sign=TWICE),
    Row("M1", "SMTP refuses or breaks at every stage", "0 twice, 0 lost", 600, stages, stages_retried, sign=TWICE),
    Row("M2", "HTTP 5xx of a send API", "never read as refused", 900, server_errors, server_errors_final,
        sign="for good"),
    Row("M6", "suppressed between queue and send", "never mailed", 600, late_suppressions, late_suppressions_unseen,
        sign="instead of failed"),
]  # fmt: skip

"""Row W9: a customer's endpoint is dead for a day, and our processes are killed meanwhile. Nothing may be lost.

Events come of what members do. The customer also follows `GET /v1/events` with one cursor from before the outage.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from mailwarden.cli.demo.client import Person
from tests.fakes.receiver import Message, Receiver, Reply, running_receiver
from tests.reliability.row import Ground, Row, Tally
from tests.support.stack import System, running_system, wait_for, wait_healthy

HOURS = 24
WORKER = ("mailwarden", "worker")
CARELESS = (sys.executable, "-m", "tests.reliability.workers.careless_sender")
FREQUENCIES = ("hourly", "every_6_hours", "daily")
REST_S = 61 * 60  # more than the longest rest of an endpoint
WITHIN_S = 90


@dataclass
class Customer:
    """Who owns the endpoint. ``accepted``: messages that were answered with 2xx."""

    person: Person
    connection: str
    receiver: Receiver
    accepted: list[Message] = field(default_factory=list)
    followed: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    turns: Any = field(default_factory=count)

    def cause_events(self, system: System, times: int) -> None:
        for _ in range(times):
            self._retried(system, self._change_settings)

    def _change_settings(self) -> None:
        path = f"/v1/connections/{self.connection}"
        version = self.person.http.get(path).headers["etag"]
        body = {"sync_frequency": FREQUENCIES[next(self.turns) % len(FREQUENCIES)]}
        answer = self.person.http.patch(path, json=body, headers={"If-Match": version})
        assert answer.status_code in (200, 412), answer.text

    def follow(self, system: System) -> None:
        self._retried(system, self._read_on)

    def _read_on(self) -> None:
        while True:
            page = self.person.get("/v1/events", limit=100, **({"cursor": self.cursor} if self.cursor else {}))
            self.followed += page["data"]
            self.cursor = page["next_cursor"]
            if not page["has_more"]:
                return

    @staticmethod
    def _retried(system: System, ask: Callable[[], None]) -> None:
        """The API may be the process that was just killed."""
        for _ in range(5):
            try:
                ask()
                return
            except (httpx.TransportError, KeyError):
                wait_healthy(system, 90)
        ask()

    def revive(self) -> None:
        """From now on it takes everything, and notes that it did."""

        def take(message: Message) -> Reply:
            self.accepted.append(message)
            return Reply(204)

        self.receiver.reply = take


def _outage(ground: Ground, kills: int, worker: Sequence[str]) -> Tally:
    tally, chance = Tally(), ground.rng("W9")
    with running_receiver() as receiver, running_system("w9", workers=2, seed=ground.seed, worker=worker) as system:
        customer = make_customer(system, receiver)
        receiver.always(503)
        for _ in range(kills):
            customer.cause_events(system, 3)
            _kill(system, chance)
            system.advance(HOURS * 3600 / kills)
            customer.follow(system)
        customer.revive()
        system.advance(REST_S)
        for _ in range(2):  # also while the backlog flows
            time.sleep(chance.uniform(0.1, 1.5))
            _kill(system, chance)
            customer.cause_events(system, 2)
        wait_healthy(system)
        _settled(system)
        customer.follow(system)
        _judge(tally, customer, kills)
    return tally


def make_customer(system: System, receiver: Receiver) -> Customer:
    person = system.person()
    account = system.sandbox.make_account("hubspot", campaigns=5)
    connection = system.connect(person, "hubspot", account, history_range="days_30", sync_frequency="daily")
    person.post("/v1/webhook-endpoints", {"url": receiver.url})
    customer = Customer(person, connection, receiver)
    customer.cursor = person.get("/v1/events", limit=100)["next_cursor"]
    return customer


def _kill(system: System, chance: random.Random) -> None:
    system.kill(chance.choice(list(system.stack.children)))


def _settled(system: System) -> None:
    """Nothing waits: no event without its deliveries, no delivery without its end. A broken sender never settles."""
    behind = """
        SELECT (SELECT count(*) FROM webhook_deliveries WHERE state = 'pending')
             + (SELECT max(p.position - e.position) FROM webhook_endpoints e JOIN event_positions p USING (org_id))
    """
    try:
        wait_for(lambda: system.one(behind) == 0, "the backlog's end", WITHIN_S)
    except AssertionError:
        return


def _judge(tally: Tally, customer: Customer, kills: int) -> None:
    """Every event of the stream since the endpoint was made is one look."""
    numbers = [one["sequence"] for one in customer.followed]
    in_order = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    tally.see(in_order, f"GET /v1/events out of order or with gaps: {numbers}")
    taken = {message.id: json.loads(message.body) for message in customer.accepted}
    for event in customer.followed:
        got = taken.get(event["id"])
        tally.see(got is not None, f"lost: {event['sequence']} {event['type']}")
        if got is not None:
            tally.see(got["sequence"] == event["sequence"], f"another number than in the stream: {got['sequence']}")
    bodies = Counter(id for id, _ in {(one.id, one.body) for one in customer.receiver.got})
    for id, different in bodies.items():
        tally.see(different == 1, f"{different} different messages with the id {id}")
    strangers = set(taken) - {event["id"] for event in customer.followed}
    tally.see(not strangers, f"messages that are no events: {strangers}")
    tally.figures |= {
        "events": len(customer.followed),
        "attempts": len(customer.receiver.got),
        "repeated after acceptance": len(customer.accepted) - len(taken),
        "kills": kills + 2,
    }


async def _play(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_outage, ground, n, WORKER)


async def _control(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_outage, ground, min(n, 4), CARELESS)


ROWS = (
    Row(
        id="W9",
        title="Customer's endpoint dead for 24 h",
        demand="0 events lost, the stream in order, duplicates only under the same webhook-id",
        n=48,
        quick=4,
        play=_play,
        control=_control,
        sign="lost",
    ),
)

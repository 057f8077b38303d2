"""Seeded trouble at random moments, under steady load of syncs and refreshes."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailwarden.cli.demo.client import Person
from tests.support.stack import System, wait_for, wait_healthy

GROUPS: Mapping[str, tuple[str, str]] = {
    "hubspot fixed": ("hubspot", "fixed"),
    "klaviyo overlap": ("klaviyo", "overlap"),
    "klaviyo strict": ("klaviyo", "strict"),
}
USUAL_LIFE_S = 3600  # so that moving the clock afterwards does not expire what was just issued
EVENTS = (
    "kill worker",
    "kill worker",
    "kill API",
    "flush Redis",
    "stop Redis",
    "restart PostgreSQL",
    "crash PostgreSQL",
    "new campaigns",
)


@dataclass(frozen=True)
class Plan:
    seed: int
    seconds: float
    each: int  # accounts of each group
    campaigns: int = 150
    life_s: int = 12  # of access tokens at the provider: shorter than any that we would plan for
    answer_ms: int = 120  # how long a token endpoint takes, so that kills find refreshes on their way
    pause_s: tuple[float, float] = (0.8, 2.5)
    events: tuple[str, ...] = EVENTS
    groups: tuple[str, ...] = tuple(GROUPS)
    patience_s: float = 180  # afterwards, until every connection is synced


@dataclass
class Target:
    group: str
    provider: str
    account: str
    connection: str
    person: Person


@dataclass
class Storm:
    system: System
    plan: Plan
    targets: list[Target] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    kills: list[tuple[float, float]] = field(default_factory=list)  # from and until, in the sandbox's time
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.plan.seed)

    def set_up(self) -> None:
        """Accounts of each kind of rotation, connected and synced once before the storm."""
        person = self.system.person("Storm")
        sandbox = self.system.sandbox
        for group in self.plan.groups:
            provider, rotation = GROUPS[group]
            for _ in range(self.plan.each):
                account = sandbox.make_account(provider, campaigns=self.plan.campaigns)
                sandbox.behave(provider, account, rotation=rotation, access_ttl_s=self.plan.life_s)
                connection = self.system.connect(person, provider, account, history_range="days_30")
                self.targets.append(Target(group, provider, account, connection, person))
        for provider in ("hubspot", "klaviyo"):
            sandbox.fault(provider, None, "slow", ms=self.plan.answer_ms, scope="token")
        wait_for(lambda: not self._unsynced(), "first syncs", 120)

    def _unsynced(self) -> int:
        return int(self.system.one("SELECT count(*) FROM connections WHERE last_sync_at IS NULL"))

    def rage(self) -> None:
        until = time.monotonic() + self.plan.seconds
        while time.monotonic() < until:
            time.sleep(self.rng.uniform(*self.plan.pause_s))
            event = self.rng.choice(self.plan.events)
            self._happen(event)
            self.counts[event] += 1
            self.calls += self.system.sandbox.new_requests()
        self.calm()

    def _happen(self, event: str) -> None:
        does: dict[str, Callable[[], None]] = {
            "kill worker": lambda: self._kill(self.rng.choice(self.system.workers())),
            "kill API": lambda: self._kill("api"),
            "flush Redis": self.system.servers.redis.flush,
            "stop Redis": self._redis_away,
            "restart PostgreSQL": self.system.restart_postgres,
            "crash PostgreSQL": lambda: self.system.restart_postgres(crash=True),
            "new campaigns": self._new_campaigns,
        }
        does[event]()

    def _kill(self, name: str) -> None:
        begun = self.sandbox_now()
        self.system.kill(name)
        self.kills.append((begun, self.sandbox_now()))

    def _redis_away(self) -> None:
        self.system.servers.redis.stop()
        time.sleep(self.rng.uniform(0.5, 4))
        self.system.servers.redis.start()

    def _new_campaigns(self) -> None:
        target = self.rng.choice(self.targets)
        path = f"/accounts/{target.provider}/{target.account}/campaigns"
        self.system.sandbox.ask("POST", path, {"count": self.rng.randint(1, 5)})

    def sandbox_now(self) -> float:
        """Both run on this machine's clock; the sandbox's differs by its offset only."""
        offset: float = self.system.sandbox.ask("GET", "/clock")["offset_s"]
        return time.time() + offset

    def calm(self) -> None:
        """All servers up, all processes alive, the provider quick and without tricks."""
        wait_healthy(self.system, 60)
        wait_for(lambda: all(child.alive() for child in self.system.stack.children.values()), "all processes", 30)
        for provider in ("hubspot", "klaviyo"):
            self.system.sandbox.lift(provider, None)
            self.system.sandbox.behave(provider, None, access_ttl_s=USUAL_LIFE_S)
        self.calls += self.system.sandbox.new_requests()

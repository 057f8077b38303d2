"""Everything the sandbox knows and holds in memory; a reset replaces it by a new one."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from mailwarden_sandbox.accounts import Account, Behaviour, default_name, default_zone
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.clock import SandboxClock
from mailwarden_sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, SandboxConfig
from mailwarden_sandbox.data.book import CampaignBook, Status
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.data.mailbox import Mailbox
from mailwarden_sandbox.faults.store import Fault, FaultStore
from mailwarden_sandbox.grants import Grant, TokenStore, TokenStyle
from mailwarden_sandbox.request_log import RequestLog
from mailwarden_sandbox.webhooks.outbox import Outbox
from mailwarden_sandbox.windows import Windows

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the world must know of a provider to make accounts for it."""

    name: str
    external_id: Callable[[int], str]
    valid_id: Callable[[str], bool]
    style: TokenStyle
    traits: Traits
    access_survives: bool
    password_ends: Callable[[Grant, str], bool] = lambda _grant, _by: False
    """Whether a new password ends this grant; ``user`` or ``admin`` set it."""
    after_fault: "Callable[[World, Fault, Account, list[Grant]], None]" = lambda *_: None
    """What the provider tells apps of a definite fault; with the grants that lived until then."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """An app was installed in, or uninstalled from, an account."""

    at: float
    account: Account
    client_id: str
    installed: bool


@dataclass(frozen=True, slots=True)
class Submitted:
    """A message that the SMTP server took."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class World:
    def __init__(self, config: SandboxConfig, kinds: Mapping[str, Kind]) -> None:
        self.config, self.kinds = config, kinds
        self.clock = SandboxClock(config.wall, config.start)
        self.rng = random.Random(config.seed)  # noqa: S311 - repeatable on purpose; tokens come from `secrets`
        self.tokens = TokenStore({k.name: k.style for k in kinds.values()})
        self.log = RequestLog(config.log_size)
        self.faults = FaultStore(config.seed)
        self.windows = Windows()
        self.running: Counter[tuple[str | None, ...]] = Counter()
        """Calls that are being answered, by provider, app and account."""
        self.outbox = Outbox(self.clock.now)
        self.quotas = config.quotas
        self.lifecycle: list[Lifecycle] = []
        self.submitted: list[Submitted] = []
        self.subscriptions: dict[tuple[str, int], dict[str, object]] = {}
        self._parts: dict[type[Any], Any] = {}
        self._accounts: dict[tuple[str, str], Account] = {}
        self._clients: dict[tuple[str, str], Client] = {}
        self._began = self.clock.now()
        midnight = self.clock.utc().replace(hour=0, minute=0, second=0, microsecond=0)
        self._anchor = int(midnight.timestamp())
        for name in kinds:
            self._furnish(name)

    def _furnish(self, provider: str) -> None:
        self.add_client(provider, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, self.config.redirect_uris, None)
        for _ in range(self.config.accounts):
            self.add_account(provider)

    def part(self, kind: type[Part]) -> Part:
        """What one provider keeps besides; made when it is first asked for, gone with a reset."""
        if kind not in self._parts:
            self._parts[kind] = kind()
        part: Part = self._parts[kind]
        return part

    # accounts

    def accounts(self, provider: str | None = None) -> list[Account]:
        return [a for a in self._accounts.values() if provider in (None, a.provider)]

    def account(self, provider: str, external_id: str) -> Account | None:
        return self._accounts.get((provider, external_id))

    def next_external_id(self, provider: str) -> tuple[str, int]:
        number = len(self.accounts(provider)) + 1
        while (provider, self.kinds[provider].external_id(number)) in self._accounts:
            number += 1
        return self.kinds[provider].external_id(number), number

    def add_account(
        self,
        provider: str,
        external_id: str | None = None,
        *,
        campaigns: int | None = None,
        name: str | None = None,
        time_zone: str | None = None,
        data_seed: str | None = None,
    ) -> Account:
        """``data_seed``: accounts of the same provider, seed and size hold the same campaigns and figures."""
        kind, (free_id, number) = self.kinds[provider], self.next_external_id(provider)
        external_id = external_id or free_id
        seed = data_seed or f"{self.config.seed}:{provider}:{external_id}"
        size = self.config.campaigns if campaigns is None else campaigns
        account = Account(
            provider,
            external_id,
            name or default_name(number),
            time_zone or default_zone(number),
            CampaignBook(seed, size, self._anchor, kind.traits),
            self._behaviour(provider),
            user_id=900_000 + number,
            still_since=self._began,
            mailbox=Mailbox(self.clock.now),
        )
        self._accounts[provider, external_id] = account
        return account

    def _behaviour(self, provider: str) -> Behaviour:
        return Behaviour(
            self.config.rotation[provider],
            self.config.access_ttl_s[provider],
            self.config.overlap_s,
            self.kinds[provider].access_survives,
        )

    # clients

    def add_client(
        self, provider: str, client_id: str, secret: str, uris: tuple[str, ...] | None, scopes: frozenset[str] | None
    ) -> Client:
        app_id = 1_000_000 + len(self._clients)
        client = self._clients[provider, client_id] = Client(provider, client_id, secret, app_id, uris, scopes)
        return client

    def client(self, provider: str, client_id: str) -> Client | None:
        return self._clients.get((provider, client_id))

    # time

    def now(self) -> float:
        return self.clock.now()

    def figures_now(self, account: Account) -> int:
        """The moment an account's figures belong to. It moves in steps, when somebody moves the clock, and when
        campaigns are added to the account: so two readers between such moments see the same numbers."""
        step = self.config.figure_step_s
        return int(account.still_since + (self.now() - account.still_since) // step * step)

    def move_clock(self, offset_s: float) -> None:
        self.clock.offset_s = offset_s
        for account in self._accounts.values():
            account.still_since = self.now()
        self.outbox.wake()

    def add_campaigns(self, account: Account, count: int, status: Status, send: float | None) -> list[int]:
        now = int(self.now())
        when = 0 if status is Status.DRAFT else int(send) if send is not None else now
        created = min(when or now, now) - 600
        added = [account.book.add(status, created, when) for _ in range(count)]
        account.still_since = self.now()
        return added

    def new_id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

"""The subscriptions that live."""

from dataclasses import dataclass, field

from mailwarden_sandbox.accounts import Account


@dataclass(slots=True)
class Subscription:
    id: str
    account: Account
    client_id: str
    resource: str
    folder: str | None
    """None: the whole mailbox."""
    changes: frozenset[str]
    url: str
    lifecycle_url: str | None
    client_state: str | None
    expires: float


@dataclass(slots=True)
class Subscriptions:
    by_id: dict[str, Subscription] = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    """Accounts whose mailbox tells of its changes already."""

    def of(self, account: Account, now: float) -> list[Subscription]:
        return [s for s in self.by_id.values() if s.account is account and s.expires > now]

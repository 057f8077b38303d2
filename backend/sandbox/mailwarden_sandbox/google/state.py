"""What Google keeps besides accounts and grants."""

from collections import deque
from dataclasses import dataclass, field

from mailwarden_sandbox.accounts import Account

WATCH_S = 7 * 86_400


@dataclass(slots=True)
class Watch:
    account: Account
    client_id: str
    topic: str
    labels: frozenset[str]
    exclude: bool
    expires_at: float
    last_push: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Push:
    """The push subscription of a topic, as Pub/Sub keeps it."""

    url: str
    audience: str
    sender: str
    """The service account in whose name Pub/Sub signs."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where security events of one app's users go (RISC)."""

    client_id: str
    url: str


@dataclass(slots=True)
class GoogleState:
    offline_codes: set[str] = field(default_factory=set)
    """Codes whose exchange yields a refresh token."""
    offline: set[str] = field(default_factory=set)
    """Ids of the grants whose refresh token was given away."""
    watches: dict[tuple[str, str], Watch] = field(default_factory=dict)
    """By client id and account."""
    pushes: dict[str, Push] = field(default_factory=dict)
    """By topic."""
    receivers: dict[str, Receiver] = field(default_factory=dict)
    """By client id."""
    spent: dict[tuple[str, str], deque[tuple[float, int]]] = field(default_factory=dict)
    """Quota units by client id and account, with their time."""
    sent: dict[str, deque[float]] = field(default_factory=dict)
    """Times of sent messages by account."""
    aliases: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    listening: set[str] = field(default_factory=set)
    """Accounts whose mailbox tells of its changes."""

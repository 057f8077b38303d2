"""What Stripe holds, as the objects that its API shows (API version 2026-10-28.endive)."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

Object = dict[str, Any]
DAY = 86_400
MONTH = 30 * DAY
"""Every period; real ones follow the calendar."""


def _price(key: str, amount: int) -> Object:
    return {
        "id": f"price_{key}", "object": "price", "active": True, "currency": "usd", "unit_amount": amount,
        "recurring": {"interval": "month", "interval_count": 1}, "product": f"prod_{key}", "type": "recurring",
    }  # fmt: skip


def _prices() -> dict[str, Object]:
    prices = (("starter", 1900), ("team", 5900), ("business", 19900))
    return {f"price_{key}": _price(key, amount) for key, amount in prices}


@dataclass
class Endpoint:
    url: str
    secret: str


@dataclass
class StripeState:
    """By id, in the order of their making."""

    prices: dict[str, Object] = field(default_factory=_prices)
    customers: dict[str, Object] = field(default_factory=dict)
    sessions: dict[str, Object] = field(default_factory=dict)
    subscriptions: dict[str, Object] = field(default_factory=dict)
    invoices: dict[str, Object] = field(default_factory=dict)
    charges: dict[str, Object] = field(default_factory=dict)
    refunds: dict[str, Object] = field(default_factory=dict)
    events: dict[str, Object] = field(default_factory=dict)
    declining: set[str] = field(default_factory=set)
    """Customers whose card is declined."""
    endpoint: Endpoint | None = None
    answered: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    """By idempotency key: status and body, and what was asked."""
    _numbers: Any = field(default_factory=lambda: count(1))

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_sandbox{next(self._numbers):08d}"


def listed(objects: list[Object], url: str, limit: int) -> Object:
    """Newest first, as Stripe lists."""
    newest = list(reversed(objects))
    return {"object": "list", "data": newest[:limit], "has_more": len(newest) > limit, "url": url}

"""Figures and rates (F1-F5), and how far back an organization wants to look (C16)."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from mailwarden.connections.rules import HistoryRange
from mailwarden.providers.base import Figures
from mailwarden.providers.catalog import load

COUNTS = ("sent", "delivered", "opened", "clicked", "bounced", "complaints", "unsubscribes")
BOUNCES = ("hard_bounced", "soft_bounced")
MORE = (*BOUNCES, "machine_opened", "machine_clicked")  # told by few providers
STATED = (*COUNTS, *MORE)

# rate: (part, whole)
RATES = MappingProxyType(
    {
        "delivery_rate": ("delivered", "sent"),
        "bounce_rate": ("bounced", "sent"),
        "open_rate": ("opened", "delivered"),
        "click_rate": ("clicked", "delivered"),
        "complaint_rate": ("complaints", "delivered"),
        "unsubscribe_rate": ("unsubscribes", "delivered"),
    }
)

DAYS = MappingProxyType({HistoryRange.DAYS_30: 30, HistoryRange.DAYS_90: 90, HistoryRange.MONTHS_12: 365})


def derives(provider: str) -> bool:
    """Whether its figures are counted by us; shown as such wherever they are shown."""
    return "derived_figures" in load()[provider].capabilities


def rate(part: int | None, whole: int | None) -> float | None:
    """None is "n/a": nothing was sent, or the provider does not say (F4)."""
    if part is None or not whole:
        return None
    return part / whole


def complete(figures: Figures) -> Figures:
    """F5: where the provider gives no delivered, it is what did not bounce, and marked so."""
    if figures.delivered is not None or figures.sent is None or figures.bounced is None:
        return figures
    return replace(figures, delivered=max(0, figures.sent - figures.bounced), delivered_derived=True)


def is_empty(figures: Figures) -> bool:
    return all(getattr(figures, name) is None for name in COUNTS)


def rates(figures: Figures) -> dict[str, float | None]:
    return {name: rate(getattr(figures, part), getattr(figures, whole)) for name, (part, whole) in RATES.items()}


def range_start(history: HistoryRange, now: datetime) -> datetime | None:
    """The earliest send date inside the range; None: everything."""
    return None if history is HistoryRange.ALL else now - timedelta(days=DAYS[history])

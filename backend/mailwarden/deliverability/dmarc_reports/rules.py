"""What reports say about a domain's own mail. Pure.

Whoever forges a domain is in its reports, too. So mail counts for it only from addresses that are entered, or that
sent something of it which passed; what strangers send fails, and is none of its doing.
"""

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(days=30)
ENOUGH = 100  # messages, before anything is said about alignment
ALIGNED_SHARE = 0.5  # of the own mail; below, DMARC protects less of it than it harms


@dataclass(frozen=True, slots=True)
class Seen:
    """``own``: messages from known addresses; ``passing``: those of them that pass DMARC. ``messages``: all."""

    messages: int
    own: int
    passing: int


def is_aligned(seen: Seen, *, knows_addresses: bool) -> bool | None:
    """None: too little to tell. Where nothing passes and no address is known, all that is seen fails."""
    counted = seen.own if seen.own or knows_addresses else seen.messages
    if counted < ENOUGH:
        return None
    return seen.passing >= counted * ALIGNED_SHARE

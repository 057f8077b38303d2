"""What a campaign achieved: final figures out of its seed, and how they grow in the days after sending."""

from math import exp
from typing import NamedTuple

from mailwarden_sandbox.data.mixing import mix, unit

GROWTH_S = 7 * 86_400
"""After a week nothing changes any more."""


class Figures(NamedTuple):
    """Counts. ``opened``, ``clicked`` and ``unsubscribed`` are distinct recipients."""

    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    bounced: int = 0
    complaints: int = 0
    unsubscribed: int = 0
    hard_bounced: int = 0
    failed: int = 0
    opens: int = 0
    clicks: int = 0


NOTHING = Figures()


def final_figures(seed: int, index: int, smallest: int = 200, spread: float = 250) -> Figures:
    draw = mix(seed ^ mix(index))
    more = mix(draw)
    sent = int(smallest * (spread ** (unit(draw) ** 1.5)))  # mostly small
    bounced = int(sent * (0.003 + 0.027 * unit(draw >> 16)))
    failed = int(sent * 0.001 * unit(draw >> 32))
    delivered = sent - bounced - failed
    opened = int(delivered * (0.15 + 0.30 * unit(draw >> 48)))
    clicked = int(opened * (0.04 + 0.16 * unit(more)))
    return Figures(
        sent=sent,
        delivered=delivered,
        opened=opened,
        clicked=clicked,
        bounced=bounced,
        complaints=int(delivered * 0.001 * unit(more >> 16)),
        unsubscribed=int(delivered * 0.006 * unit(more >> 32)),
        hard_bounced=int(bounced * 0.6),
        failed=failed,
        opens=int(opened * (1.1 + 0.9 * unit(more >> 48))),
        clicks=int(clicked * 1.3),
    )


def _grown(age_s: float, half_s: float) -> float:
    return (1 - exp(-age_s / half_s)) / (1 - exp(-GROWTH_S / half_s))


def figures_at(seed: int, index: int, age_s: float, smallest: int = 200, spread: float = 250) -> Figures:
    """The figures ``age_s`` after sending. Sending and bouncing are instant, people take days."""
    if age_s < 0:
        return NOTHING
    final = final_figures(seed, index, smallest, spread)
    if age_s >= GROWTH_S:
        return final
    early, late = _grown(age_s, 100_000), _grown(age_s, 140_000)
    return final._replace(
        opened=int(final.opened * early),
        clicked=int(final.clicked * late),
        complaints=int(final.complaints * late),
        unsubscribed=int(final.unsubscribed * late),
        opens=int(final.opens * early),
        clicks=int(final.clicks * late),
    )

"""When each provider tries again, how long it waits for an answer, and which answers satisfy it."""

from dataclasses import dataclass

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """``delays_s``: seconds before each attempt, the first one included; there are no more attempts than delays."""

    delays_s: tuple[float, ...]
    timeout_s: float
    good: range = range(200, 300)
    final: frozenset[int] = frozenset()
    """Statuses after which the provider gives up at once."""

    def satisfied(self, status: int | None) -> bool:
        return status is not None and status in self.good


def _doubling(first: float, longest: float, span: float) -> tuple[float, ...]:
    """0, then doubling pauses up to ``longest`` until ``span`` seconds are over."""
    delays, total, pause = [0.0], 0.0, first
    while total + pause <= span:
        delays.append(pause)
        total, pause = total + pause, min(longest, pause * 2)
    return tuple(delays)


# HubSpot: 5 s, then up to ten retries within 24 h. Keap: four attempts over some 36 minutes, 30 s, 410 deactivates.
# Microsoft Graph: 3 s, retries up to 4 h. Pub/Sub push: backs off up to 10 minutes (for 7 days; here for one).
# Klaviyo and RISC publish no numbers; these are modest.
SCHEDULES: dict[str, Schedule] = {
    "hubspot": Schedule((0, 60, 300, 900, 1800, *([2 * HOUR] * 2), *([4 * HOUR] * 2), *([5 * HOUR] * 2)), 5),
    "klaviyo": Schedule((0, 10, 60, 600, HOUR), 10),
    "keap": Schedule((0, 45, 300, 1800), 30, range(200, 400), frozenset({410})),
    "google": Schedule((0, 10, 60, 600, HOUR), 10, final=frozenset({400})),
    "pubsub": Schedule(_doubling(10, 600, 24 * HOUR), 10),
    "microsoft": Schedule(_doubling(10, 1800, 4 * HOUR), 3),
    "stripe": Schedule(_doubling(10, 6 * HOUR, 72 * HOUR), 10),  # "up to three days with an exponential back off"
}

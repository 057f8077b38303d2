"""When is tried again. Times in seconds unless said."""

from datetime import timedelta

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
# Between attempts: 75 h 35 min from the first to the last, each wait 20 % shorter or longer (Standard Webhooks 1.0).
WAITS = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.2
DEADLINE_S = 20.0
KEPT = timedelta(days=30)
DEAD_AFTER = timedelta(hours=24)
DUAL_SIGNING = timedelta(hours=24)
# An endpoint that failed so often in a row gets one request at a time, and then a rest that doubles.
OFTEN = 5
REST_S, LONGEST_REST_S = 30.0, 15 * MINUTE
DEAD_REST_S = HOUR  # of one whose owners were told: thousands of dead ones must not keep workers waiting
MOST_BODY = 20_000  # bytes, as the specification advises
GONE = 410


def wait_s(step: int, chance: float) -> float | None:
    """Before the attempt after the ``step``-th of the schedule; None after the last. ``chance`` from 0 to 1."""
    if step >= len(WAITS):
        return None
    return WAITS[step] * (1 + JITTER * (2 * chance - 1))


def rest_s(failures_in_row: int, *, dead: bool) -> float:
    if dead:
        return DEAD_REST_S
    if failures_in_row < OFTEN:
        return 0.0
    return min(REST_S * 2.0 ** min(failures_in_row - OFTEN, 20), LONGEST_REST_S)

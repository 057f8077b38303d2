"""Does a provider's clock agree with ours? An alarm for the operator, and never a reason to doubt a connection."""

import logging
from collections import deque
from email.utils import parsedate_to_datetime
from statistics import median

from mailwarden.core.metrics import CLOCK_SKEW

log = logging.getLogger(__name__)

ALARM_S = 30.0
SEVERAL = 5  # one late or cached answer proves nothing
REMEMBERED = 15


def skew_of(date: str, now: float) -> float | None:
    """Seconds that a ``Date`` header (RFC 9110 §6.6.1) is ahead of ``now``; None if it cannot be read."""
    try:
        return parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return None


class SkewWatch:
    """One per process. The median of the latest answers counts."""

    def __init__(self) -> None:
        self._heard: dict[str, deque[float]] = {}
        self._alarmed: set[str] = set()

    def note(self, provider: str, date: str, now: float) -> None:
        skew = skew_of(date, now)
        if skew is None:
            return
        heard = self._heard.setdefault(provider, deque(maxlen=REMEMBERED))
        heard.append(skew)
        if len(heard) >= SEVERAL:
            self._judge(provider, median(heard))

    def _judge(self, provider: str, skew: float) -> None:
        CLOCK_SKEW.labels(provider).set(skew)
        wrong = abs(skew) > ALARM_S
        if wrong and provider not in self._alarmed:
            self._alarmed.add(provider)
            log.error(
                "the clock of a provider and ours differ; check this machine's time synchronization",
                extra={"provider": provider, "ahead_s": round(skew)},
            )
        elif not wrong and provider in self._alarmed:
            self._alarmed.discard(provider)
            log.warning("the clock of a provider agrees with ours again", extra={"provider": provider})

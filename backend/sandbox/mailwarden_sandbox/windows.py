"""Counting calls: rolling windows and fixed windows."""

from collections import deque
from collections.abc import Hashable
from math import floor


class Windows:
    def __init__(self) -> None:
        self._rolling: dict[Hashable, deque[float]] = {}
        self._fixed: dict[Hashable, tuple[int, int]] = {}

    def take_rolling(self, key: Hashable, limit: int, width_s: float, now: float) -> tuple[bool, int]:
        """Whether one more call fits, and how many would still fit after it. A refused call does not count."""
        times = self._rolling.setdefault(key, deque())
        while times and (times[0] <= now - width_s or times[0] > now):
            times.popleft()
        if len(times) >= limit:
            return False, 0
        times.append(now)
        return True, limit - len(times)

    def used(self, key: Hashable, width_s: int, now: float) -> int:
        window, count = self._fixed.get(key, (0, 0))
        return count if window == floor(now / width_s) else 0

    def count(self, key: Hashable, width_s: int, now: float) -> None:
        self._fixed[key] = (floor(now / width_s), self.used(key, width_s, now) + 1)


def left_of_window(width_s: int, now: float) -> float:
    return width_s - now % width_s

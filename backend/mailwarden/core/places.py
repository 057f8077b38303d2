"""How many servers of customers one process sends to at once: those that hang hold up neither its other work nor
other customers.

Counted in this process alone, and forgotten with it. Whoever finds no place comes back in a moment.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

REMEMBERED_S = 600.0
MOST_REMEMBERED = 10_000
BACK_S = 1.0
SLOW_BACK_S = 5.0  # what fails or is slow is in no hurry


class NoPlace(Exception):
    """Come back after so many seconds."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"no place for {after_s:.1f} s")
        self.after_s = after_s


@dataclass
class Places:
    """``most`` stays below the fast places of a worker (40 unless set); ``slow`` are part of them."""

    most: int = 24
    of_one: int = 8  # organization
    slow: int = 4  # endpoints that fail, or took long of late
    slow_s: float = 3.0  # one that takes longer is counted among the slow ones
    taken: Counter[UUID] = field(default_factory=Counter)
    slow_taken: int = 0
    slow_until: dict[UUID, float] = field(default_factory=dict)  # by endpoint

    @contextmanager
    def take(self, org_id: UUID, endpoint_id: UUID, chance: float) -> Iterator["Place"]:
        """``chance`` from 0 to 1 spreads out those who come back. Raises NoPlace."""
        if self.taken.total() >= self.most or self.taken[org_id] >= self.of_one:
            raise NoPlace(BACK_S * (1 + chance))
        self.taken[org_id] += 1
        place = Place(self, endpoint_id)
        try:
            yield place
        finally:
            place.leave_slow()
            self.taken[org_id] -= 1
            if not self.taken[org_id]:
                del self.taken[org_id]


@dataclass
class Place:
    """Of one endpoint, for one turn."""

    places: Places
    endpoint_id: UUID
    among_slow: bool = False

    def suits(self, *, failing: bool) -> bool:
        """Whether it may be sent to now. One that fails or is slow needs one of the few places for such, too."""
        if self.among_slow or not (failing or self._is_slow()):
            return True
        if self.places.slow_taken >= self.places.slow:
            return False
        self.places.slow_taken += 1
        self.among_slow = True
        return True

    def took(self, seconds: float) -> bool:
        """Notes how long the endpoint took; False if the turn should end, so that others get the place."""
        known = self.places.slow_until
        if seconds <= self.places.slow_s:
            known.pop(self.endpoint_id, None)
            return True
        if len(known) >= MOST_REMEMBERED:
            known.pop(next(iter(known)))
        known[self.endpoint_id] = time.monotonic() + REMEMBERED_S
        return False

    def leave_slow(self) -> None:
        self.places.slow_taken -= self.among_slow
        self.among_slow = False

    def _is_slow(self) -> bool:
        return self.places.slow_until.get(self.endpoint_id, 0.0) > time.monotonic()

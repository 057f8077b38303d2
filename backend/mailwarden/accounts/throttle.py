"""Counts attempts in PostgreSQL, before they are made and whoever made them, and says when the next may come.

An attempt is counted first and forgiven when it succeeds: many at once cannot slip through between look and count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import text

from mailwarden.core.crypto import Keyring
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import TooManyRequests
from mailwarden.core.runtime import Runtime


@dataclass(frozen=True)
class Backoff:
    """``free`` attempts at once, then waits of 5, 10, 20 … s up to ``cap``. Forgotten after ``forget`` of quiet."""

    name: str
    free: int = 5
    step_s: float = 5.0
    cap: timedelta = timedelta(minutes=15)
    forget: timedelta = timedelta(hours=24)

    def parameters(self) -> dict[str, Any]:
        return {"free": self.free, "step": self.step_s, "cap": self.cap.total_seconds(), "forget": self.forget}


@dataclass(frozen=True)
class Window:
    """``most`` attempts in ``span``; then none until it is over."""

    name: str
    most: int
    span: timedelta

    def parameters(self) -> dict[str, Any]:
        return {"most": self.most, "span": self.span}


@dataclass(frozen=True)
class Gate:
    """One rule for one subject: an address, a network, everybody."""

    rule: Backoff | Window
    subject: str

    def key(self, keys: Keyring) -> bytes:
        return keys.fingerprint(f"throttle|{self.rule.name}|{self.subject}")


FIRST = """
    INSERT INTO throttles AS t (key, hits, since, last_at, open_at)
    VALUES (:key, 1, app_now(), app_now(), app_now())
    ON CONFLICT (key) DO UPDATE SET last_at = app_now(),
"""
# Of a row that is held back nothing is changed, and nothing returned: what was refused does not count.
LAST = " WHERE t.open_at <= app_now() RETURNING hits"
AFTER_QUIET = "t.last_at < app_now() - CAST(:forget AS interval)"
PAUSE = """
    least(CAST(:cap AS float8), CAST(:step AS float8) * power(2, least(t.hits + 1 - CAST(:free AS int), 30)))
    * interval '1 second'
"""
OVER = "t.since <= app_now() - CAST(:span AS interval)"
COUNT = {
    Backoff: text(
        f"""{FIRST}
        hits = CASE WHEN {AFTER_QUIET} THEN 1 ELSE t.hits + 1 END,
        open_at = app_now() + CASE
          WHEN {AFTER_QUIET} OR t.hits + 1 < CAST(:free AS int) THEN interval '0' ELSE {PAUSE} END
        {LAST}"""
    ),
    Window: text(
        f"""{FIRST}
        since = CASE WHEN {OVER} THEN app_now() ELSE t.since END,
        hits = CASE WHEN {OVER} THEN 1 ELSE t.hits + 1 END,
        open_at = CASE WHEN NOT {OVER} AND t.hits + 1 >= CAST(:most AS int)
          THEN t.since + CAST(:span AS interval) ELSE app_now() END
        {LAST}"""
    ),
}
OPEN_AT = text("SELECT open_at FROM throttles WHERE key = :key")
FORGIVE = {
    Backoff: text("DELETE FROM throttles WHERE key = :key"),
    Window: text("UPDATE throttles SET hits = greatest(hits - 1, 0), open_at = app_now() WHERE key = :key"),
}


class Throttled(TooManyRequests):
    code = "too_many_attempts"


async def count(rt: Runtime, *gates: Gate) -> None:
    """One attempt at every gate, committed before it is made. Raises Throttled, and then counts nothing."""
    async with unit_of_work(rt.sessions) as tx:
        for gate in gates:
            asked = {"key": gate.key(rt.keys), **gate.rule.parameters()}
            if (await tx.session.execute(COUNT[type(gate.rule)], asked)).first() is None:
                raise await _refusal(rt, tx, gate)


async def _refusal(rt: Runtime, tx: UnitOfWork, gate: Gate) -> Throttled:
    open_at: datetime | None = await tx.session.scalar(OPEN_AT, {"key": gate.key(rt.keys)})
    seconds = max(1, ceil((open_at - rt.clock.now()).total_seconds())) if open_at else 1
    return Throttled(f"Too many attempts. Try again in {seconds} s.", headers={"Retry-After": str(seconds)})


async def forgive(rt: Runtime, tx: UnitOfWork, *gates: Gate) -> None:
    """It succeeded: not what is counted."""
    for gate in gates:
        await tx.session.execute(FORGIVE[type(gate.rule)], {"key": gate.key(rt.keys)})

"""Whoever learns a fact that scores are made of says so here; a round of checks is one change of the score."""

from datetime import timedelta

from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime

SCORE = "score"
TOGETHER = timedelta(seconds=20)


async def facts_changed(rt: Runtime, tx: UnitOfWork) -> None:
    """Of ``tx.org_id``. Asked for again while it waits, the score is still taken once."""
    if tx.org_id is not None:
        await enqueue(tx, SCORE, tx.org_id, due_at=rt.clock.now() + TOGETHER, queue="bulk")

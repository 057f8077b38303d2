"""Quick diagnosis: what support would go through with a person, step by step, done by the product itself (M18)."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from mailwarden.accounts.caller import Caller
from mailwarden.connections.agreement import check_agreement
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import list_connections
from mailwarden.connections.rules import Status
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics import checklist
from mailwarden.diagnostics.agreement import Compared, compare
from mailwarden.diagnostics.facts import MOST_CONNECTIONS, gather_facts
from mailwarden.diagnostics.findings import step, worst
from mailwarden.diagnostics.schemas import QuickDiagnosis

MOST_TESTED = 10  # a person waits for the answer, and each is several calls
AT_ONCE = 5
MOST_READ = 50
SUMMARIES = {
    "ok": "Everything that was looked at works.",
    "note": "Nothing is broken. Some things are worth knowing.",
    "trouble": "Something does not work; below is what, why, and what to do.",
}


async def diagnose(rt: Runtime, caller: Caller) -> QuickDiagnosis:
    """Makes real calls to providers: no transaction may be open."""
    began, started_at = time.monotonic(), rt.clock.now()
    async with reader(rt.sessions, caller.org_id) as tx:
        facts = await gather_facts(rt, tx, caller)
    chosen, skipped = _chosen(facts.connections)
    compared = await _compare_all(rt, caller.org_id, chosen)
    async with reader(rt.sessions, caller.org_id) as tx:
        current = await list_connections(tx, caller.org_id, MOST_CONNECTIONS)
        wrong = [(row, await check_agreement(tx, row, rt.clock.now())) for row in current[:MOST_READ]]
    steps = [
        step(1, checklist.integrations(facts)),
        step(2, checklist.truly_connected(facts, compared)),
        step(3, checklist.reconnects(facts, current)),
        step(4, checklist.signing_in(facts, rt.config.version)),
        step(5, [*checklist.trying_again(compared, skipped), *checklist.contradictions(wrong)]),
    ]
    result, tested = worst([one.result for one in steps]), sum(1 for one in compared if one.test is not None)
    return QuickDiagnosis(
        result=result,
        summary=SUMMARIES[result],
        started_at=started_at,
        duration_ms=round((time.monotonic() - began) * 1000),
        connections_tested=tested,
        connections_not_tested=len(facts.connections) - tested,
        steps=steps,
    )


def _chosen(rows: Sequence[Connection]) -> tuple[list[Connection], int]:
    """Those whose proof of life is oldest. The dead are not asked again: every try counts against them."""
    alive = [row for row in rows if row.status in (Status.CONNECTED, Status.VERIFYING)]
    alive.sort(key=lambda row: (row.proof_of_life_at is not None, row.proof_of_life_at or row.created_at))
    return alive[:MOST_TESTED], max(0, len(alive) - MOST_TESTED)


async def _compare_all(rt: Runtime, org_id: UUID, rows: Sequence[Connection]) -> list[Compared]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(row: Connection) -> Compared:
        async with places:
            return await compare(rt, org_id, row.id)

    return list(await asyncio.gather(*(one(row) for row in rows)))

"""A worker for the refresh bench: shorter job leases, and as every provider's policy the rotation of BENCH_ROTATION.

The token endpoint takes all that comes: how its budget is kept is row T13's.

``BENCH_BROKEN=1`` is the negative control: whoever wants to refresh takes the lease, whoever holds it, and stores what
comes without comparing.
"""

import os
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from mailwarden import work, worker
from mailwarden.connections import credentials, refresh
from mailwarden.connections.journal import TokenAnswer
from mailwarden.connections.models import Credential
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import JobKinds
from mailwarden.core.runtime import Runtime
from mailwarden.providers import catalog
from mailwarden.providers.catalog import Rate
from mailwarden.settings import Settings

claim, kinds, store = credentials.claim_refresh, work.job_kinds, credentials.store_for_sure


def rotate_as_told() -> None:
    for name, spec in catalog.load().items():
        if spec.kind == "oauth":
            told = {"rotation": os.environ["BENCH_ROTATION"], "rates": (Rate(requests=1000, per_s=1),)}
            policy = spec.refresh.model_copy(update=told)
            catalog.load()[name] = spec.model_copy(update={"refresh": policy})


def short_leases() -> JobKinds:
    """As long as the lease of a refresh: else a paused worker's jobs come back much later than its tokens."""
    lease_s = Settings().timing.refresh_lease_s
    found = JobKinds()
    return found.add(*(replace(kind, lease_s=lease_s) for kind in kinds().by_name.values()))


async def claim_anyway(rt: Runtime, org_id: Any, connection_id: Any, **given: Any) -> Any:
    async with unit_of_work(rt.sessions, org_id) as tx:
        mine = update(Credential).where(Credential.org_id == org_id, Credential.connection_id == connection_id)
        await tx.session.execute(mine.values(lease_until=None, next_try_at=None))
    return await claim(rt, org_id, connection_id, **given)


async def store_anyway(rt: Runtime, answer: TokenAnswer) -> Any:
    async with unit_of_work(rt.sessions, answer.org_id) as tx:
        asked = select(Credential.version, Credential.refresh_hash).where(Credential.id == answer.credential_id)
        version, spent = (await tx.session.execute(asked)).one()
    return await store(rt, replace(answer, version=version, spent_hash=spent or b""))


if __name__ == "__main__":
    rotate_as_told()
    vars(worker)["job_kinds"] = short_leases
    if os.environ.get("BENCH_BROKEN"):
        vars(refresh)["claim_refresh"] = claim_anyway
        vars(refresh)["store_for_sure"] = store_anyway
    worker.main()

"""Adding, changing, removing and verifying domains."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from mailwarden.accounts.audit import Target, record
from mailwarden.billing.gate import require_work
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.errors import Conflict
from mailwarden.core.etag import stale
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.domains.checking import keep, look, plan_of
from mailwarden.deliverability.domains.jobs import ask_for_check, end_checks
from mailwarden.deliverability.domains.models import Domain
from mailwarden.deliverability.domains.names import normalized, registered_domain
from mailwarden.deliverability.domains.output import detail_out
from mailwarden.deliverability.domains.schemas import DomainCreate, DomainDetailOut, DomainUpdate, SendingIp
from mailwarden.deliverability.domains.selectors import entered_anew
from mailwarden.deliverability.domains.store import accounts, count_domains, get_domain, named_domain
from mailwarden.deliverability.domains.suggestions import domain_of
from mailwarden.deliverability.news import facts_changed
from mailwarden.providers.budget import Quota
from mailwarden.providers.turns import take_turn

MOST_DOMAINS = 100
OF_ONE_DOMAIN = (6, 60.0)
OF_ONE_ORGANIZATION = (60, 600.0)
OF_ONE_DAY = (600, 86_400.0)  # of an organization: each look is kept for months


async def read_name(typed: str) -> tuple[str, str]:
    """The domain and what of it is registered. Off the loop: the list of suffixes is read at its first use."""
    name = normalized(typed)
    return name, await asyncio.to_thread(registered_domain, name)


async def add_domain(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, user_id: UUID, name: tuple[str, str], body: DomainCreate
) -> Domain:
    """Its first check begins at once. Raises Conflict, SubscriptionInactive."""
    await require_work(rt, tx, org_id)
    await tx.alone("domains")  # the same name twice at once is a conflict, and no more get in than there may be
    if await named_domain(tx, org_id, name[0]) is not None:
        raise Conflict(f"{name[0]} is there already.", code="domain_exists")
    if await count_domains(tx, org_id) >= MOST_DOMAINS:
        raise Conflict(f"{MOST_DOMAINS} domains are the most. Remove one first.", code="too_many_domains")
    suggested = {domain_of(label) for _, _, label in await accounts(tx, org_id)}
    row = Domain(
        id=new_id(),
        org_id=org_id,
        name=name[0],
        registered=name[1],
        source="connection" if name[0] in suggested else "entered",
        created_by=user_id,
        selectors=entered_anew([], body.selectors, ()),
        sending_ips=_addresses(body.sending_ips),
        standing={},
        version=1,
        created_at=rt.clock.now(),
    )
    tx.session.add(row)
    await tx.session.flush()
    await ask_for_check(tx, row)
    await record(tx, "domain.added", Target("domain", row.id, row.name))
    return row


def _addresses(ips: Sequence[SendingIp]) -> list[dict[str, object]]:
    unique = {one.address: one.shared for one in ips}
    return [{"address": address, "shared": shared} for address, shared in unique.items()]


async def change_domain(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, domain_id: UUID, version: int, body: DomainUpdate
) -> Domain:
    """What was found by itself stays known. Raises NotFound, PreconditionFailed, SubscriptionInactive."""
    await require_work(rt, tx, org_id)
    row = await get_domain(tx, org_id, domain_id, lock=True)
    if row.version != version:
        raise stale(row.version)
    before = {"selectors": row.selectors, "sending_ips": row.sending_ips}
    row.selectors = entered_anew(row.selectors, body.selectors, body.drop_selectors)
    if body.sending_ips is not None:
        row.sending_ips = _addresses(body.sending_ips)
    row.version += 1
    row.next_check_at = None
    await tx.session.flush()
    await ask_for_check(tx, row)
    after = {"selectors": row.selectors, "sending_ips": row.sending_ips}
    await record(tx, "domain.changed", Target("domain", row.id, row.name), before=before, after=after)
    return row


async def remove_domain(rt: Runtime, tx: UnitOfWork, org_id: UUID, domain_id: UUID) -> None:
    """Its score ends with it, for those, too, whose lists are not asked any more."""
    row = await get_domain(tx, org_id, domain_id, lock=True)
    await end_checks(tx, row)
    await facts_changed(rt, tx)
    await record(tx, "domain.removed", Target("domain", row.id, row.name))
    await tx.session.delete(row)


async def verify_domain(rt: Runtime, org_id: UUID, domain_id: UUID) -> DomainDetailOut:
    """Asks the DNS now, through a resolver that remembers nothing, outside of any transaction.

    Raises NotFound, TooManyRequests, SubscriptionInactive.
    """
    async with reader(rt.sessions, org_id) as tx:
        plan = await plan_of(tx, await get_domain(tx, org_id, domain_id))
        await require_work(rt, tx, org_id)
    await _take_turn(rt, org_id, domain_id)
    report = await look(rt, plan)
    async with unit_of_work(rt.sessions, org_id) as tx:
        row = await get_domain(tx, org_id, domain_id, lock=True)
        check = await keep(rt, tx, row, report, "verify")
        await ask_for_check(tx, row)
        await record(tx, "domain.verified", Target("domain", row.id, row.name))
        await tx.session.flush()
        return await detail_out(tx, row, rt.clock.now(), check)


async def _take_turn(rt: Runtime, org_id: UUID, domain_id: UUID) -> None:
    key, ours = f"domain-verify:{domain_id}", f"domain-verify:{org_id}"
    quotas = (
        Quota(key, *OF_ONE_DOMAIN),
        Quota(ours, *OF_ONE_ORGANIZATION),
        Quota(f"{ours}:day", *OF_ONE_DAY),
    )
    await take_turn(rt.budget, key, *quotas, said="Verified often enough for now. Again in {seconds} seconds.")

"""Which mails are due to the owners. Each occasion has a name, and nobody is told of one twice."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.models import Membership, User
from mailwarden.accounts.rules import Role
from mailwarden.billing.gate import Access
from mailwarden.billing.models import BillingNotice, Invoice, Subscription
from mailwarden.billing.rules import State, trial_notice
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime

MAIL = "billing_mail"


async def tell_owners(rt: Runtime, tx: UnitOfWork, row: Subscription, access: Access) -> None:
    """Those whose address is proved; whoever proves it later is told then of what still holds."""
    owners = select(Membership.user_id).join(User, User.id == Membership.user_id)
    owners = owners.where(Membership.org_id == row.org_id, Membership.role == Role.OWNER)
    owners = owners.where(User.email_verified_at.is_not(None))
    people = list(await tx.session.scalars(owners))
    async for kind, about in _due(rt, tx, row, access):
        for user_id in people:
            await _note(tx, row.org_id, user_id, kind, about)


async def _due(rt: Runtime, tx: UnitOfWork, row: Subscription, access: Access) -> AsyncIterator[tuple[str, str]]:
    found, now = access.standing, rt.clock.now()
    days = trial_notice(found, now)
    if days is not None and days < rt.config.billing.trial_days and found.until is not None:
        yield f"trial_{days}", f"{found.until:%Y-%m-%d}"
    if found.state is State.CANCELING and found.until is not None:
        yield "canceling", f"{row.subscription_id} {found.until:%Y-%m-%d}"
    if found.state is State.INACTIVE and found.since is not None:
        yield "inactive", found.since.isoformat()
        if not access.keeps_credentials(now):
            yield "lapsed", found.since.isoformat()
    if found.state is State.PAST_DUE:
        failed = await failing_invoice(tx, row.org_id)
        if failed is not None:
            yield "payment_failed", f"{failed.stripe_id} {failed.tries}"


async def failing_invoice(tx: UnitOfWork, org_id: UUID) -> Invoice | None:
    asked = select(Invoice).where(Invoice.org_id == org_id, Invoice.status == "open", Invoice.tries > 0)
    return await tx.session.scalar(asked.order_by(Invoice.issued_at.desc()).limit(1))


async def _note(tx: UnitOfWork, org_id: UUID, user_id: UUID, kind: str, about: str) -> None:
    values = {"id": new_id(), "org_id": org_id, "user_id": user_id, "kind": kind, "about": about}
    once = insert(BillingNotice).values(**values)
    once = once.on_conflict_do_nothing(index_elements=["org_id", "user_id", "kind", "about"])
    made = await tx.session.scalar(once.returning(BillingNotice.id))
    if made is not None:
        await enqueue(tx, MAIL, made)

"""Whom a campaign writes to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts import audit
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.access import NOT_ARCHIVED, require_state
from mailwarden.outreach.advancing import watch
from mailwarden.outreach.changes import wake_campaign, withdraw_from
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient, OutreachSend
from mailwarden.outreach.queries import had_mail
from mailwarden.outreach.recipient_schemas import OutreachAddedOut, OutreachRecipientIn, OutreachRecipientOut
from mailwarden.outreach.rules import Person, State
from mailwarden.outreach.service import target
from mailwarden.sending.models import Message, Suppression

LIST = "outreach-recipients"
Filter = tuple[str | None, str | None]  # state, part of address or name


async def get_recipient(
    tx: UnitOfWork, org_id: UUID, campaign_id: UUID, recipient_id: UUID, *, lock: bool = False
) -> OutreachRecipient:
    """Raises NotFound."""
    asked = _of(org_id, campaign_id).where(OutreachRecipient.id == recipient_id)
    if lock:
        asked = asked.with_for_update()
    found = await tx.session.scalar(asked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such recipient in the campaign.")
    return found


def _of(org_id: UUID, campaign_id: UUID) -> Select[OutreachRecipient]:
    return select(OutreachRecipient).where(
        OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id == campaign_id
    )


async def list_page(
    rt: Runtime, tx: UnitOfWork, row: OutreachCampaign, wanted: Filter, page: PageQuery
) -> Page[OutreachRecipientOut]:
    """In the order in which they came."""
    scope = f"{LIST}|{row.id}|{wanted[0] or ''}|{wanted[1] or ''}"
    asked = _filtered(_of(row.org_id, row.id), wanted)
    if page.cursor:
        at, last = rt.cursors.decode(row.org_id, scope, page.cursor)
        after = (datetime.fromisoformat(at), UUID(last))
        asked = asked.where(tuple_(OutreachRecipient.created_at, OutreachRecipient.id) > after)
    ordered = asked.order_by(OutreachRecipient.created_at, OutreachRecipient.id).limit(page.limit + 1)
    rows = (await tx.session.scalars(ordered)).all()
    shown = rows[: page.limit]
    following = None
    if len(rows) > page.limit:
        following = rt.cursors.encode(row.org_id, scope, [shown[-1].created_at.isoformat(), str(shown[-1].id)])
    data = [OutreachRecipientOut.model_validate(one) for one in shown]
    return Page(data=data, has_more=following is not None, next_cursor=following)


def _filtered(asked: Select[OutreachRecipient], wanted: Filter) -> Select[OutreachRecipient]:
    state, part = wanted
    if state:
        asked = asked.where(OutreachRecipient.state == state)
    if part:
        in_address = OutreachRecipient.address.contains(part.lower(), autoescape=True)
        asked = asked.where(or_(in_address, OutreachRecipient.name.icontains(part, autoescape=True)))
    return asked


async def add(tx: UnitOfWork, row: OutreachCampaign, given: Sequence[OutreachRecipientIn]) -> OutreachAddedOut:
    """While the campaign runs they are due at once. Raises WrongState."""
    require_state(row, *NOT_ARCHIVED)
    added, suppressed = await store(tx, row, given)
    if row.state == State.RUNNING and added:
        await wake_campaign(tx, row)
    if added:
        await audit.record(tx, "outreach_campaign.recipients_added", target(row), after={"recipients": added})
    return OutreachAddedOut(added=added, duplicates=len(given) - added, suppressed=suppressed)


async def store(tx: UnitOfWork, row: OutreachCampaign, given: Iterable[OutreachRecipientIn]) -> tuple[int, int]:
    """How many are new, and how many of these are suppressed. The first of an address counts."""
    unique = {one.address: one for one in reversed(list(given))}
    known = {"org_id": row.org_id, "campaign_id": row.id}
    values = [known | {"id": new_id(), "next_at": app_now()} | one.model_dump() for one in reversed(unique.values())]
    if not values:
        return 0, 0
    return await insert_new(tx, row, values)


async def insert_new(tx: UnitOfWork, row: OutreachCampaign, values: Sequence[dict[str, Any]]) -> tuple[int, int]:
    new = insert(OutreachRecipient).values(values).on_conflict_do_nothing().returning(OutreachRecipient.id)
    ids = (await tx.session.scalars(new)).all()
    return len(ids), await _suppress(tx, row.org_id, ids)


async def _suppress(tx: UnitOfWork, org_id: UUID, ids: Sequence[UUID]) -> int:
    """Seen from the start, so that nobody wonders; the gate of sending asks again anyway."""
    reason = select(Suppression.reason).where(
        Suppression.org_id == org_id, Suppression.address == OutreachRecipient.address
    )
    these = update(OutreachRecipient).where(OutreachRecipient.org_id == org_id, OutreachRecipient.id.in_(ids))
    found = these.where(reason.exists()).values(state="suppressed", state_reason=reason.scalar_subquery())
    named = found.returning(OutreachRecipient.id).execution_options(synchronize_session=False)
    return len((await tx.session.scalars(named)).all())


async def remove(tx: UnitOfWork, row: OutreachCampaign, recipient_id: UUID) -> None:
    """Raises NotFound, Conflict: who had mail stays, so that nobody can get the same step again, and so does a stop."""
    require_state(row, *NOT_ARCHIVED)
    person = await get_recipient(tx, row.org_id, row.id, recipient_id, lock=True)
    if person.state == Person.CAMPAIGN_STOPPED:
        raise Conflict("This recipient was stopped in this campaign, which nothing lifts.", code="campaign_stopped")
    if await _had_mail(tx, person):
        raise Conflict("This recipient had mail of the campaign already. They can be skipped.", code="had_mail")
    await withdraw_from(tx, row.org_id, OutreachRecipient.id == person.id)
    mine = (OutreachRecipient.org_id == row.org_id, OutreachRecipient.id == person.id)
    await tx.session.execute(delete(OutreachRecipient).where(*mine))
    await watch(tx, row.id)


async def _had_mail(tx: UnitOfWork, person: OutreachRecipient) -> bool:
    mine = (OutreachRecipient.org_id == person.org_id, OutreachRecipient.id == person.id)
    return await tx.session.scalar(select(OutreachRecipient.id).where(*mine, had_mail())) is not None


async def skip(tx: UnitOfWork, row: OutreachCampaign, recipient_id: UUID) -> OutreachRecipient:
    """Gets nothing more of this campaign, unless somebody takes that back. Raises NotFound, Conflict."""
    person = await get_recipient(tx, row.org_id, row.id, recipient_id, lock=True)
    if person.state not in ("waiting", "active", "skipped"):
        raise Conflict(f"Their state is {person.state}; there is nothing to skip.", code="wrong_state")
    person.state, person.state_reason = "skipped", "member"
    await tx.session.flush()
    await watch(tx, row.id)
    return person


async def _decide_again(tx: UnitOfWork, person: OutreachRecipient) -> None:
    """A mail that surely did not leave is made anew. Raises Conflict while nobody knows whether it did."""
    await withdraw_from(tx, person.org_id, OutreachRecipient.id == person.id)
    its = (Message.org_id == OutreachSend.org_id) & (Message.id == OutreachSend.message_id)
    asked = select(OutreachSend, Message.state).join(Message, its)
    mine = (OutreachSend.org_id == person.org_id, OutreachSend.recipient_id == person.id)
    found = (await tx.session.execute(asked.where(*mine, OutreachSend.step_number == person.next_step))).first()
    if found is not None and found[1] not in ("failed", "cancelled"):
        raise Conflict("A mail to them is under way; wait for what becomes of it.", code="under_way", action="wait")
    if found is not None:
        await tx.session.delete(found[0])
    person.next_at = await tx.session.scalar(select(app_now()))


async def unskip(tx: UnitOfWork, row: OutreachCampaign, recipient_id: UUID) -> OutreachRecipient:
    """Goes on with the step that is next; who had no mail may have it from any account. Raises NotFound, Conflict."""
    person = await get_recipient(tx, row.org_id, row.id, recipient_id, lock=True)
    if person.state != "skipped":
        raise Conflict(f"Their state is {person.state}; they were not skipped.", code="wrong_state")
    if person.next_at is None:
        await _decide_again(tx, person)
    if not await _had_mail(tx, person):
        person.account_id = None
    person.state, person.state_reason = ("active" if person.next_step > 1 else "waiting"), None
    await tx.session.flush()
    if row.state == State.RUNNING:
        await wake_campaign(tx, row)
    return person

"""The FROM list of a campaign (L5)."""

from collections.abc import Sequence
from uuid import UUID

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.usability import NOT_SUPPORTED, is_supported
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.queries import get_slot
from mailwarden.outreach import queries
from mailwarden.outreach.access import NOT_ARCHIVED, not_theirs_to_send_from, require_room, require_state
from mailwarden.outreach.changes import take_off, unassign
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign
from mailwarden.outreach.rules import State
from mailwarden.outreach.service import target
from mailwarden.outreach.trouble.re_adding import re_add
from mailwarden.sending.wake import wake


async def add(
    rt: Runtime, tx: UnitOfWork, caller: Caller, campaign: OutreachCampaign, slot_id: UUID
) -> OutreachAccount:
    """Back on the list, if it was taken off. Raises NotFound, Conflict, RoleRequired, WrongState."""
    require_state(campaign, *NOT_ARCHIVED)
    slot, connection = await get_slot(tx, campaign.org_id, slot_id)
    if connection is None:
        raise Conflict("The slot is empty. Connect a mailbox first.", code="empty")
    if refused := not_theirs_to_send_from(caller, connection):
        raise refused
    if not is_supported(connection.provider, Purpose.SEND):
        raise Conflict(NOT_SUPPORTED[Purpose.SEND].format(provider=connection.provider), code="not_supported")
    present = await queries.accounts_of(tx, campaign.org_id, campaign.id)
    known = next((one for one in present if one.connection_id == connection.id), None)
    if known is not None and known.state != "removed":
        await re_add(rt, tx, campaign, known)  # a disconnect that nobody told us of yet would take it off
        return known
    require_room(campaign, present)
    account = known or _new(campaign, slot, connection)
    if known is None:
        await _put(tx, account)
    else:
        await re_add(rt, tx, campaign, account)  # the clocks have a say in it
    campaign.version += 1
    await tx.session.flush()
    after = {"address": account.address}
    await audit.record(tx, "outreach_campaign.account_added", target(campaign), after=after)
    return account


async def _put(tx: UnitOfWork, account: OutreachAccount) -> None:
    tx.session.add(account)
    await tx.session.flush()
    await tx.session.refresh(account)
    await wake(tx, account.slot_id)


def _new(campaign: OutreachCampaign, slot: MailboxSlot, connection: Connection) -> OutreachAccount:
    known = {"org_id": campaign.org_id, "campaign_id": campaign.id, "slot_id": slot.id}
    return OutreachAccount(id=new_id(), **known, connection_id=connection.id, address=connection.account_label)


async def remove(rt: Runtime, tx: UnitOfWork, campaign: OutreachCampaign, account_id: UUID) -> None:
    """Whoever had mail from it stays with it, and waits for it; whoever had none is free for the others."""
    require_state(campaign, *NOT_ARCHIVED)
    account = await queries.get_account(tx, campaign.org_id, campaign.id, account_id, lock=True)
    if campaign.state == State.DRAFT:
        await tx.session.delete(account)
    else:
        _not_the_last(campaign, await queries.accounts_of(tx, campaign.org_id, campaign.id), account)
        await take_off(tx, campaign, account, "member", rt.clock.now())
        account.wanted_back_at = None
        await unassign(tx, account)
    campaign.version += 1
    await tx.session.flush()
    before = {"address": account.address}
    await audit.record(tx, "outreach_campaign.account_removed", target(campaign), before=before)


def _not_the_last(campaign: OutreachCampaign, present: Sequence[OutreachAccount], account: OutreachAccount) -> None:
    others = [one for one in present if one.state == "active" and one.id != account.id]
    if campaign.state == State.RUNNING and not others and account.state != "removed":
        raise Conflict("It is the last account that sends. Pause the campaign first.", code="last_account")

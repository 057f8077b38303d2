"""Who may change a campaign, and who may send from which mailbox (docs/outreach.md)."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends

from mailwarden.accounts.caller import Caller, require
from mailwarden.connections.access import MANAGE
from mailwarden.connections.models import Connection
from mailwarden.connections.slots import is_personal
from mailwarden.core.api import Tx
from mailwarden.core.errors import AppError, Conflict, RoleRequired
from mailwarden.core.ids import OutreachCampaignId
from mailwarden.core.logging import bind
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign
from mailwarden.outreach.queries import get_campaign
from mailwarden.outreach.rules import State

SEND = "messages:send"
MOST = 200
Sender = Annotated[Caller, Depends(require(SEND))]


class WrongState(Conflict):
    code, title = "wrong_state", "Not in this state"


def may_change(caller: Caller, campaign: OutreachCampaign) -> bool:
    own = campaign.author_id == caller.user_id
    return caller.may(SEND) and (own or caller.may(MANAGE))


def not_theirs_to_send_from(caller: Caller, row: Connection) -> AppError | None:
    """Members send from their own mailboxes and from the organization's; owners and managers from all."""
    if caller.may(MANAGE) or not is_personal(row.provider) or row.connected_by == caller.user_id:
        return None
    return RoleRequired("This is somebody else's mailbox. Ask them, an owner or a manager.", action="ask_owner")


async def held_campaign(campaign_id: OutreachCampaignId, tx: Tx, caller: Sender) -> OutreachCampaign:
    """For routes that write: theirs to change, and nobody else changes it meanwhile. Raises NotFound, RoleRequired."""
    bind(outreach_campaign_id=str(campaign_id))
    row = await get_campaign(tx, caller.org_id, campaign_id, lock=True)
    if not may_change(caller, row):
        raise RoleRequired("Somebody else made this campaign. Ask them, an owner or a manager.", action="ask_owner")
    return row


Held = Annotated[OutreachCampaign, Depends(held_campaign)]


def require_state(campaign: OutreachCampaign, *states: State) -> None:
    """Raises WrongState."""
    if campaign.state not in states:
        wanted = " or ".join(states)
        raise WrongState(f"The campaign is {campaign.state}; this needs it to be {wanted}.")


def require_room(campaign: OutreachCampaign, known: Sequence[OutreachAccount]) -> None:
    """Whether it is a rotation is decided at the start: a second account would change what every rule means."""
    present = [one for one in known if one.state != "removed"]
    if len(present) >= MOST:
        raise Conflict(f"A campaign sends from {MOST} accounts at most.", code="too_many_accounts")
    if campaign.state != State.DRAFT and not campaign.rotation and present:
        text = "This campaign was started with one account. Copy it to send from several."
        raise Conflict(text, code="not_a_rotation")


NOT_ARCHIVED = tuple(one for one in State if one is not State.ARCHIVED)

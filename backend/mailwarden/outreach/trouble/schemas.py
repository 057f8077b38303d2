"""Trouble on the wire: clocks with their countdown, what hangs on them, and what to do."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mailwarden.connections.rules import Status
from mailwarden.core.api import Wire
from mailwarden.core.ids import (
    ConnectionId,
    OutreachAccountId,
    OutreachCampaignId,
    OutreachClockId,
)
from mailwarden.outreach.schemas import AccountState, CampaignState, PauseReason

ClockKind = Literal["grace", "nine_days"]
Todo = Literal["reconnect", "re_add", "wait", "resume", "none"]


class OutreachClockOut(Wire):
    """The hour of grace, or the nine days."""

    id: OutreachClockId
    kind: ClockKind
    state: Literal["running", "cancelled", "applied"]
    started_at: datetime
    due_at: datetime = Field(description="The last moment that is in time, if all time until then counts.")
    remaining_s: int
    countdown: str = Field(description="The same in words.", examples=["8 days 23 h left"])
    uncounted_s: int = Field(description="Left out so far: our own downtime, and the provider's incidents.")
    recipients_stopped: int = Field(description="While it runs: who will get nothing more of this campaign, ever.")
    recipients_freed: int = Field(description="While it runs: who will be free for other accounts.")
    applied_at: datetime | None


class OutreachActionOut(Wire):
    code: Todo
    label: str
    detail: str


class OutreachTroubleAccount(Wire):
    """An account of the FROM list, or one that was on it."""

    id: OutreachAccountId
    connection_id: ConnectionId
    address: str
    state: AccountState
    status: Status = Field(description="Of its connection.")
    clock: OutreachClockOut | None
    recipients_kept: int = Field(description="Assigned to it, with more to come.")
    recipients_free: int = Field(description="Assigned to nobody: any account may write to them.")
    wanted_back: bool = Field(description="It will be re-added as soon as it is connected again.")
    action: OutreachActionOut


class OutreachTroubleOut(Wire):
    campaign_id: OutreachCampaignId
    state: CampaignState
    pause_reason: PauseReason | None
    rotation: bool
    accounts: list[OutreachTroubleAccount]
    past: list[OutreachClockOut] = Field(description="Clocks that came to their end, the latest first.")


class OutreachReAddedOut(Wire):
    """``waits``: nothing changed yet; it happens by itself with the reconnect."""

    account_id: OutreachAccountId
    state: AccountState
    waits: bool
    recipients_kept: int
    recipients_free: int
    detail: str


class PausedByConnection(Wire):
    """A campaign that waits because of this connection."""

    id: OutreachCampaignId
    name: str
    state: CampaignState
    pause_reason: PauseReason | None
    rotation: bool
    account_id: OutreachAccountId
    account_state: AccountState
    recipients_waiting: int
    resumable: bool = Field(description="Its account works: POST /v1/outreach-campaigns/resume takes it.")
    re_addable: bool = Field(description="The account left its FROM list: re-add it first.")
    clock: OutreachClockOut | None
    detail: str


class PausedByConnectionList(Wire):
    connection_id: ConnectionId
    data: list[PausedByConnection]
    resumable: int = Field(description="How many can be resumed now.")

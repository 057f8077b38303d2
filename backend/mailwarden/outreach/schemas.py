"""Campaigns on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import (
    ConnectionId,
    MailboxId,
    OutreachAccountId,
    OutreachCampaignId,
    UserId,
)
from mailwarden.mailboxes.html import clean_signature
from mailwarden.outreach.schedule import Schedule

LONGEST_STEP_S = 365 * 86400
MOST_STEPS = 30
CampaignState = Literal["draft", "running", "paused", "finished", "archived"]
PauseReason = Literal["member", "connection_inactive", "disconnected", "bounce_guard", "sender_refused", "subscription"]
ConditionName = Literal["always", "if_no_reply", "if_opened", "if_not_opened", "if_clicked", "if_not_clicked"]
AccountState = Literal["active", "paused", "removed"]

LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"  # a line break would begin another header (RFC 5322 §2.2)
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=LINE),
    Field(description="For yourselves; recipients never see it.", examples=["Spring offer"]),
]
Subject = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=LINE),
    Field(description="Null: a reply in the thread of the mail before.", examples=["A question, {{first_name|hello}}"]),
]
StepHtml = Annotated[
    str,
    StringConstraints(max_length=200_000),
    AfterValidator(clean_signature),
    Field(description="With fields such as `{{first_name|there}}`. Sanitised.", examples=["<p>Hi {{first_name}}</p>"]),
]
GuardPercent = Annotated[
    int,
    Field(ge=1, le=100, description="Of 20 mails or more, this share bounced: the campaign pauses.", examples=[5]),
]


class OutreachCampaignCreate(Wire):
    name: Name
    schedule: Schedule = Field(default_factory=Schedule)
    track_opens: bool = True
    track_clicks: bool = True
    bounce_guard_percent: GuardPercent | None = 5
    auto_resume: bool = Field(False, description="Goes on by itself when its only account works again.")


class OutreachCampaignUpdate(Wire):
    """Only what is given changes. A guard of null is none."""

    name: Name | None = None
    schedule: Schedule | None = None
    track_opens: bool | None = None
    track_clicks: bool | None = None
    bounce_guard_percent: GuardPercent | None = None
    auto_resume: bool | None = None


class OutreachCopy(Wire):
    name: Name
    recipients: bool = Field(False, description="Takes the recipients along, as if none had got a mail yet.")


class OutreachStepIn(Wire):
    delay_s: int = Field(0, ge=0, le=LONGEST_STEP_S, description="After the step before, or after the start.")
    condition: ConditionName = Field("if_no_reply", description="About the mail that the recipient got last.")
    subject: Subject | None = None
    html: StepHtml


class OutreachStepsIn(Wire):
    steps: list[OutreachStepIn] = Field(max_length=MOST_STEPS, description="All of them, in order.")


class OutreachFigures(Wire):
    """Counted from the messages themselves. Openings and clicks by machines do not count."""

    sent: int
    opened: int
    clicked: int
    replied: int
    bounced: int
    unsubscribed: int
    unknown: int = Field(description="Sent or not: nobody can tell.")


class OutreachStepOut(OutreachStepIn):
    number: int
    sent: bool = Field(description="Somebody got it: it can no longer be changed.")
    fields: list[str] = Field(description="Of recipients, that it uses.")
    figures: OutreachFigures


class OutreachAccountOut(Wire):
    """An entry of the FROM list."""

    id: OutreachAccountId
    mailbox_id: MailboxId
    connection_id: ConnectionId
    provider: str
    address: str
    state: AccountState
    paused_reason: str | None
    removed_at: datetime | None
    usable: bool = Field(description="Whether it may send now, by its connection.")
    code: str = Field(description="Why not; `ok` if it may.")
    detail: str
    recipients: int = Field(description="Assigned to it, with more to come.")


class OutreachCounts(Wire):
    """Recipients by state."""

    waiting: int = 0
    active: int = 0
    held: int = 0
    finished: int = 0
    replied: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    suppressed: int = 0
    skipped: int = 0
    campaign_stopped: int = 0


class OutreachCampaignOut(Wire):
    id: OutreachCampaignId
    name: str
    state: CampaignState
    pause_reason: PauseReason | None
    paused_at: datetime | None
    rotation: bool = Field(description="Started with several accounts; stays so.")
    schedule: Schedule
    auto_resume: bool
    track_opens: bool
    track_clicks: bool
    bounce_guard_percent: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    author_id: UserId | None
    may_change: bool = Field(description="Members change their own campaigns, owners and managers all.")
    recipients: OutreachCounts
    figures: OutreachFigures
    accounts: list[OutreachAccountOut]


class OutreachCampaignDetailOut(OutreachCampaignOut):
    steps: list[OutreachStepOut]


class OutreachPaceOut(Wire):
    """What a mailbox sent today, whatever for: its campaigns and single mails share one limit."""

    account_id: OutreachAccountId
    sent_today: int = Field(description="Since midnight of the mailbox's zone; what may have left counts.")
    daily_limit: int = Field(description="As set; a warm-up allows fewer at first.")


class OutreachPaceList(Wire):
    data: list[OutreachPaceOut]


class OutreachAccountIn(Wire):
    mailbox_id: MailboxId


class OutreachPreviewOut(Wire):
    """As it would go out, before signature and tracking are added."""

    subject: str = Field(description="Of a reply in the thread: the one of the mail before.")
    html: str
    missing: list[str] = Field(description="Fields without a value or fallback: this mail would not be sent.")


class OutreachHindrance(Wire):
    code: str = Field(examples=["missing_fields"])
    detail: str
    step: int | None = None
    account_id: OutreachAccountId | None = None
    recipients: int | None = Field(None, description="How many it is about.")


class OutreachCheckOut(Wire):
    """Everything that hinders the start, by name; empty: it can start."""

    ready: bool
    hindrances: list[OutreachHindrance]


class OutreachStart(Wire):
    skip_missing: bool = Field(False, description="Leaves out recipients who lack a field that a step needs.")


class OutreachResumeAll(Wire):
    campaign_ids: list[OutreachCampaignId] | None = Field(
        None, max_length=1000, description="Null: all that trouble with connections or billing paused."
    )


class OutreachNotResumed(Wire):
    id: OutreachCampaignId
    name: str
    code: str
    detail: str


class OutreachResumedOut(Wire):
    resumed: list[OutreachCampaignId]
    not_resumed: list[OutreachNotResumed]

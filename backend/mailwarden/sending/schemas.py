"""Messages and suppressions on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Base64Bytes, Field, StringConstraints, model_validator

from mailwarden.connections.schemas import ActionOut
from mailwarden.core.api import Wire
from mailwarden.core.ids import (
    ConnectionId,
    MailboxId,
    MessageFileId,
    MessageId,
    SendAttemptId,
    SuppressionId,
    UserId,
)
from mailwarden.core.mime import UnsafeHeader, split_mailbox
from mailwarden.providers.outgoing import LARGEST_FILES

MOST_RECIPIENTS = 100
LONGEST_HTML = 500_000
LONGEST_TEXT = 200_000
MessageState = Literal["draft", "queued", "sending", "sent", "failed", "unknown", "cancelled"]
MessageKind = Literal["one_off", "outreach"]
MessageSource = Literal["app", "api", "extension"]
RecipientState = Literal["waiting", "accepted", "refused", "bounced", "complained"]
AttemptOutcome = Literal["started", "accepted", "refused", "not_sent", "unknown", "found"]
SuppressionReason = Literal["unsubscribed", "hard_bounce", "complaint", "manual"]
LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"  # a line break would begin another header (RFC 5322 §2.2)


def _plain_address(text: str) -> str:
    """In ASCII, as it goes onto the wire."""
    try:
        name, address = split_mailbox(text)
    except UnsafeHeader as exc:
        raise ValueError("not one plain mail address") from exc
    if name or text.endswith(">"):
        raise ValueError("the address alone, without a name")
    return address


Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=320),
    AfterValidator(_plain_address),
    Field(examples=["ada@example.com"]),
]
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=LINE), Field(examples=["Our meeting"])
]
Html = Annotated[
    str,
    StringConstraints(max_length=LONGEST_HTML),
    Field(description="Sanitised when it is stored. The mailbox's signature comes below it.", examples=["<p>Hi</p>"]),
]
PlainText = Annotated[
    str,
    StringConstraints(max_length=LONGEST_TEXT),
    Field(description="For readers without HTML. Empty: made of the HTML.", examples=["Hi"]),
]
TrackOpens = Annotated[bool | None, Field(description="Null: as the mailbox is set.")]
TrackClicks = Annotated[bool | None, Field(description="Null: as the mailbox is set.")]


class PersonIn(Wire):
    address: Address
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=LINE)] = ""


People = Annotated[list[PersonIn], Field(max_length=MOST_RECIPIENTS)]


class _Words(Wire):
    """What a draft holds."""

    mailbox_id: MailboxId | None = Field(None, description="From which mailbox it goes. Null: chosen later.")
    to: People = Field(default_factory=list)
    cc: People = Field(default_factory=list, examples=[[]])  # nobody gets a mail twice
    bcc: People = Field(default_factory=list, description="Nobody else sees them.", examples=[[]])
    subject: Subject = ""
    html: Html = ""
    text: PlainText = ""
    answers_id: MessageId | None = Field(None, description="An own message that it follows in the same conversation.")
    track_opens: TrackOpens = None
    track_clicks: TrackClicks = None

    @model_validator(mode="after")
    def everybody_gets_it_once(self) -> "_Words":
        everybody = [one.address.lower() for one in (*self.to, *self.cc, *self.bcc)]
        if len(everybody) > MOST_RECIPIENTS:
            raise ValueError(f"at most {MOST_RECIPIENTS} recipients")
        if len(everybody) != len(set(everybody)):
            raise ValueError("the same recipient twice")
        return self


class MessageIn(_Words):
    """A draft. It leaves with `send` and not before."""

    source: MessageSource = "app"


class MessageUpdate(_Words):
    """Only what is given changes."""


class SendIn(Wire):
    send_at: AwareDatetime | None = Field(None, description="Not before this time. Null: as soon as the mailbox may.")


class ResolveIn(Wire):
    outcome: Literal["sent", "send_again"] = Field(
        description="`sent`: it did go out. `send_again`: it did not, send it; if you err, it arrives twice."
    )


class FileIn(Wire):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    content: Annotated[
        Base64Bytes, Field(max_length=LARGEST_FILES, description=f"Base64 of at most {LARGEST_FILES >> 20} MiB.")
    ]


class FileOut(Wire):
    id: MessageFileId
    name: str = Field(description="Made harmless.")
    media_type: str
    size: int = Field(description="Bytes.")


class RecipientOut(Wire):
    kind: Literal["to", "cc", "bcc"]
    address: str
    name: str
    state: RecipientState = Field(description="`accepted`: the provider took it; whether it arrived, only time tells.")
    state_detail: str | None
    bounce_kind: Literal["hard", "soft"] | None
    bounce_code: str | None
    bounced_at: datetime | None
    complained_at: datetime | None
    replied_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    unsubscribed_at: datetime | None


class AttemptOut(Wire):
    id: SendAttemptId
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: AttemptOutcome = Field(description="`found`: its answer was lost, and it was found at the provider.")
    code: str | None
    detail: str | None


class MessageOut(Wire):
    id: MessageId
    kind: MessageKind
    source: MessageSource
    state: MessageState = Field(description="`unknown`: it may have been sent, is looked for, and not sent again.")
    failure_code: str | None = Field(description="Why it is not sent, or not yet.")
    failure_detail: str | None
    mailbox_id: MailboxId | None
    connection_id: ConnectionId | None
    author_id: UserId | None
    author_name: str | None = Field(description="Null: nobody of the organization any more, or a campaign.")
    subject: str
    recipients: list[RecipientOut]
    answers_id: MessageId | None
    created_at: datetime
    due_at: datetime | None = Field(description="Not before this time; pace and limits of the mailbox come on top.")
    queued_at: datetime | None
    sent_at: datetime | None


class MessageDetailOut(MessageOut):
    html: str
    text: str
    track_opens: bool | None
    track_clicks: bool | None
    files: list[FileOut]
    attempts: list[AttemptOut]


class MailboxUsabilityOut(Wire):
    """One mailbox that could send. The same answer as of its connection for the purpose `send`."""

    mailbox_id: MailboxId
    connection_id: ConnectionId
    provider: str
    address: str
    label: str
    usable: bool
    code: str
    detail: str
    action: ActionOut | None


class OthersMailboxOut(Wire):
    """A colleague's: the caller's role does not let them send from it."""

    mailbox_id: MailboxId
    address: str
    code: str = Field(description="`role_required`.")
    detail: str


class SendingUsabilityOut(Wire):
    """May the caller send and track now at all? Asked again at every send."""

    usable: bool
    code: str = Field(description="`ok`, or why not: no_active_integration, subscription_inactive.")
    detail: str
    action: ActionOut | None
    mailboxes: list[MailboxUsabilityOut]
    others: list[OthersMailboxOut] = Field(description="Of colleagues: not to be sent from, and told as such.")


class SuppressionIn(Wire):
    address: Address
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class SuppressionOut(Wire):
    id: SuppressionId
    address: str
    reason: SuppressionReason
    message_id: MessageId | None = Field(description="Which mail it came of.")
    note: str
    created_by: UserId | None
    created_at: datetime

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, EmailStr, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import AttachmentId, BundleId, SupportRequestId
from mailwarden.core.moments import Moment
from mailwarden.support.files import LARGEST, MOST
from mailwarden.support.rules import Urgency

Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
RequestStatus = Literal["open", "answered", "closed"]


class FileIn(Wire):
    """An image, a PDF or text. Its type is found in the content; the name may be changed to fit it."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    content: Annotated[Base64Bytes, Field(description=f"Base64 of at most {LARGEST >> 20} MiB.")]


class ContactIn(Wire):
    """From somebody who is not signed in."""

    email: EmailStr
    description: Long
    error_text: Long | None = None
    steps: Long | None = Field(None, description="How to make it happen again.")
    browser: Short | None = None
    device: Short | None = None
    page: Short | None = None
    problem_request_id: Annotated[str | None, Field(pattern="^req_[0-9a-f]{32}$")] = None
    urgency: Literal[Urgency.SECURITY] | None = None
    attachments: Annotated[list[FileIn], Field(default_factory=list, max_length=MOST)]


class SupportRequestIn(Wire):
    """``problem_request_id`` is the reference that an error shows; ``bundle_id`` a support bundle to send along."""

    description: Long
    error_text: Long | None = Field(None, description="The exact words of the error.")
    doing: Long | None = Field(None, description="What one was about to do.")
    steps: Long | None = Field(None, description="How to make it happen again.")
    occurred_at: Moment | None = None
    browser: Short | None = None
    device: Short | None = None
    page: Short | None = None
    provider: Annotated[str | None, Field(max_length=40, pattern="^[a-z0-9_]+$")] = None
    problem_request_id: Annotated[str | None, Field(pattern="^req_[0-9a-f]{32}$")] = None
    bundle_id: BundleId | None = None
    urgency: Urgency | None = Field(None, description="Why it cannot wait; urgent is answered in 4 hours.")
    attachments: Annotated[list[FileIn], Field(default_factory=list, max_length=MOST)]


class ReceivedOut(Wire):
    reference: str
    due_at: datetime
    urgent: bool


class AttachmentOut(Wire):
    id: AttachmentId
    name: str
    media_type: str
    size: int


class SupportRequestOut(Wire):
    id: SupportRequestId
    reference: str
    status: RequestStatus
    urgency: Urgency | None
    description: str
    created_at: datetime
    due_at: datetime
    overdue: bool
    answered_at: datetime | None
    closed_at: datetime | None
    mail: Literal["queued", "sent", "failed"]


class SupportRequestDetailOut(SupportRequestOut):
    email: str
    error_text: str | None
    doing: str | None
    steps: str | None
    occurred_at: datetime | None
    page: str | None
    browser: str | None
    device: str | None
    provider: str | None
    problem_request_id: str | None
    bundle_id: BundleId | None
    attachments: list[AttachmentOut]


class UrgencyOut(Wire):
    code: Urgency
    label: str


class SupportOut(Wire):
    """How to reach support. E-mail is answered around the clock; ``hours`` are those of the desk."""

    address: str
    chat_url: str | None
    answer_within_hours: int
    urgent_answer_within_hours: int
    urgencies: list[UrgencyOut]
    zone: str
    zone_abbreviation: str
    opens: str
    closes: str
    days: list[str]
    open_now: bool
    changes_at: datetime
    files_most: int
    file_largest: int
    files_largest: int
    file_types: list[str]


class OpenRequestOut(Wire):
    """Of any organization, for the operator: nothing of what was written."""

    reference: str
    urgency: Urgency | None
    created_at: datetime
    due_at: datetime
    overdue: bool
    mail: Literal["queued", "sent", "failed"]


class ArticleOut(Wire):
    slug: str
    title: str
    groups: list[str]
    updated: str
    summary: str
    excerpt: str | None = Field(description="Where the words that were looked for stand.")


class ArticleDetailOut(Wire):
    slug: str
    title: str
    groups: list[str]
    updated: str
    summary: str
    body: str = Field(description="Markdown without HTML.")

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import EmailStr, Field, SecretStr

from mailwarden.accounts.schemas import MembershipOut, Name, NewPassword
from mailwarden.core.api import Wire
from mailwarden.core.ids import AuditId, InvitationId, UserId
from mailwarden.core.moments import Moment
from mailwarden.core.paging import PageQuery

RoleName = Literal["owner", "manager", "member"]
InvitationState = Literal["open", "expired", "accepted", "revoked"]
MailState = Literal["queued", "sent", "failed", "unknown"]
InvitationToken = Annotated[
    SecretStr, Field(min_length=20, max_length=200, json_schema_extra={"writeOnly": True}, description="After the #.")
]


class MemberOut(Wire):
    """``may_change``: the caller may give them another role or remove them; else ``refusal`` says why not."""

    id: UserId
    name: str
    email: str
    role: RoleName
    you: bool
    joined_at: datetime
    may_change: bool
    refusal: str | None


class RoleChange(Wire):
    role: RoleName


class OwnershipTransfer(Wire):
    """``member_id`` becomes an owner; whoever gives it away keeps ``my_role``."""

    member_id: UserId
    my_role: Literal["manager", "member"] = "manager"


class LeftOut(Wire):
    """``active_organization`` is what the session works in now; None: it has ended, for there was no other."""

    active_organization: MembershipOut | None


class NewOrganization(Wire):
    name: Name
    time_zone: str = "UTC"


class InvitationIn(Wire):
    email: EmailStr
    role: RoleName = "member"


class InvitationOut(Wire):
    id: InvitationId
    email: str
    role: RoleName
    status: InvitationState
    invited_by: UserId | None
    inviter_name: str
    created_at: datetime
    expires_at: datetime
    mail: MailState
    mailed_at: datetime
    resend_at: datetime | None = Field(description="Before this no other mail is sent; None: now, or never again.")
    accepted_at: datetime | None


class InvitationLink(Wire):
    token: InvitationToken


class InvitationSeenOut(Wire):
    """What whoever holds the link is shown. Says nothing about whether the address has an account."""

    organization_name: str
    inviter_name: str
    email: str
    role: RoleName
    expires_at: datetime


class InvitationSignUp(Wire):
    token: InvitationToken
    name: Name
    password: NewPassword


class AuditFilter(Wire):
    """``action`` may end with a dot: `member.` finds all about members."""

    actor: UserId | None = None
    action: Annotated[str | None, Field(max_length=80)] = None
    target_kind: Annotated[str | None, Field(max_length=40)] = None
    since: Moment | None = None
    until: Moment | None = None


class AuditQuery(PageQuery, AuditFilter):
    pass


class AuditExportQuery(AuditFilter):
    format: Literal["csv", "ndjson"] = "csv"


class ActorOut(Wire):
    """``label`` is their name and address of that moment; ``kind`` how they proved who they are."""

    kind: str
    id: UserId | None
    label: str | None


class TargetOut(Wire):
    kind: str
    id: str | None
    label: str | None


class AuditEntryOut(Wire):
    id: AuditId
    at: datetime
    actor: ActorOut
    action: str
    target: TargetOut | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str | None
    request_id: str | None

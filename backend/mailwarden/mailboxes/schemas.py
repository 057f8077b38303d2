from datetime import datetime
from typing import Literal

from pydantic import Field

from mailwarden.connections.schemas import ConnectionOut
from mailwarden.core.api import Wire
from mailwarden.core.ids import MailboxId
from mailwarden.mailboxes.settings import MailboxSettings

MailboxStatus = Literal["successful", "failed", "empty"]


class MailboxAction(Wire):
    """A button of the slot. Not allowed: shown disabled, with the reason."""

    code: Literal["manage", "reconnect", "test", "disconnect", "connect"]
    label: str
    allowed: bool
    reason: str | None


class MailboxOut(Wire):
    """A numbered slot with the mailbox in it, if any."""

    id: MailboxId
    number: int = Field(description="Stays the same whatever account is in it.", examples=[1])
    status: MailboxStatus = Field(description="Beside the connection's own status, which says more.")
    label: str = Field(examples=["Successful"])
    reason: str | None = Field(description="Why it failed.")
    connection: ConnectionOut | None
    last_verified_at: datetime | None = Field(description="Last successful authenticated call to the mailbox.")
    own: bool = Field(description="The caller connected it.")
    actions: list[MailboxAction]
    changed_settings: list[str] = Field(description="Names of the settings that differ from their defaults.")
    reserved_until: datetime | None = Field(description="Until then it waits for one person's next mailbox.")
    emptied_at: datetime | None
    settings_version: int


class MailboxDetailOut(MailboxOut):
    settings: MailboxSettings
    defaults: MailboxSettings

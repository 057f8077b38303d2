"""Recipients on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import OutreachAccountId, OutreachRecipientId
from mailwarden.outreach.people.rules import address_of
from mailwarden.outreach.schedule import known_zone

MOST_FIELDS = 60
PersonState = Literal[
    "waiting",
    "active",
    "held",
    "finished",
    "replied",
    "bounced",
    "unsubscribed",
    "suppressed",
    "skipped",
    "campaign_stopped",
]


def _address(text: str) -> str:
    found = address_of(text)
    if found is None:
        raise ValueError("not an e-mail address")
    return found


Address = Annotated[
    str,
    StringConstraints(max_length=320),
    AfterValidator(_address),
    Field(description="Kept in lower case; once in a campaign.", examples=["ada@example.com"]),
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
FieldValue = Annotated[str, StringConstraints(max_length=2000)]
RecipientZone = Annotated[
    str, AfterValidator(known_zone), Field(description="IANA; null: the organization's.", examples=["Europe/Rome"])
]


class OutreachRecipientIn(Wire):
    address: Address
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    fields: dict[FieldName, FieldValue] = Field(
        default_factory=dict, max_length=MOST_FIELDS, examples=[{"first_name": "Ada"}]
    )
    zone: RecipientZone | None = None


class OutreachRecipientsIn(Wire):
    recipients: list[OutreachRecipientIn] = Field(min_length=1, max_length=1000)


class OutreachAddedOut(Wire):
    added: int
    duplicates: int = Field(description="They were in the campaign, or twice in the request.")
    suppressed: int = Field(description="Added, and left out of sending: they want no mail, or it bounced.")


class OutreachRecipientOut(Wire):
    id: OutreachRecipientId
    address: str
    name: str
    fields: dict[str, str]
    zone: str | None
    state: PersonState
    state_reason: str | None
    account_id: OutreachAccountId | None = Field(description="All their mails come from it.")
    next_step: int
    next_at: datetime | None = Field(description="Not before; hours and speed of the mailbox count, too.")
    created_at: datetime

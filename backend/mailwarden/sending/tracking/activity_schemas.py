"""What came of a mail, as the API tells it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import MessageId
from mailwarden.sending.tracking.rules import By, Reason

# In the words of whoever reads it. A human's opens and clicks need no reason.
WHY: dict[Reason, str] = {
    Reason.HEAD: "Only the head was asked for, as programs do that check links.",
    Reason.PREFETCH: "A program fetched it ahead, in case somebody would want it.",
    Reason.NO_AGENT: "Whoever asked did not say with what.",
    Reason.PROGRAM: "A scanner, a robot or another program asked, by its own words.",
    Reason.APPLE: "Apple's Mail Privacy Protection fetches pictures of mails that nobody has opened, too.",
    Reason.PROXY: "The mailbox's provider fetched it, probably but not surely for somebody who reads.",
    Reason.UNFAMILIAR: "It was asked for with a program that we do not know.",
    Reason.TOO_SOON: "It came within 5 seconds of sending, when nobody can have read it.",
    Reason.PROXY_TOO_SOON: "The mailbox's provider fetched it within a minute of sending, on its own account.",
    Reason.NOT_SENT: "It came before the mail is known to have been sent: perhaps its author looked at it.",
    Reason.BURST: "Several links were followed within two seconds, as scanners do.",
}


class CountsOut(Wire):
    human: int = Field(description="Surely or very probably by a person.")
    machine: int = Field(description="By scanners, proxies that fetch ahead, and other programs.")
    unknown: int = Field(description="By one or the other; it cannot be told. Never counted as a person's.")
    first_at: datetime | None = Field(description="The first that no machine is known to have made; null: none.")
    last_at: datetime | None = Field(description="The last of those.")


class RecipientActivityOut(Wire):
    address: str
    name: str
    opens: CountsOut
    clicks: CountsOut
    unsubscribed_at: datetime | None


class LinkActivityOut(Wire):
    url: str = Field(description="Where the link leads, as the sender wrote it.")
    clicks: CountsOut


class TrackedEventOut(Wire):
    kind: Literal["open", "click", "unsubscribe"]
    at: datetime
    by: By
    reason: Reason | None = Field(description="Why it is not called a person's; null: it is.")
    why: str | None = Field(description="The same in a sentence.")
    address: str | None = Field(description="Null: everybody has the same copy.")
    url: str | None


class ActivityOut(Wire):
    message_id: MessageId
    track_opens: bool
    track_clicks: bool
    opens: CountsOut
    clicks: CountsOut
    recipients: list[RecipientActivityOut] = Field(
        description="Of a mail to several people opens and clicks are nobody's: everybody has the same copy."
    )
    links: list[LinkActivityOut]
    events: list[TrackedEventOut] = Field(description="The newest hundred, newest first.")

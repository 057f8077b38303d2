"""Sending over Keap's e-mail queue. It answers 202 without an id; what became of an e-mail is looked up by its record.

Nothing is sent twice: an order whose answer was lost is only looked for (there is no idempotency key).
"""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mailwarden.providers.base import Api, Unavailable, WritingApi
from mailwarden.providers.keap_contacts import contact_for
from mailwarden.providers.keap_records import EMAILS, written
from mailwarden.providers.reading import Row, moment, rows, text

SEND = "/crm/rest/v2/emails:send"
_CLOCKS_APART = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """One e-mail to one recipient. Exactly one of ``from_address`` (authenticated at Keap) and ``user_id``."""

    to: str
    subject: str
    html: str = field(default="", repr=False)
    plain: str = field(default="", repr=False)
    from_address: str | None = None
    user_id: str | None = None
    given_name: str = ""
    family_name: str = ""

    def __post_init__(self) -> None:
        if (self.from_address is None) == (self.user_id is None):
            raise ValueError("exactly one of from_address and user_id")


class Outcome(StrEnum):
    QUEUED = "queued"
    UNKNOWN = "unknown"  # the order may have arrived: look for its record, never repeat it


@dataclass(frozen=True, slots=True)
class Sending:
    outcome: Outcome
    contact_id: str


@dataclass(frozen=True, slots=True)
class SentRecord:
    external_id: str
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


async def send(api: WritingApi, mail: QueuedMail) -> Sending:
    """Raises the provider failures where it is certain that nothing was sent."""
    contact = await contact_for(api, mail.to, mail.given_name, mail.family_name)
    try:
        await api.write("POST", SEND, _order(mail, contact.external_id))
    except Unavailable as exc:
        if not exc.sent:
            raise
        return Sending(Outcome.UNKNOWN, contact.external_id)
    return Sending(Outcome.QUEUED, contact.external_id)


def _order(mail: QueuedMail, contact_id: str) -> dict[str, object]:
    sender = {"from_address": mail.from_address} if mail.from_address else {"user_id": mail.user_id}
    texts = {"html_content": _encoded(mail.html), "plain_content": _encoded(mail.plain)}
    given = {name: value for name, value in texts.items() if value}
    return {"contacts": [contact_id], "subject": mail.subject, "address_field": "Email", **sender, **given}


def _encoded(content: str) -> str:
    return base64.b64encode(content.encode()).decode()


async def find_record(api: Api, contact_id: str, subject: str, ordered_at: datetime) -> SentRecord | None:
    """The first e-mail of this subject to this contact since it was ordered; None if there is none (yet)."""
    since = ordered_at - _CLOCKS_APART
    asked = {
        "filter": f"contact_id=={contact_id};start_created_time=={written(since)}",
        "order_by": "created_time asc",
        "page_size": 100,
    }
    found = rows(await api.get(EMAILS, asked), "emails", EMAILS)
    return next((_record(row) for row in found if text(row, "subject") == subject), None)


def _record(row: Row) -> SentRecord:
    times = (moment(row.get(name)) for name in ("sent_time", "opened_time", "clicked_time"))
    return SentRecord(text(row, "id") or "", *times)

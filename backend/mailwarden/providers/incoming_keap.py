"""Keap has no mailbox. What became of its e-mails stands in their records, and in the status of addresses.

A record tells when its e-mail was opened and clicked; a bounce is told of the address only, not of one e-mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailwarden.providers.base import Api
from mailwarden.providers.keap_records import EMAILS, written
from mailwarden.providers.reading import Row, garbled, moment, rows, text

ADDRESSES = "/crm/rest/v2/emailAddresses"
PAGE_SIZE = 500
ADDRESSES_AT_ONCE = 50
HARD, SOFT = frozenset({"HARD_BOUNCE", "INVALID"}), frozenset({"BOUNCE"})
COMPLAINED = frozenset({"SPAM", "FEEDBACK"})


@dataclass(frozen=True, slots=True)
class Record:
    """Of one e-mail to one address, which is lower-case."""

    key: str
    to: str
    subject: str
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    records: tuple[Record, ...]
    next_token: str | None


async def records(api: Api, since: datetime, token: str | None = None) -> RecordPage:
    """Those created since, oldest first. Nothing tells which of them changed, so they are read again and again."""
    asked: dict[str, Any] = {
        "filter": f"start_created_time=={written(since)}",
        "order_by": "created_time asc",
        "page_size": PAGE_SIZE,
    }
    payload = await api.get(EMAILS, asked | ({"page_token": token} if token else {}))
    found = tuple(_record(row) for row in rows(payload, "emails", EMAILS))
    following = text(payload, "next_page_token")
    if following is not None and following == token:
        raise garbled(EMAILS, "the next page is the page just read")
    return RecordPage(found, following)


def _record(row: Row) -> Record:
    times = (moment(row.get(name)) for name in ("sent_time", "opened_time", "clicked_time"))
    to = (text(row, "sent_to_address") or "").lower()
    return Record(text(row, "id") or "", to, text(row, "subject") or "", *times)


async def standings(api: Api, addresses: Sequence[str]) -> dict[str, str]:
    """Lower-case address → Keap's word for it. An address that would widen the question is left out."""
    found: dict[str, str] = {}
    safe = [one for one in dict.fromkeys(addresses) if not set(one) & set(",;*=")]
    for start in range(0, len(safe), ADDRESSES_AT_ONCE):
        some = ",".join(safe[start : start + ADDRESSES_AT_ONCE])
        asked = {"filter": f"emails=={some}", "page_size": PAGE_SIZE}
        payload = await api.get(ADDRESSES, asked)
        for row in rows(payload, "email_addresses", ADDRESSES):
            found[(text(row, "email") or "").lower()] = text(row, "status") or ""
    return found

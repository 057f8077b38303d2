"""Campaigns out of Keap's sent-email records: what has one subject, one sender and one day (UTC) counts as one.

Records name no campaign, and nothing tells which of them changed, so whole days are counted anew. A page holds only
complete days: its cursor is the first day that it left out, which any later process can go on from.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from mailwarden.providers.base import Api, Campaign, Figures, Page, Window
from mailwarden.providers.reading import Row, garbled, moment, rows, text

EMAILS = "/crm/rest/v2/emails"
PAGE_SIZE = 1000
SENT_BY_KEAP = "INFUSIONSOFT"
_DAY = timedelta(days=1)
_SLACK = timedelta(minutes=10)  # a record may be created a little before or after its e-mail is sent


@dataclass(frozen=True, slots=True)
class Key:
    day: date
    subject: str
    sender: str

    @property
    def external_id(self) -> str:
        """Ours: Keap has none."""
        return sha256(repr((self.day.isoformat(), self.subject, self.sender)).encode()).hexdigest()[:24]


@dataclass(slots=True)
class Counts:
    first: datetime
    sent: int = 0
    opened: int = 0
    clicked: int = 0


@dataclass(slots=True)
class Tally:
    """``since``: days before it belong to another page."""

    since: date | None
    groups: dict[Key, Counts] = field(default_factory=dict)
    oldest: datetime | None = None
    newest: datetime | None = None

    def add(self, row: Row) -> None:
        sent = moment(row.get("sent_time"))
        if sent is None or (self.since and sent.date() < self.since):
            return
        self.oldest, self.newest = min(self.oldest or sent, sent), max(self.newest or sent, sent)
        if (text(row, "original_provider") or SENT_BY_KEAP) != SENT_BY_KEAP:
            return  # registered there, but sent from somebody's own mailbox
        key = Key(sent.date(), text(row, "subject") or "", (text(row, "sent_from_address") or "").lower())
        counts = self.groups.setdefault(key, Counts(sent))
        counts.first = min(counts.first, sent)
        counts.sent += 1
        counts.opened += moment(row.get("opened_time")) is not None
        counts.clicked += moment(row.get("clicked_time")) is not None

    @property
    def open_day(self) -> date | None:
        """The first day that may still get records; None while there is no other."""
        if self.oldest is None or self.newest is None:
            return None
        day = (self.newest - _SLACK).date()
        return day if day > self.oldest.date() else None

    def campaigns(self, before: date | None) -> tuple[Campaign, ...]:
        return tuple(to_campaign(key, n) for key, n in self.groups.items() if before is None or key.day < before)


async def record_page(api: Api, window: Window, cursor: str | None) -> Page:
    since = _first_day(window, cursor)
    tally, token = Tally(since), None
    start = window.sent_from if since is None else datetime.combine(since, time(), UTC) - _SLACK
    while True:
        payload = await api.get(EMAILS, _question(start, window.until, token))
        for row in rows(payload, "emails", EMAILS):
            tally.add(row)
        token = _next(payload, token)
        if token is None:
            return Page(tally.campaigns(None), None, None)
        if tally.open_day:
            return Page(tally.campaigns(tally.open_day), tally.open_day.isoformat(), None)


def _first_day(window: Window, cursor: str | None) -> date | None:
    """A window that begins within a day gets that day whole. One of less than a day is a probe's: it stores nothing."""
    if cursor:
        return date.fromisoformat(cursor)
    if window.sent_from is None or window.until - window.sent_from < _DAY:
        return None
    return window.sent_from.astimezone(UTC).date()


def _question(start: datetime | None, until: datetime, token: str | None) -> dict[str, Any]:
    terms = [f"start_created_time=={written(start)}"] if start else []
    terms.append(f"end_created_time=={written(until)}")
    asked = {"filter": ";".join(terms), "order_by": "created_time asc", "page_size": PAGE_SIZE}
    return asked | ({"page_token": token} if token else {})


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _next(payload: Any, token: str | None) -> str | None:
    following = text(payload, "next_page_token")
    if following is not None and following == token:
        raise garbled(EMAILS, "the next page is the page just read")
    return following


def to_campaign(key: Key, counts: Counts) -> Campaign:
    return Campaign(
        external_id=key.external_id,
        name=key.subject or "(no subject)",
        subject=key.subject or None,
        status="SENT",
        channel="email",
        sent_at=counts.first,
        created_at=None,
        updated_at=None,
        archived=False,
        figures=Figures(sent=counts.sent, opened=counts.opened, clicked=counts.clicked, derived=True),
    )

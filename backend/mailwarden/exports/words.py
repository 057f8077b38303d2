"""Filters in words, for the head of a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.api import Wire
from mailwarden.exports.columns import Unit, shown
from mailwarden.exports.filters import values_of
from mailwarden.exports.report import Reading

SPAN = ("sent_from", "sent_to")


def span(zone: ZoneInfo, first: datetime | None, before: datetime | None) -> str:
    if first is None and before is None:
        return "everything in the history range"
    start = f"from {shown(Unit.TIME, first, zone)}" if first else ""
    end = f"until {shown(Unit.TIME, before, zone)}" if before else ""
    return f"{start} {end}".strip()


async def told(reading: Reading, filters: Wire, *, spanned: bool) -> list[tuple[str, str]]:
    """``spanned``: the page has a range, so it is told even where nobody narrowed it."""
    values = values_of(filters)
    said = [("Range", span(reading.zone, *(values.get(name) for name in SPAN)))] if spanned else []
    for name, value in values.items():
        if name not in SPAN and value not in (None, [], ()):
            said.append((_label(name), await _in_words(reading, name, value)))
    return said


def _label(name: str) -> str:
    return {"q": "Search", "connection_id": "Account", "sort": "Order"}.get(name, name.replace("_", " ").capitalize())


async def _in_words(reading: Reading, name: str, value: Any) -> str:
    several = value if isinstance(value, list | tuple) else [value]
    if name == "connection_id":
        return ", ".join(await _accounts(reading, several))
    return ", ".join(_word(one, reading.zone) for one in several)


def _word(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool | datetime):
        return shown(Unit.TEXT, value, zone)
    text = str(value)
    return f"{text.removeprefix('-')}, descending" if text.startswith("-") else text


async def _accounts(reading: Reading, ids: Sequence[UUID]) -> list[str]:
    """Ids that name nothing here find nothing either, and are told as what they are."""
    asked = select(Connection.id, Connection.provider, Connection.account_label)
    mine = asked.where(Connection.org_id == reading.org_id, Connection.id.in_(ids))
    labels = {row.id: f"{row.account_label} ({row.provider})" for row in await reading.tx.session.execute(mine)}
    return [labels.get(one, "an unknown account") for one in ids]

"""Announces the end of a route on every answer of it (RFC 9745, RFC 8594), and in the description.

@router.get("/old", **deprecated(since=date(2027, 1, 1), sunset=date(2027, 7, 1), more="/docs#old"))
"""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Request

from mailwarden.core.limits.passage import passage_of

LEAST_DAYS = 180


def deprecated(*, since: date, sunset: date, more: str) -> dict[str, Any]:
    """Keyword arguments of a route. Raises ValueError for less notice than we promise."""
    if (sunset - since).days < LEAST_DAYS:
        raise ValueError(f"a route is announced {LEAST_DAYS} days before it goes")
    headers = {
        "Deprecation": f"@{int(_midnight(since).timestamp())}",
        "Sunset": format_datetime(_midnight(sunset), usegmt=True),
        "Link": f'<{more}>; rel="deprecation"; type="text/html", <{more}>; rel="sunset"; type="text/html"',
    }

    async def announce(request: Request) -> None:
        passage_of(request).headers.update(headers)

    return {"deprecated": True, "dependencies": [Depends(announce)]}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

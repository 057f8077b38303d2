"""HubSpot's statistics over a span of send times, which count e-mails on their own and do not use the e-mail list."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from mailwarden.providers.base import Api, Figures
from mailwarden.providers.reading import at, count, garbled
from mailwarden.providers.totals import StatedGroup, StatedTotals, TotalsRequest, TotalsSpan

STATISTICS = "/marketing/emails/2026-09/statistics/list"
AT_ONCE = 50  # ids in one address
_NAMES = {
    "sent": "sent",
    "delivered": "delivered",
    "opened": "open",
    "clicked": "click",
    "bounced": "bounce",
    "complaints": "spamreport",
    "unsubscribes": "unsubscribed",
}


async def hubspot_totals(api: Api, asked: TotalsRequest) -> StatedTotals:
    groups = [group for span in asked.spans for group in await _of_span(api, span)]
    return StatedTotals(tuple(groups), tuple(_NAMES))


async def _of_span(api: Api, span: TotalsSpan) -> list[StatedGroup]:
    """What we do not hold is asked for apart: the rest is what we do."""
    counted, whole = await _ask(api, span, ())
    unknown = counted - span.known
    if not unknown:
        return [StatedGroup(counted, whole, span)]
    apart = Figures()
    for ids in _chunks(sorted(unknown)):
        apart = _combined(apart, (await _ask(api, span, ids))[1], 1)
    held = StatedGroup(counted & span.known, _combined(whole, apart, -1), span)
    return [held, StatedGroup(unknown, apart, span)]


async def _ask(api: Api, span: TotalsSpan, ids: Sequence[str]) -> tuple[frozenset[str], Figures]:
    params: dict[str, Any] = {"startTimestamp": _iso(span.start), "endTimestamp": _iso(span.end)}
    payload = await api.get(STATISTICS, params | ({"emailIds": list(ids)} if ids else {}))
    listed, counters = at(payload, "emails"), at(payload, "aggregate", "counters")
    if not isinstance(listed, list) or not isinstance(counters, dict):
        raise garbled(STATISTICS, "no totals in the answer")
    stated: dict[str, Any] = {ours: count(counters.get(theirs)) for ours, theirs in _NAMES.items()}
    return frozenset(str(one) for one in listed), Figures(**stated)


def _combined(one: Figures, other: Figures, sign: int) -> Figures:
    sums: dict[str, Any] = {name: (getattr(one, name) or 0) + sign * (getattr(other, name) or 0) for name in _NAMES}
    return Figures(**sums)


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

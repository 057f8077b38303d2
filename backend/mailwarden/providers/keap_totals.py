"""Keap's older list of sent e-mails, which says how many there are. Of opens and clicks Keap states no totals."""

from datetime import UTC, datetime, timedelta

from mailwarden.providers.base import Api, Figures
from mailwarden.providers.reading import at, count, garbled
from mailwarden.providers.totals import StatedGroup, StatedTotals, TotalsRequest, TotalsSpan

EMAILS = "/crm/rest/v1/emails"


async def keap_totals(api: Api, asked: TotalsRequest) -> StatedTotals:
    return StatedTotals(tuple([await _of_span(api, span) for span in asked.spans]), ("sent",))


async def _of_span(api: Api, span: TotalsSpan) -> StatedGroup:
    end = span.end - timedelta(milliseconds=1)  # the older list includes its end
    params = {"since_sent_date": _iso(span.start), "until_sent_date": _iso(end), "limit": 1}
    total = count(at(await api.get(EMAILS, params), "count"))
    if total is None:
        raise garbled(EMAILS, "no count in the answer")
    return StatedGroup(None, Figures(sent=total), span)


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Recorded answers with parts missing or of another type become records or Unavailable, never a crash."""

import copy
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.core.http import Answer
from mailwarden.providers.base import Campaign, ProviderError, Unavailable, Window
from mailwarden.providers.capabilities import ListsCampaigns, ReportsFigures
from mailwarden.providers.catalog import load
from mailwarden.providers.classify import Call, failure
from mailwarden.providers.registry import PROVIDERS
from tests.providers.support import Calls, fixture, make_api, make_app

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WINDOWS = [Window(None, NOW), Window(datetime(2026, 10, 1, tzinfo=UTC), NOW, datetime(2026, 9, 1, tzinfo=UTC))]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [{}]),
    st.just("0000-00-00T00:00:00Z"),
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, child in inside for place in places(child, (*way, key)))]


@st.composite
def drifted(draw: st.DrawFn, names: tuple[str, ...]) -> Any:
    body = copy.deepcopy(fixture(draw(st.sampled_from(names))))
    for _ in range(draw(st.integers(1, 4))):
        way = draw(st.sampled_from(places(body)))
        if not way:
            return draw(ODD)
        holder = body
        for key in way[:-1]:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[way[-1]]
        else:
            holder[way[-1]] = draw(ODD)
    return body


LISTS = {
    "hubspot": ("hubspot/emails-1.json", "hubspot/emails-2.json"),
    "klaviyo": ("klaviyo/campaigns-1.json", "klaviyo/campaigns-2.json"),
}
IDENTITIES = {"hubspot": ("hubspot/details.json",), "klaviyo": ("klaviyo/accounts.json",)}


@pytest.mark.parametrize("name", sorted(LISTS))
@settings(max_examples=300, deadline=None)
@given(data=st.data())
async def test_listings(name, data):
    api = make_api(make_app(name, Calls(httpx.Response(200, json=data.draw(drifted(LISTS[name]))))))
    provider = PROVIDERS[name]
    assert isinstance(provider, ListsCampaigns)
    window = data.draw(st.sampled_from(WINDOWS))
    try:
        page = await provider.page(api, window, provider.segments(window)[0], None)
    except Unavailable:
        return
    for campaign in page.campaigns:
        assert isinstance(campaign, Campaign)
        assert campaign.external_id
        assert campaign.name
        for at in (campaign.sent_at, campaign.created_at, campaign.updated_at):
            assert at is None or at.tzinfo is not None


@pytest.mark.parametrize("name", sorted(IDENTITIES))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
async def test_identities(name, data):
    api = make_api(make_app(name, Calls(httpx.Response(200, json=data.draw(drifted(IDENTITIES[name]))))))
    try:
        account = await PROVIDERS[name].identify(api)
    except Unavailable:
        return
    assert account.external_id
    assert account.label


@settings(max_examples=300, deadline=None)
@given(report=drifted(("klaviyo/report.json",)), metrics=drifted(("klaviyo/metrics.json",)))
async def test_reports(report, metrics):
    calls = Calls(httpx.Response(200, json=metrics), httpx.Response(200, json=report))
    provider = PROVIDERS["klaviyo"]
    assert isinstance(provider, ReportsFigures)
    try:
        page = await provider.figures(make_api(make_app("klaviyo", calls)), WINDOWS[1], None)
    except Unavailable:
        return
    for figures in page.figures.values():
        assert figures.sent is None or figures.sent >= 0


@settings(max_examples=500, deadline=None)
@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=60),
    kind=st.sampled_from(["application/json", "text/html", "", "\xff"]),
    operation=st.sampled_from(["api", "refresh", "exchange", "revoke", "introspect", "journal"]),
    name=st.sampled_from(sorted(LISTS)),
    retry=st.text(max_size=12),
)
def test_any_answer_is_classified(status, body, kind, operation, name, retry):
    given_answer = Answer(status, {"content-type": kind, "retry-after": retry, "date": retry}, body, 1)
    assert isinstance(failure(load()[name], Call(operation, "GET", "h", "/x"), given_answer), ProviderError)

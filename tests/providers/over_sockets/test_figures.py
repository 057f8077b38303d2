"""Campaigns and figures against the sandbox's own truth."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mailwarden.providers.base import Figures, Window
from mailwarden.providers.registry import PROVIDERS
from mailwarden.providers.totals import StatesTotals, TotalsRequest, TotalsSpan
from tests.providers.over_sockets.linked import read_all


def summed(figures: list[Figures]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in figures:
        for field in ("sent", "delivered", "opened", "clicked", "bounced", "complaints", "unsubscribes"):
            counted[field] += getattr(one, field)
    return counted


async def test_the_connected_account_is_the_chosen_one(linked):
    account = await PROVIDERS[linked.name].identify(linked.api)
    assert account.external_id == linked.account
    assert account.time_zone
    assert linked.scopes == linked.app.spec.auth.all_scopes
    if linked.name == "hubspot":
        assert linked.tokens.grant.account_id == linked.account


@pytest.mark.parametrize("days", [30, 90, 365, None])
async def test_campaigns_and_figures_equal_the_truth(sandbox, linked, days):
    now = datetime.now(UTC)
    window = Window(now - timedelta(days=days) if days else None, now)
    campaigns, figures = await read_all(linked, window)
    asked = {"sent_from": window.sent_from.isoformat()} if window.sent_from else {}
    truth = sandbox.truth(linked.name, linked.account, campaigns="true", **asked)
    sent = {key: c for key, c in campaigns.items() if c.sent_at}
    assert {key: (c.name, c.subject, c.archived) for key, c in sent.items()} == {
        c["external_id"]: (c["name"], c["subject"], c["archived"]) for c in truth["campaign_list"]
    }
    assert {key: c.sent_at for key, c in sent.items()} == {
        c["external_id"]: datetime.fromisoformat(c["sent_at"]) for c in truth["campaign_list"]
    }
    assert figures.keys() >= sent.keys()
    wanted = {name: value for name, value in truth["totals"].items() if name != "campaigns"}
    assert summed([figures[key] for key in sent]) == wanted
    assert truth["totals"]["campaigns"] == len(sent) > 0
    if days is None:
        assert len(campaigns) == truth["counts"]["campaigns"]


async def test_what_changed_since_comes_too_whatever_its_send_date(linked):
    now = datetime.now(UTC)
    changed, _ = await read_all(linked, Window(now - timedelta(days=1), now, updated_from=now - timedelta(days=60)))
    everything, _ = await read_all(linked, Window(None, now))
    since = now - timedelta(days=60)
    expected = {key for key, c in everything.items() if c.updated_at and c.updated_at > since}
    assert expected <= changed.keys()
    assert len(changed) < len(everything)


async def test_nothing_but_listed_reads_and_oauth_reaches_the_provider(sandbox, linked):
    """B25 seen from the other side: the provider's own log."""
    sandbox.new_requests()
    await PROVIDERS[linked.name].identify(linked.api)
    now = datetime.now(UTC)
    campaigns, _ = await read_all(linked, Window(None, now))
    provider = PROVIDERS[linked.name]
    assert isinstance(provider, StatesTotals)
    span = TotalsSpan(now - timedelta(days=30), now, frozenset(campaigns))
    await provider.totals(linked.api, TotalsRequest([span], {}, "UTC"))
    await linked.refresh()
    spec = linked.app.spec
    reads = {(read.method, read.path) for read in spec.api.reads}
    allowed = reads | {("POST", spec.auth.token_path)}
    seen = {(one["method"], one["path"]) for one in sandbox.new_requests() if one["account"] == linked.account}
    assert seen == allowed
